import type { FreshnessBound, Route } from "../router/mod.ts";
import type { PlanNode, SqlParameters } from "../types/mod.ts";

/** One query's options with the engine's defaults filled in. */
export interface QueryCall {
  readonly params: SqlParameters;
  readonly route: Route;
  readonly freshness: FreshnessBound;
  readonly signal: AbortSignal | undefined;
  readonly startedMs: number;
  /** Set when the statement is run for its plan: takes it, and the result has no rows if the mirror answers. */
  readonly analysis?: QueryAnalysis;
}

/** What a statement's plan did, filled in when the mirror has run it. */
export interface QueryAnalysis {
  plan: PlanNode | null;
}
