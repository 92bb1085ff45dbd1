/** What the line under a result tells. */
export interface ResultFacts {
  readonly rowCount: number;
  readonly durationMs: number;
  readonly engine: string;
  /** Changes committed but not yet in the mirror when it answered. */
  readonly lagChanges: number;
  /** How old the state may be that answered, in milliseconds; `null` when that is not known. */
  readonly lagMs: number | null;
}

/** The line under a result: `11 rows · 3.1 ms · duckdb · fresh`. */
export function resultFooter(facts: ResultFacts): string {
  const { lagChanges, lagMs } = facts;
  const freshness = lagChanges === 0 ? "fresh" : `${lagText(lagChanges, lagMs)} behind`;
  return [counted(facts.rowCount, "row"), durationText(facts.durationMs), facts.engine, freshness].join(" · ");
}

function lagText(changes: number, ms: number | null): string {
  return ms === null ? counted(changes, "change") : `${counted(changes, "change")}, ${durationText(ms)}`;
}

/** The line after a statement that changed rows: `3 rows changed · 1.2 ms`. */
export function changeFooter(rowsAffected: number, durationMs: number): string {
  return `${counted(rowsAffected, "row")} changed · ${durationText(durationMs)}`;
}

/** `1 row`, `1,200 rows`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A duration in the unit people read it in: `0.4 ms`, `123 ms`, `1.23 s`. */
export function durationText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms.toFixed(1)} ms`;
}

/** Where a query's time went, and why it was answered there: `time 12.3 ms: sync 1.0 ms, routing 0.3 ms, running 11.0 ms · duckdb: …`. */
export function timeText(facts: {
  readonly durationMs: number;
  readonly syncMs: number;
  readonly routeMs: number;
  readonly engine: string;
  readonly reason: string;
}): string {
  const { durationMs, syncMs, routeMs, engine, reason } = facts;
  const parts = [
    `sync ${durationText(syncMs)}`,
    `routing ${durationText(routeMs)}`,
    `running ${durationText(Math.max(0, durationMs - syncMs - routeMs))}`,
  ];
  return `time ${durationText(durationMs)}: ${parts.join(", ")} · ${engine}${reason === "" ? "" : `: ${reason}`}`;
}
