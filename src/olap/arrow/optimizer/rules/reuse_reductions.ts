import { columnExpr } from "../../plan/build_expr.ts";
import { joined } from "../../plan/build_plan.ts";
import { splitConjuncts, substitute } from "../../plan/expr_walk.ts";
import type { CteScanPlan, JoinPlan, Plan, PlanStatement } from "../../plan/plan.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../../plan/plan_expr.ts";
import { inputsOf, rewriteUp } from "../../plan/plan_walk.ts";
import { Estimator } from "../estimate.ts";
import type { FreshColumns } from "../fresh_columns.ts";
import { planKey } from "../plan_key.ts";
import type { PlanStatistics } from "../statistics.ts";
import { addCtes, pays, plansOf } from "./share_repeated.ts";

/** A semi join of a table with one column of a common table. */
interface Reduction {
  readonly table: string;
  readonly node: JoinPlan;
  readonly condition: PlanExprOf<"compare">;
  /** The column of the table, by position. */
  readonly own: number;
  readonly met: CteScanPlan;
  /** The common table's column. */
  readonly index: number;
}

/**
 * Where a semi join has cut a table down to what a common table's rows meet, and an inner join elsewhere streams the same table past the
 * same rows, the inner join gets the same semi join: then both are one plan said twice, which `shareRepeated` computes once.
 */
export function reuseReductions(
  statement: PlanStatement,
  statistics: PlanStatistics,
  fresh: FreshColumns,
): PlanStatement {
  const estimator = new Estimator(statistics);
  addCtes(statement, estimator);
  const reductions: Reduction[] = [];
  const collect = (plan: Plan): void => {
    const reduction = reductionOf(plan);
    if (reduction !== null && pays(plan, 2, estimator)) reductions.push(reduction);
    inputsOf(plan).forEach(collect);
  };
  plansOf(statement).forEach(collect);
  if (reductions.length === 0) return statement;
  const rewrite = (plan: Plan) => rewriteUp(plan, (node) => reduced(node, reductions, fresh));
  return {
    ...statement,
    ctes: statement.ctes.map((cte) => (cte.kind === "plain" ? { ...cte, plan: rewrite(cte.plan) } : cte)),
    root: rewrite(statement.root),
  };
}

function isTable(plan: Plan): boolean {
  return plan.kind === "scan" || (plan.kind === "filter" && plan.input.kind === "scan");
}

function reductionOf(plan: Plan): Reduction | null {
  if (plan.kind !== "join" || plan.type !== "semi" || plan.right.kind !== "cteScan" || !isTable(plan.left)) return null;
  const [condition, ...others] = splitConjuncts(plan.on);
  const columns = condition === undefined || others.length > 0 ? null : equalColumns(condition);
  if (columns === null) return null;
  for (const [left, right] of [columns, columns.toReversed()]) {
    const own = plan.left.columns.findIndex((column) => column.id === left);
    const at = plan.right.columns.findIndex((column) => column.id === right);
    if (own < 0 || at < 0) continue;
    const index = plan.right.indexes[at]!;
    const compare = condition as PlanExprOf<"compare">;
    return { table: planKey(plan.left), node: plan, condition: compare, own, met: plan.right, index };
  }
  return null;
}

/** The columns a condition equates; `null` for any other condition. */
function equalColumns(condition: PlanExpr): readonly [ColumnId, ColumnId] | null {
  if (condition.kind !== "compare" || condition.operator !== "=") return null;
  const { left, right } = condition;
  return left.kind === "column" && right.kind === "column" ? [left.id, right.id] : null;
}

function reduced(node: Plan, reductions: readonly Reduction[], fresh: FreshColumns): Plan {
  if (node.kind !== "join" || node.type !== "inner" || !isTable(node.left)) return node;
  const table = planKey(node.left);
  const found = reductions.find((reduction) => reduction.table === table && meets(node, reduction));
  if (found === undefined) return node;
  const met: CteScanPlan = { ...found.met, columns: found.met.columns.map((column) => fresh.copyOf(column)) };
  const replacements = new Map<ColumnId, PlanExpr>([
    [found.node.left.columns[found.own]!.id, columnExpr(node.left.columns[found.own]!)],
    ...found.met.columns.map((column, at) => [column.id, columnExpr(met.columns[at]!)] as const),
  ]);
  const on = substitute(found.condition, (id) => replacements.get(id));
  return { ...node, left: joined("semi", node.left, met, [on]) };
}

/** Whether the join asks of its left rows at least what the semi join does. */
function meets(node: JoinPlan, { condition, own, met, index }: Reduction): boolean {
  const key = node.left.columns[own]!.id;
  return splitConjuncts(node.on).some((each) => {
    const columns = equalColumns(each);
    if (columns === null || !columns.includes(key)) return false;
    const { conversion, compareCollation } = each as PlanExprOf<"compare">;
    if (conversion !== condition.conversion || compareCollation !== condition.compareCollation) return false;
    const other = columns[0] === key ? columns[1] : columns[0];
    return comesFrom(node.right, other, met.cte, index);
  });
}

/** Whether a column of a plan is a common table's, so that it has no other values, NULL left out. */
function comesFrom(plan: Plan, column: ColumnId, cte: number, index: number): boolean {
  if (plan.kind !== "cteScan") return inputsOf(plan).some((input) => comesFrom(input, column, cte, index));
  return plan.cte === cte && plan.columns.some(({ id }, at) => id === column && plan.indexes[at] === index);
}
