import { NUMERIC } from "../../../../sql/mod.ts";
import { filtered } from "../../plan/build_plan.ts";
import { columnsReadBy, readsOnly, splitConjuncts, substitute } from "../../plan/expr_walk.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import { idsOf, mapInputs } from "../../plan/plan_walk.ts";
import { equatesValues, isConstantExpr } from "../../plan/expr_facts.ts";
import type { Estimator } from "../estimate.ts";
import { exprKey } from "../../plan/expr_key.ts";
import { type ClassMember, type JoinGraph, joinGraph } from "../join_graph.ts";
import { orderJoins as search } from "../join_order.ts";
import { impliedBy } from "./factor_disjunctions.ts";
import { pushPredicates } from "./push_predicates.ts";

/** Sets of items are the bits of one number. */
const ITEMS_MAX = 30;

/**
 * Puts joins in the order expected to cost least: the smaller side is held (right), the larger one streams past it (left). Before that,
 * what a chain of equal columns and alternatives of conditions imply for one table filters that table.
 */
export function orderJoins(plan: Plan, estimator: Estimator): Plan {
  const graph = joinGraph(plan);
  if (graph === null || graph.leaves.length + graph.attachments.length > ITEMS_MAX) {
    return mapInputs(plan, (input) => orderJoins(input, estimator));
  }
  const inner = (input: Plan): Plan => orderJoins(input, estimator);
  const implied = impliedConditions(graph);
  const leaves = graph.leaves.map((leaf, item) => {
    const conditions = implied.get(item);
    return inner(conditions === undefined ? leaf : pushPredicates(filtered(leaf, conditions)));
  });
  const attachments = graph.attachments.map((attachment) => {
    const { node } = attachment;
    return { ...attachment, node: mapInputs(node, (input) => (input === node.right ? inner(input) : input)) };
  });
  return search({ ...graph, leaves, attachments }, estimator);
}

/** By leaf: conditions that hold for its rows once all are joined, and may as well hold from the start. */
function impliedConditions(graph: JoinGraph): Map<number, PlanExpr[]> {
  const implied = new Map<number, PlanExpr[]>();
  const add = (item: number, condition: PlanExpr): void => {
    const known = conditionsOf(graph.leaves[item]!);
    if (known.has(exprKey(condition))) return;
    const list = implied.get(item) ?? [];
    if (!list.some((other) => exprKey(other) === exprKey(condition))) implied.set(item, [...list, condition]);
  };
  for (const { expr } of graph.conditions) {
    graph.leaves.forEach((leaf, item) => {
      const shown = idsOf(leaf);
      const condition = impliedBy(expr, (part) => readsOnly(part, shown) && !isConstantExpr(part));
      if (condition !== null) add(item, condition);
    });
  }
  for (const members of graph.classes) {
    for (const member of members) {
      for (const condition of constantConditions(graph.leaves[member.item]!, member)) {
        for (const other of members) {
          if (other.column.id === member.column.id) continue;
          add(other.item, substitute(condition, () => other.column));
        }
      }
    }
  }
  return implied;
}

function conditionsOf(leaf: Plan): Set<string> {
  return new Set(leaf.kind === "filter" ? splitConjuncts(leaf.predicate).map(exprKey) : []);
}

/** Comparisons of a class's column with constants: they hold for every column of the class. */
function constantConditions(leaf: Plan, { column }: ClassMember): PlanExpr[] {
  if (leaf.kind !== "filter") return [];
  return splitConjuncts(leaf.predicate).filter((condition) => {
    if (condition.kind !== "compare" && condition.kind !== "inList") return false;
    const read = columnsReadBy(condition);
    return read.size === 1 && read.has(column.id) && comparesAlike(condition);
  });
}

/** Whether the comparison means the same for another column of equal values: it converts nothing. */
function comparesAlike(condition: PlanExpr): boolean {
  if (condition.kind === "compare") return condition.conversion === "none" || equatesValues(condition);
  if (condition.kind !== "inList") return false;
  return condition.conversion === "none" ||
    [condition.operand, ...condition.items].every((item) => (item.type.classes & ~NUMERIC) === 0);
}
