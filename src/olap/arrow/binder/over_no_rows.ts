import { columnExpr, orElseExpr } from "../plan/build_expr.ts";
import { substitute } from "../plan/expr_walk.ts";
import type { AggregatePlan, Plan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import { decline } from "./binding.ts";

/** A value over aggregates that are NULL where there was no row to aggregate. */
export function overNoRows(plan: Plan, { calls }: AggregatePlan, value: PlanExpr): PlanExpr {
  const byId = new Map(calls.map((call) => [call.column.id, call]));
  return substitute(value, (id) => {
    const call = byId.get(id);
    if (call === undefined) return undefined;
    const column = valueIn(plan, id);
    switch (call.name) {
      case "count":
        return orElseExpr(column, 0n);
      case "total":
        return orElseExpr(column, 0);
      case "json_group_array":
      case "json_group_object":
        return decline("subquery", `${call.name}() in a correlated subquery`);
      default:
        return column;
    }
  });
}

/** A column as a plan shows it: an outer join may have made it nullable. */
export function valueIn(plan: Plan, id: ColumnId): PlanExpr {
  return columnExpr(plan.columns.find((column) => column.id === id)!);
}
