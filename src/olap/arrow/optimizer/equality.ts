import { compareExpr } from "../plan/build_expr.ts";
import type { PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";

/** `a = b` for columns that a chain of equalities ties: their values are compared as they are. */
export function equalityOf(left: PlanExprOf<"column">, right: PlanExprOf<"column">): PlanExpr {
  return compareExpr("=", left, right);
}
