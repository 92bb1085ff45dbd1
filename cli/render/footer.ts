/** What the line under a result tells. */
export interface ResultFacts {
  readonly rowCount: number;
  readonly durationMs: number;
  readonly engine: string;
  /** Changes committed but not yet in the mirror when it answered. */
  readonly lagChanges: number;
}

/** The line under a result: `11 rows · 3.1 ms · duckdb · fresh`. */
export function resultFooter(facts: ResultFacts): string {
  const freshness = facts.lagChanges === 0 ? "fresh" : `${counted(facts.lagChanges, "change")} behind`;
  return [counted(facts.rowCount, "row"), durationText(facts.durationMs), facts.engine, freshness].join(" · ");
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
