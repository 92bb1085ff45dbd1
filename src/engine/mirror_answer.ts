import type { CompiledQuery, OlapBackend } from "../olap/mod.ts";
import type { PlanNode, RowSet } from "../types/mod.ts";
import type { QueryCall } from "./query_call.ts";

/**
 * Runs a compiled statement for its rows, or where the call is an analysis for its plan alone.
 *
 * @param shown The plan as users are to see it.
 */
export async function answerOf(
  backend: OlapBackend,
  query: CompiledQuery,
  { signal, analysis }: QueryCall,
  shown: (plan: PlanNode) => PlanNode = (plan) => plan,
): Promise<RowSet> {
  const options = signal === undefined ? {} : { signal };
  if (analysis === undefined) return await backend.run(query, options);
  analysis.plan = shown(await backend.analyze(query, options));
  return { columns: query.columns, rows: [] };
}
