import type { HtapEngine } from "../../../mod.ts";
import { median } from "../timing.ts";
import type { Random } from "../tpch/random.ts";
import type { Shape } from "./rows.ts";

/** Inserts into a tracked table beside those into one like it that is not: medians of the rounds, rows per second. */
export interface CaptureCost {
  readonly shape: Shape;
  /** Rows of a transaction. */
  readonly batchRows: number;
  readonly trackedPerSecond: number;
  readonly untrackedPerSecond: number;
}

/** Name of the table without capture beside a shape's own. */
export function untrackedName(shape: Shape): string {
  return `${shape.name}_untracked`;
}

/** Rounds that count, at least. */
const ROUNDS_MIN = 3;

/**
 * Writes the same rows into both tables in turns through the engine, in short rounds. The log is emptied between rounds, as the background
 * loop would.
 *
 * @param firstKey None from here on is taken.
 */
export async function measureCapture(
  engine: HtapEngine,
  shape: Shape,
  random: Random,
  { rows, batchRows, budgetMs, firstKey }: {
    /** Rows of a round. */
    readonly rows: number;
    readonly batchRows: number;
    readonly budgetMs: number;
    readonly firstKey: number;
  },
): Promise<CaptureCost> {
  const bare = shape.insert.replace(`INTO ${shape.name} `, `INTO ${untrackedName(shape)} `);
  const [tracked, untracked]: [number[], number[]] = [[], []];
  const untilMs = performance.now() + budgetMs;
  // The first round is to warm up.
  for (let round = 0; round <= ROUNDS_MIN || performance.now() < untilMs; round++) {
    const made = Array.from({ length: rows }, (_, at) => shape.row(random, firstKey + round * rows + at));
    const untrackedMs = await write(engine, bare, made, batchRows);
    const trackedMs = await write(engine, shape.insert, made, batchRows);
    await engine.syncNow();
    if (round === 0) continue;
    untracked.push(untrackedMs);
    tracked.push(trackedMs);
  }
  const perSecond = (times: readonly number[]) => rows / median(times) * 1000;
  return { shape, batchRows, trackedPerSecond: perSecond(tracked), untrackedPerSecond: perSecond(untracked) };
}

async function write(
  engine: HtapEngine,
  sql: string,
  rows: readonly (number | string)[][],
  batchRows: number,
): Promise<number> {
  const beganMs = performance.now();
  if (batchRows === 1) {
    for (const row of rows) await engine.execute(sql, row);
  } else {
    for (let start = 0; start < rows.length; start += batchRows) {
      await engine.batch(rows.slice(start, start + batchRows).map((params) => ({ sql, params })));
    }
  }
  return performance.now() - beganMs;
}
