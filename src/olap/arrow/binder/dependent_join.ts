import { columnExpr, isTrueExpr, literalExpr, whenExpr } from "../plan/build_expr.ts";
import { aggregated, joined, marked, passedOn, projected } from "../plan/build_plan.ts";
import { readsAny, splitConjuncts, substitute } from "../plan/expr_walk.ts";
import type { AggregatePlan, Plan } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { freeColumns, idsOf } from "../plan/plan_walk.ts";
import { isAtMostOneRow, isOneRow } from "../plan/row_bounds.ts";
import type { Binding, BoundQuery } from "./binding.ts";
import { overNoRows, valueIn } from "./over_no_rows.ts";
import { asKeys, pullUp } from "./pull_up.ts";
import { unnest } from "./unnest.ts";

/** Whether a plan reads columns of the rows it is to be joined to. */
export function dependsOn(right: Plan, left: Plan): boolean {
  const known = idsOf(left);
  for (const id of freeColumns(right)) if (known.has(id)) return true;
  return false;
}

/** A semi or anti join with a query that may read the left side's columns. */
export function dependentJoin(
  binding: Binding,
  type: "semi" | "anti",
  left: Plan,
  right: Plan,
  conditions: readonly PlanExpr[],
): Plan {
  const apart = separate(binding, left, right);
  return joined(type, left, apart.plan, [...apart.conditions, ...conditions]);
}

/** A mark join with a query that may read the left side's columns. */
export function dependentMark(
  binding: Binding,
  left: Plan,
  right: Plan,
  conditions: readonly PlanExpr[],
  mark: PlanColumn,
  threeValued: boolean,
): Plan {
  const apart = separate(binding, left, right);
  // A row of which the correlation is unknown is no row of the query.
  const correlation = apart.conditions.map((part) => (threeValued && part.type.nullable ? isTrueExpr(part) : part));
  return marked(left, apart.plan, [...correlation, ...conditions], mark, threeValued);
}

/** Rows with the value of a query's first row. */
export interface ScalarJoin {
  readonly plan: Plan;
  readonly value: PlanExpr;
}

/** Adds the value of a query's first row, NULL where it has none. More than one row ends the statement at run time. */
export function dependentScalar(binding: Binding, left: Plan, query: BoundQuery): ScalarJoin {
  const column = query.columns[0]!;
  if (!dependsOn(query.plan, left)) {
    const type = isOneRow(query.plan) ? "inner" : isAtMostOneRow(query.plan) ? "left" : "single";
    const plan = joined(type, left, query.plan, []);
    return { plan, value: valueIn(plan, column.id) };
  }
  const chain = chainOf(query.plan, columnExpr(column));
  if (isOneRow(chain.source) && chain.source.kind === "values") return { plan: left, value: chain.value };
  if (chain.source.kind === "aggregate" && chain.source.keys.length === 0) {
    const direct = joinAggregate(binding, left, chain.source, chain.value);
    if (direct !== null) return direct;
  }
  return joinRow(binding, left, query.plan, columnExpr(column));
}

interface Separated {
  readonly plan: Plan;
  readonly conditions: readonly PlanExpr[];
}

/** The right side as a plan of its own, and the conditions that tie its rows to the left's. */
function separate(binding: Binding, left: Plan, right: Plan): Separated {
  if (!dependsOn(right, left)) return { plan: right, conditions: [] };
  const pulled = pullUp(binding, right, idsOf(left));
  return dependsOn(pulled.plan, left) ? unnest(binding, left, right) : pulled;
}

/** A value over the projections and filters above the plan that makes the rows. */
interface Chain {
  readonly source: Plan;
  /** In terms of the source's columns; NULL where a filter drops the row. */
  readonly value: PlanExpr;
}

function chainOf(plan: Plan, value: PlanExpr): Chain {
  const shown = belowProjects(plan, value);
  if (shown.source.kind !== "filter") return shown;
  const { input, predicate } = shown.source;
  return chainOf(input, splitConjuncts(predicate).reduceRight((then, part) => whenExpr(part, then), shown.value));
}

function belowProjects(plan: Plan, value: PlanExpr): Chain {
  if (plan.kind !== "project") return { source: plan, value };
  const exprs = new Map(plan.outputs.map(({ column, expr }) => [column.id, expr]));
  return belowProjects(plan.input, substitute(value, (id) => exprs.get(id)));
}

/**
 * An aggregate over rows tied to the left side by equalities alone: grouped by those once for all left rows. A left row without a group
 * gets what the aggregate of no rows is.
 */
function joinAggregate(binding: Binding, left: Plan, aggregate: AggregatePlan, value: PlanExpr): ScalarJoin | null {
  const pulled = pullUp(binding, aggregate.input, idsOf(left));
  const keyed = asKeys(binding, pulled.plan, pulled.conditions);
  if (keyed === null) return null;
  const grouped = aggregated(pulled.plan, keyed.keys, aggregate.calls);
  if (dependsOn(grouped, left)) return null;
  const plan = joined("left", left, grouped, keyed.conditions);
  return { plan, value: overNoRows(plan, aggregate, value) };
}

/** A query's row joined to each left row; which rows found one is told by a column that is never NULL in it. */
function joinRow(binding: Binding, left: Plan, right: Plan, value: PlanExpr): ScalarJoin {
  const { source, value: over } = belowProjects(right, value);
  if (!readsAny(over, idsOf(left))) {
    const apart = separate(binding, left, right);
    const plan = joined("single", left, apart.plan, apart.conditions);
    return { plan, value: substitute(value, (id) => valueIn(plan, id)) };
  }
  const found = binding.column("found", literalExpr(1n).type);
  const shown = projected(source, [...source.columns.map(passedOn), { column: found, expr: literalExpr(1n) }]);
  const apart = separate(binding, left, shown);
  const plan = joined("single", left, apart.plan, apart.conditions);
  const present = { kind: "nullTest", operand: valueIn(plan, found.id), negated: true } as const;
  const type = { ...literalExpr(1n).type, truth: true };
  const shownOver = substitute(
    over,
    (id) => (plan.columns.some((column) => column.id === id) ? valueIn(plan, id) : undefined),
  );
  return { plan, value: whenExpr({ ...present, type, affinity: null, collation: null }, shownOver) };
}
