export type { EngineActivity } from "./engine_activity.ts";
export type { EngineTransaction } from "./engine_transaction.ts";
export type { ExplainedRun, Explanation } from "./explanation.ts";
export type { EngineStatus } from "./engine_status.ts";
export { type ExplainOptions, HtapEngine, type QueryOptions, type RunResult } from "./htap_engine.ts";
export { type MirroredTable, type TableReadOptions } from "./mirrored_table.ts";
export { type LiveOptions, type OpenOptions, type Progress, type SyncMode } from "./open_options.ts";
export { RowHistory, type RowHistoryOptions, type RowVersion } from "./row_history.ts";
export { type QueryFacts, QueryResult } from "./query_result.ts";
