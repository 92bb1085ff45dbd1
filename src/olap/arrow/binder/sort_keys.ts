import type { AnalysedOrder } from "../../../sql/mod.ts";
import { columnExpr } from "../plan/build_expr.ts";
import type { PlanSortKey } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { decline } from "./binding.ts";

/** A sort key; text compares by the collation the expression carries. */
export function sortKey(expr: PlanExpr, { collation, descending, nulls }: AnalysedOrder): PlanSortKey {
  return { expr: { ...expr, collation }, descending, nulls };
}

/** Keys of a body that can only be sorted by what it shows. */
export function outputKeys(orderBy: readonly AnalysedOrder[], columns: readonly PlanColumn[]): PlanSortKey[] {
  return orderBy.flatMap((order) => {
    if (order.key.kind !== "output") {
      return decline("order", "DISTINCT or a compound ordered by what it does not show");
    }
    const column = columns[order.key.index]!;
    if (column.type.classes === 0) return [];
    return [sortKey(columnExpr(column), order)];
  });
}
