import { TEXT } from "../../../../sql/mod.ts";
import { aggregated } from "../../plan/build_plan.ts";
import { Dependencies } from "../../plan/dependencies.ts";
import { isMixedColumn } from "../../plan/mixed_classes.ts";
import { columnsReadBy, someOperand } from "../../plan/expr_walk.ts";
import type { AggregatePlan, Plan, PlanAggregate, PlanOutput } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import { rewriteUp } from "../../plan/plan_walk.ts";

/** Groups by no more keys than tell groups apart: a key that follows from others is read from any row of the group. */
export function reduceGroupKeys(plan: Plan): Plan {
  return rewriteUp(plan, (node) => (node.kind === "aggregate" && node.keys.length > 1 ? reduced(node) : node));
}

function reduced(plan: AggregatePlan): Plan {
  const dependencies = new Dependencies(plan.input);
  let kept = plan.keys;
  // Text goes first: numbers are cheaper to group by.
  const byCost = [...plan.keys].sort((a, b) => weight(b) - weight(a));
  for (const key of byCost) {
    if (someOperand(key.expr, (inner) => mayFail(inner) || isMixedColumn(inner))) continue;
    const others = kept.filter((other) => other !== key);
    if (others.length === 0) break;
    const known = dependencies.closure(others.flatMap(({ expr }) => (expr.kind === "column" ? [expr.id] : [])));
    if ([...columnsReadBy(key.expr)].every((id) => known.has(id))) kept = others;
  }
  if (kept.length === plan.keys.length) return plan;
  const calls = plan.keys.filter((key) => !kept.includes(key)).map(({ column, expr }): PlanAggregate => ({
    column,
    name: "any",
    arguments: [expr],
    distinct: false,
    filter: null,
    orderBy: [],
  }));
  return aggregated(plan.input, kept, [...calls, ...plan.calls]);
}

/** SQLite fails at the least INTEGER, whether the key is read or not. */
function mayFail(expr: PlanExpr): boolean {
  return expr.kind === "function" && expr.name === "abs";
}

function weight({ expr }: PlanOutput): number {
  if (expr.kind !== "column") return 3;
  return (expr.type.classes & TEXT) !== 0 ? 2 : 1;
}
