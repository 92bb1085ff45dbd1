import { columnEquality } from "../plan/expr_facts.ts";
import { columnsReadBy, splitConjuncts } from "../plan/expr_walk.ts";
import type { JoinPlan, Plan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import { idsOf } from "../plan/plan_walk.ts";

/**
 * Inner joins that may be done in any order, and what else is joined to their rows. Sets of items are bit sets: leaves first, then
 * attachments.
 */
export interface JoinGraph {
  readonly leaves: readonly Plan[];
  readonly attachments: readonly Attachment[];
  readonly conditions: readonly GraphCondition[];
  /** Columns that inner joins make equal, each with its item. */
  readonly classes: readonly (readonly ClassMember[])[];
}

/**
 * A join whose right side only adds to or drops rows of its left one (semi, anti, left, single, mark): it commutes with inner joins
 * that do not read what it adds.
 */
export interface Attachment {
  readonly node: JoinPlan;
  /** Items whose columns it reads. */
  readonly needs: number;
}

/** A condition that is checked as soon as all its items are there. */
export interface GraphCondition {
  readonly expr: PlanExpr;
  readonly items: number;
}

export interface ClassMember {
  readonly column: PlanExprOf<"column">;
  readonly item: number;
}

/** The graph of the joins a plan is made of, or `null` when it has no join to order. */
export function joinGraph(plan: Plan): JoinGraph | null {
  const leaves: Plan[] = [];
  const nodes: JoinPlan[] = [];
  const exprs: PlanExpr[] = [];
  const visit = (node: Plan): void => {
    if (node.kind === "filter" && isOrdered(node.input)) {
      exprs.push(...splitConjuncts(node.predicate));
      visit(node.input);
    } else if (node.kind === "join" && node.type === "inner") {
      visit(node.left);
      visit(node.right);
      exprs.push(...splitConjuncts(node.on));
    } else if (node.kind === "join" && isOrdered(node)) {
      visit(node.left);
      nodes.push(node);
    } else leaves.push(node);
  };
  visit(plan);
  if (leaves.length + nodes.length < 2) return null;
  return describe(leaves, nodes, exprs);
}

/** Whether a plan is a join whose order is open; a filter of anything else belongs to that. */
function isOrdered(plan: Plan): boolean {
  if (plan.kind === "filter") return isOrdered(plan.input);
  return plan.kind === "join" && plan.type !== "full";
}

function describe(leaves: readonly Plan[], nodes: readonly JoinPlan[], exprs: readonly PlanExpr[]): JoinGraph {
  const itemOf = new Map<ColumnId, number>();
  leaves.forEach((leaf, index) => idsOf(leaf).forEach((id) => itemOf.set(id, index)));
  nodes.forEach((node, index) => added(node).forEach((id) => itemOf.set(id, leaves.length + index)));
  const itemsOf = (read: readonly PlanExpr[]): number => {
    let items = 0;
    for (const id of columnsReadBy(...read)) {
      const item = itemOf.get(id);
      if (item !== undefined) items |= 1 << item;
    }
    return items;
  };
  const attachments = nodes.map((node, index): Attachment => {
    const own = idsOf(node.right);
    const read = [...columnsReadBy(...(node.on === null ? [] : [node.on]))].filter((id) => !own.has(id));
    const needs = read.reduce((items, id) => items | (itemOf.has(id) ? 1 << itemOf.get(id)! : 0), 0);
    return { node, needs: needs & ~(1 << (leaves.length + index)) };
  });
  const conditions: GraphCondition[] = [];
  const classes: ClassMember[][] = [];
  for (const expr of exprs) {
    const equality = columnEquality(expr);
    const sides = equality === null ? [] : [equality.left, equality.right];
    const members = sides.map((column) => ({ column, item: itemOf.get(column.id) ?? leaves.length }));
    // What an attachment adds is compared like any other value, for it is not there from the start.
    if (members.length === 2 && members.every(({ item }) => item < leaves.length)) unite(classes, members);
    else conditions.push({ expr, items: itemsOf([expr]) });
  }
  return { leaves, attachments, conditions, classes };
}

/** Ids an attachment adds to its left rows. */
function added(node: JoinPlan): ColumnId[] {
  if (node.type === "mark") return [node.mark!.id];
  return node.type === "left" || node.type === "single" ? node.right.columns.map((column) => column.id) : [];
}

/** Puts both members into one class, with all they were in before. */
function unite(classes: ClassMember[][], members: readonly ClassMember[]): void {
  const touched = classes.filter((each) => each.some((a) => members.some((b) => a.column.id === b.column.id)));
  const merged = [...touched.flat()];
  for (const member of members) {
    if (!merged.some((other) => other.column.id === member.column.id)) merged.push(member);
  }
  for (const each of touched) classes.splice(classes.indexOf(each), 1);
  classes.push(merged);
}
