export {
  type EngineStatus,
  type EngineTransaction,
  type Explanation,
  HtapEngine,
  type QueryOptions,
  type RunResult,
} from "./htap_engine.ts";
export { type OpenOptions, type Progress } from "./open_options.ts";
export { type QueryFacts, QueryResult } from "./query_result.ts";
