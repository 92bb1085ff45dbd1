import { passedOn, projected } from "../plan/build_plan.ts";
import type { PlanOutput } from "../plan/plan.ts";
import type { Binding, BoundQuery } from "./binding.ts";

/** The same rows with exactly the query's columns, each under an id of its own. */
export function positional(binding: Binding, { plan, columns }: BoundQuery): BoundQuery {
  const exact = plan.columns.length === columns.length &&
    columns.every((column, index) => plan.columns[index]!.id === column.id);
  if (exact) return { plan, columns };
  const seen = new Set<number>();
  const outputs = columns.map((column): PlanOutput => {
    const passed = passedOn(column);
    if (!seen.has(column.id)) {
      seen.add(column.id);
      return passed;
    }
    return { column: binding.copyOf(column), expr: passed.expr };
  });
  return { plan: projected(plan, outputs), columns: outputs.map((output) => output.column) };
}
