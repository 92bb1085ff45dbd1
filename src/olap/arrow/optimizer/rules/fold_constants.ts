import type { ExactValue } from "../../../../types/mod.ts";
import { literalExpr } from "../../plan/build_expr.ts";
import { filtered, noRows } from "../../plan/build_plan.ts";
import { isConstantExpr } from "../../plan/expr_facts.ts";
import { mapOperands, splitConjuncts } from "../../plan/expr_walk.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import { mapExprs, rewriteUp } from "../../plan/plan_walk.ts";
import { evaluate } from "../evaluate.ts";

/** Computes what reads no column; drops conditions that always hold, and rows of those that never do. */
export function foldConstants(plan: Plan): Plan {
  return rewriteUp(plan, (node) => simplify(mapExprs(node, foldExpr)));
}

/** An expression with its constant parts computed. */
function foldExpr(expr: PlanExpr): PlanExpr {
  if (expr.kind === "literal" || expr.kind === "column") return expr;
  if (isConstantExpr(expr)) {
    const value = evaluate(expr, noColumn);
    return value === undefined ? mapOperands(expr, foldExpr) : constant(value, expr);
  }
  const folded = mapOperands(expr, foldExpr);
  return folded.kind === "logic" ? foldLogic(folded) : folded;
}

function noColumn(): never {
  throw new Error("a constant reads no column");
}

/** The attributes of the expression stay: they are what its readers were told. */
function constant(value: ExactValue, { affinity, collation }: PlanExpr): PlanExpr {
  return { ...literalExpr(value), affinity, collation };
}

/** `x and true` is x where only the truth of x matters, which is so for tests. */
function foldLogic(expr: Extract<PlanExpr, { kind: "logic" }>): PlanExpr {
  for (const [side, other] of [[expr.left, expr.right], [expr.right, expr.left]] as const) {
    if (side.kind !== "literal" || (side.value !== null && typeof side.value !== "bigint")) continue;
    if (side.value === null) continue;
    const decides = (side.value !== 0n) === (expr.operator === "or");
    if (decides) return constant(side.value === 0n ? 0n : 1n, expr);
    if (other.type.truth) return other;
  }
  return expr;
}

function simplify(plan: Plan): Plan {
  switch (plan.kind) {
    case "filter": {
      const kept = splitConjuncts(plan.predicate).filter((part) => !isTrue(part));
      if (kept.some(isNeverTrue)) return noRows(plan.columns);
      return filtered(plan.input, kept);
    }
    case "join": {
      const kept = splitConjuncts(plan.on);
      if (plan.type !== "inner" || !kept.some(isNeverTrue)) return plan;
      return noRows(plan.columns);
    }
    default:
      return plan;
  }
}

function isTrue(expr: PlanExpr): boolean {
  return expr.kind === "literal" && typeof expr.value === "bigint" && expr.value !== 0n;
}

function isNeverTrue(expr: PlanExpr): boolean {
  return expr.kind === "literal" && (expr.value === null || expr.value === 0n);
}
