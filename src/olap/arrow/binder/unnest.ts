import type { Plan } from "../plan/plan.ts";
import type { PlanExpr } from "../plan/plan_expr.ts";
import { type Binding, decline } from "./binding.ts";

/** A query's rows for every combination of the outer values it reads, and what ties them to the outer rows. */
export interface Unnested {
  readonly plan: Plan;
  readonly conditions: readonly PlanExpr[];
}

/** Makes a query that reads the columns of `left` independent of it. */
export function unnest(_binding: Binding, _left: Plan, _right: Plan): Unnested {
  return decline("subquery", "a correlated subquery of this form");
}
