import type { Load, Point } from "./workload.ts";

/** A side is saturated when twice the clients gain less than this share. */
const GAIN_MIN = 0.05;

/** Doubles the clients of one side alone until that gains too little, there are `clientsMax`, or `run` gives `null`. */
export async function findSaturation(
  side: "t" | "a",
  clientsMax: number,
  run: (load: Load) => Promise<Point | null>,
): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (let clients = 1; clients <= clientsMax; clients *= 2) {
    const before = points.at(-1);
    const point = await run(side === "t" ? { tClients: clients, aClients: 0 } : { tClients: 0, aClients: clients });
    if (point === null) break;
    points.push(point);
    const throughput = (of: Point) => side === "t" ? of.tThroughput : of.aThroughput;
    if (before !== undefined && throughput(point) < throughput(before) * (1 + GAIN_MIN)) break;
  }
  return points;
}

/** The points that no other beats on both sides, from the most transactions to the most queries. */
export function frontierOf(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((a, b) => b.tThroughput - a.tThroughput || b.aThroughput - a.aThroughput);
  const frontier: Point[] = [];
  for (const point of sorted) {
    if (point.aThroughput > (frontier.at(-1)?.aThroughput ?? -1)) frontier.push(point);
  }
  return frontier;
}

/**
 * How well a contender keeps its two sides apart: the area under its frontier as a share of the box whose sides are the most
 * transactions and the most queries. One half is what sharing one resource gives, 1 is complete isolation.
 */
export function frontierShare(frontier: readonly Point[]): number {
  const [tMax, aMax] = [frontier[0]?.tThroughput ?? 0, frontier.at(-1)?.aThroughput ?? 0];
  // Where the most queries go with transactions, fewer transactions allow as many.
  let area = (frontier.at(-1)?.tThroughput ?? 0) * aMax;
  for (let at = 1; at < frontier.length; at++) {
    const [more, fewer] = [frontier[at - 1]!, frontier[at]!];
    area += (more.tThroughput - fewer.tThroughput) * (more.aThroughput + fewer.aThroughput) / 2;
  }
  return tMax * aMax === 0 ? 0 : area / (tMax * aMax);
}
