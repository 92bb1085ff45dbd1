import type { RowSet } from "../types/mod.ts";
import { type QueryFacts, QueryResult } from "./query_result.ts";

/** Parts of a query's time, in milliseconds. */
export type TimesSpent = Pick<QueryFacts, "syncMs" | "routeMs">;

/** For what went to libSQL without a thought. */
export const NO_TIME: TimesSpent = { syncMs: 0, routeMs: 0 };

/**
 * The result of a statement that libSQL answered.
 *
 * @param startedMs When the call began, by `performance.now()`.
 */
export function oltpResult(rows: RowSet, reason: string, startedMs: number, spent: TimesSpent = NO_TIME): QueryResult {
  const durationMs = performance.now() - startedMs;
  const { syncMs, routeMs } = spent;
  return new QueryResult(rows, {
    target: "oltp",
    engine: "libsql",
    reason,
    durationMs,
    syncMs,
    routeMs,
    lagChanges: 0,
    lagMs: 0,
  });
}
