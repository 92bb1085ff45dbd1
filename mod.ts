/**
 * rhei: one SQL over a live libSQL/SQLite database, with analytical queries answered by a columnar mirror that change capture keeps
 * fresh.
 *
 * @example
 * ```ts
 * import { HtapEngine } from "@rhei/rhei";
 *
 * await using db = await HtapEngine.open({ oltpPath: ":memory:" });
 * await db.execute("create table orders (id integer primary key, status text, total real)");
 * await db.execute("insert into orders (status, total) values (?, ?)", ["open", 99.5]);
 * const result = await db.query("select status, sum(total) as total from orders group by status");
 * console.log(result.rows());
 * ```
 *
 * @module
 */

export {
  type EngineActivity,
  type EngineStatus,
  type EngineTransaction,
  type ExplainedRun,
  type ExplainOptions,
  type Explanation,
  type HistoryEnd,
  HtapEngine,
  type LiveOptions,
  type MirroredTable,
  type OpenOptions,
  type Progress,
  type QueryFacts,
  type QueryOptions,
  QueryResult,
  RowHistory,
  type RowHistoryOptions,
  type RowVersion,
  type RunResult,
  type SyncMode,
  type TableArguments,
  type TableReadOptions,
  type TrackOptions,
  type UntrackOptions,
} from "./src/engine/mod.ts";
export { RheiError, type RheiErrorCode, type RheiErrorOptions, type SourcePointer } from "./src/errors/mod.ts";
export type { ActivityTotals, MirrorFigures, SlowStatement, SyncHealth, TableFigures } from "./src/metrics/mod.ts";
export type { ExecuteResult, Statement } from "./src/oltp/mod.ts";
export type { Freshness, Route } from "./src/router/mod.ts";
export type { ObjectName, StatementClass } from "./src/sql/mod.ts";
export type {
  Difference,
  HistoryComparison,
  HistoryFault,
  HistoryStatus,
  Lag,
  MirrorStatus,
  SyncEvent,
  SyncReport,
  TableComparison,
  TableReport,
  TableStatus,
  VerifyReport,
} from "./src/sync/mod.ts";
export type {
  ExactValue,
  NoticeKind,
  PlanNode,
  ResultColumn,
  SqlParameter,
  SqlParameters,
  SqlValue,
  Watermark,
} from "./src/types/mod.ts";
