import { columnExpr } from "../plan/build_expr.ts";
import { mixesClasses } from "../plan/mixed_classes.ts";
import type { AggregatePlan, CteScanPlan, JoinPlan, Plan, PlanAggregate, SetOperationPlan } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { type Relation, RelationBuilder } from "./relation.ts";
import { appended, type Run } from "./run.ts";

/** The rows of a compound. */
export function setOperation(run: Run, plan: SetOperationPlan): Relation {
  const ids = plan.columns.map(({ id }) => id);
  const builder = new RelationBuilder(run.context.budget);
  append(run, plan.left, builder);
  if (plan.operator === "unionAll" || plan.operator === "union") {
    append(run, plan.right, builder);
    const all = builder.finish(ids);
    return plan.operator === "unionAll" ? all : distinct(run, plan, all);
  }
  const left = distinct(run, plan, builder.finish(ids));
  const others = new RelationBuilder(run.context.budget);
  append(run, plan.right, others);
  return matching(run, plan, left, others);
}

/** Adds a side's rows, its columns by position. */
function append(run: Run, side: Plan, builder: RelationBuilder): void {
  const ids = side.columns.map(({ id }) => id);
  run.produce(side, new Set(ids), (e) => appended(run, e, builder, () => ids.map((id) => e.column(id))));
}

/** Ids of columns that a plan has not, one for each of its own. */
function keyId({ id }: PlanColumn): number {
  return -1 - id;
}

/** Numbers of common tables that stand for relations within one operator; the statement's own count from 0. */
const LEFT = -1;
const RIGHT = -2;

function scanOf(cte: number, columns: readonly PlanColumn[]): CteScanPlan {
  return { kind: "cteScan", cte, columns, indexes: columns.map((_, at) => at) };
}

/** One of each row. Which of several numbers that are equal but differ in class SQLite keeps is open: such are refused. */
function distinct(run: Run, plan: SetOperationPlan, rows: Relation): Relation {
  run.setCommon(LEFT, rows);
  const mixed = plan.columns.filter(({ type }) => mixesClasses(type));
  const keys = plan.columns.map((column) => ({
    column: mixed.includes(column) ? { ...column, id: keyId(column) } : column,
    expr: columnExpr(column),
  }));
  const calls = mixed.map((column): PlanAggregate => (
    { column, name: "only", arguments: [columnExpr(column)], distinct: false, filter: null, orderBy: [] }
  ));
  const columns = [...keys, ...calls].map(({ column }) => column);
  const grouped: AggregatePlan = { kind: "aggregate", input: scanOf(LEFT, plan.columns), keys, calls, columns };
  return run.materialise(grouped, plan.columns.map(({ id }) => id));
}

/** Left rows that stand, or do not stand, among the right ones; NULLs are equal. */
function matching(run: Run, plan: SetOperationPlan, left: Relation, right: RelationBuilder): Relation {
  const others = plan.columns.map((column): PlanColumn => ({ ...column, id: keyId(column) }));
  run.setCommon(LEFT, left);
  run.setCommon(RIGHT, right.finish(others.map(({ id }) => id)));
  const type = { classes: 1, nullable: false, canonical: true, truth: true };
  const on = plan.columns.map((column, at): PlanExpr => ({
    kind: "compare",
    operator: "is",
    left: columnExpr(column),
    right: columnExpr(others[at]!),
    conversion: "none",
    compareCollation: "BINARY",
    type,
    affinity: null,
    collation: null,
  })).reduce((all, one): PlanExpr => ({
    kind: "logic",
    operator: "and",
    left: all,
    right: one,
    type,
    affinity: null,
    collation: null,
  }));
  const joined: JoinPlan = {
    kind: "join",
    type: plan.operator === "intersect" ? "semi" : "anti",
    left: scanOf(LEFT, plan.columns),
    right: scanOf(RIGHT, others),
    on,
    mark: null,
    threeValued: false,
    columns: plan.columns,
  };
  return run.materialise(joined, plan.columns.map(({ id }) => id));
}
