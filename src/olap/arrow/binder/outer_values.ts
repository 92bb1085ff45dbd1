import { filtered } from "../plan/build_plan.ts";
import { readsOnly, splitConjuncts } from "../plan/expr_walk.ts";
import type { Plan } from "../plan/plan.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { idsOf } from "../plan/plan_walk.ts";
import { renamePlan } from "../plan/rename_plan.ts";
import type { Binding } from "./binding.ts";

/** Rows with all combinations of values the outer columns take, more perhaps, under columns of their own. */
export interface OuterValues {
  readonly plan: Plan;
  /** By the outer column's id. */
  readonly values: ReadonlyMap<ColumnId, PlanColumn>;
}

/** A copy of the smallest part of a plan that has the columns. */
export function outerValues(binding: Binding, plan: Plan, columns: readonly PlanColumn[]): OuterValues {
  const { plan: copy, copies } = renamePlan(partWith(plan, columns), (column) => binding.copyOf(column));
  const shown = new Map(copy.columns.map((column) => [column.id, column]));
  return { plan: copy, values: new Map(columns.map(({ id }) => [id, shown.get(copies.get(id)!.id)!])) };
}

/** A part below joins holds more values than the whole, never fewer: sides that joins fill with NULLs are not entered. */
function partWith(plan: Plan, columns: readonly PlanColumn[]): Plan {
  const conditions: PlanExpr[] = [];
  let part = plan;
  for (;;) {
    const next = below(part, columns);
    if (next === null) break;
    if (part.kind === "filter") conditions.push(...splitConjuncts(part.predicate));
    part = next;
  }
  // Without the conditions above it a join may be a product.
  if (part.kind === "join") return plan;
  const shown = idsOf(part);
  return filtered(part, conditions.filter((condition) => readsOnly(condition, shown)));
}

function below(plan: Plan, columns: readonly PlanColumn[]): Plan | null {
  const has = (input: Plan): boolean => {
    const shown = idsOf(input);
    return columns.every((column) => shown.has(column.id));
  };
  switch (plan.kind) {
    case "filter":
    case "window":
    case "sort":
    case "limit":
      return has(plan.input) ? plan.input : null;
    case "project": {
      const same = columns.every(({ id }) =>
        plan.outputs.some(({ column, expr }) => column.id === id && expr.kind === "column" && expr.id === id)
      );
      return same ? plan.input : null;
    }
    case "join":
      if (plan.type !== "full" && has(plan.left)) return plan.left;
      return plan.type === "inner" && has(plan.right) ? plan.right : null;
    default:
      return null;
  }
}
