import type { FreshnessBound, Route } from "../router/mod.ts";
import type { SqlParameters } from "../types/mod.ts";

/** One query's options with the engine's defaults filled in. */
export interface QueryCall {
  readonly params: SqlParameters;
  readonly route: Route;
  readonly freshness: FreshnessBound;
  readonly signal: AbortSignal | undefined;
  readonly startedMs: number;
}
