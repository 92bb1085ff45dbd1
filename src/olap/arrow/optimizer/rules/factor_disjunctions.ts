import { conjunction, disjunction } from "../../plan/build_expr.ts";
import { exprKey } from "../../plan/expr_key.ts";
import { splitConjuncts, splitDisjuncts } from "../../plan/expr_walk.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import { rewriteUp } from "../../plan/plan_walk.ts";

/** `(a and b) or (a and c)` becomes `a and (b or c)` in conditions, so that `a` can be a join's key or filter early. */
export function factorDisjunctions(plan: Plan): Plan {
  return rewriteUp(plan, (node) => {
    if (node.kind === "filter") return { ...node, predicate: factor(node.predicate) };
    if (node.kind === "join" && node.on !== null) return { ...node, on: factor(node.on) };
    return node;
  });
}

/** A condition with what all alternatives share taken out; the same truth value in every case, NULL included. */
export function factor(condition: PlanExpr): PlanExpr {
  return conjunction(splitConjuncts(condition).flatMap(factorOne))!;
}

function factorOne(condition: PlanExpr): PlanExpr[] {
  const alternatives = splitDisjuncts(condition).map(splitConjuncts);
  const [first, ...others] = alternatives;
  if (first === undefined || others.length === 0) return [condition];
  const keys = others.map((parts) => new Set(parts.map(exprKey)));
  const shared = first.filter((part) => keys.every((set) => set.has(exprKey(part))));
  if (shared.length === 0) return [condition];
  const sharedKeys = new Set(shared.map(exprKey));
  const rests = alternatives.map((parts) => parts.filter((part) => !sharedKeys.has(exprKey(part))));
  // `a or (a and b)` is a.
  if (rests.some((rest) => rest.length === 0)) return shared;
  return [...shared, disjunction(rests.map((rest) => conjunction(rest)!))];
}

/**
 * What an alternative of conditions implies for rows of which only some columns are known: one of the alternatives' parts about those.
 * `null` where an alternative says nothing of them.
 */
export function impliedBy(condition: PlanExpr, about: (part: PlanExpr) => boolean): PlanExpr | null {
  const alternatives = splitDisjuncts(condition);
  if (alternatives.length < 2) return null;
  const parts = alternatives.map((alternative) => conjunction(splitConjuncts(alternative).filter(about)));
  return parts.some((part) => part === null) ? null : disjunction(parts.map((part) => part!));
}
