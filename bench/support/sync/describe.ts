import type { CaptureCost } from "./capture.ts";
import type { CycleTimes } from "./cycles.ts";
import type { LoadTimes, SyncTimes } from "./times.ts";

/** Lines above the figures. */
export const HEADINGS = {
  cycles: "  a cycle of            changes/s   p50 to visible   p99 to visible   writer's commits   ratio",
  capture: "  inserts                            tracked          untracked        ratio",
};

/** Published of another engine on other hardware. */
const PUBLISHED = {
  changesPerSecond: { arrow: 141_326, duckdb: 43_579 },
  tenRows: { p50Ms: 0.228, p99Ms: 0.943 },
  loadRowsPerSecond: 488_000,
} as const;

/** Cycles from so many changes on tell what sync takes in at most; below, what a cycle costs. */
const BULK_CHANGES_MIN = 1_000;

export function describeLoad({ shape, perSecond, readPerSecond }: LoadTimes): string {
  return `  first load, ${shape.width} columns     ${rate(perSecond)}   bare read ${rate(readPerSecond)}   ratio ${
    (perSecond / readPerSecond).toFixed(2)
  }`;
}

export function describeCycle(
  { kind, changes, cycles, perSecond, writtenPerSecond, p50Ms, p99Ms }: CycleTimes,
): string {
  const what = `${changes.toLocaleString("en")} ${kind}${changes === 1 || kind === "mixed" ? "" : "s"}`;
  return `  ${what.padEnd(16)}${rate(perSecond)}   ${milliseconds(p50Ms)}      ${milliseconds(p99Ms)}      ${
    rate(writtenPerSecond)
  }   ${(perSecond / writtenPerSecond).toFixed(2).padStart(5)}   ${cycles} cycles`;
}

export function describeCapture({ shape, batchRows, trackedPerSecond, untrackedPerSecond }: CaptureCost): string {
  const what = `${shape.name}, ${shape.width} columns, ${batchRows === 1 ? "single" : batchRows.toLocaleString("en")}`;
  return `  ${what.padEnd(33)}${rate(trackedPerSecond)}   ${rate(untrackedPerSecond)}   ratio ${
    (trackedPerSecond / untrackedPerSecond).toFixed(2)
  }`;
}

/** What was measured beside published figures: of bulk changes each kind's best size, of small cycles those of ten changes. */
export function besidePublished(times: readonly SyncTimes[]): string[] {
  const lines = times.flatMap((one) => [
    ...bulkLines(one),
    ...one.cycles.filter(({ changes }) => changes === 10).flatMap((cycle) => [
      line(one, `10 changes, ${cycle.kind}, p50`, cycle.p50Ms, PUBLISHED.tenRows.p50Ms, "ms"),
      line(one, `10 changes, ${cycle.kind}, p99`, cycle.p99Ms, PUBLISHED.tenRows.p99Ms, "ms"),
    ]),
    ...(one.load === null ? [] : [line(one, "first load", one.load.perSecond, PUBLISHED.loadRowsPerSecond, "/s")]),
  ]);
  const heading = `${"beside published figures".padEnd(50)}${"rhei".padStart(13)}${
    "published".padStart(16)
  }   ahead by`;
  return lines.length === 0 ? [] : [heading, ...lines];
}

function bulkLines(times: SyncTimes): string[] {
  const best = new Map<string, CycleTimes>();
  for (const cycle of times.cycles) {
    if (cycle.changes < BULK_CHANGES_MIN) continue;
    const known = best.get(cycle.kind);
    if (known === undefined || cycle.perSecond > known.perSecond) best.set(cycle.kind, cycle);
  }
  const published = PUBLISHED.changesPerSecond[times.backend];
  return [...best.values()].map(({ kind, changes, perSecond }) =>
    line(times, `${changes.toLocaleString("en")} changes, ${kind}`, perSecond, published, "/s")
  );
}

/** More is better of a rate, less of a time. */
function line(
  { backend, mode }: SyncTimes,
  what: string,
  ours: number,
  published: number,
  unit: "/s" | "ms",
): string {
  const show = unit === "/s" ? rate : milliseconds;
  const ahead = unit === "/s" ? ours / published : published / ours;
  const name = `  ${`${backend}, ${mode}`.padEnd(22)}${what}`;
  return `${name.padEnd(50)}${show(ours)}   ${show(published)}   ${ahead.toFixed(2).padStart(8)}`;
}

function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString("en")}/s`.padStart(13);
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(3)} ms`.padStart(13);
}
