import { columnExpr, orElseExpr } from "../../plan/build_expr.ts";
import { aggregated, joined, projected } from "../../plan/build_plan.ts";
import { Dependencies } from "../../plan/dependencies.ts";
import { equatesValues, isStrictIn } from "../../plan/expr_facts.ts";
import { readsOnly, splitConjuncts } from "../../plan/expr_walk.ts";
import type { AggregatePlan, JoinPlan, Plan, PlanAggregate, PlanOutput } from "../../plan/plan.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "../../plan/plan_expr.ts";
import { idsOf, rewriteUp } from "../../plan/plan_walk.ts";
import type { Estimator } from "../estimate.ts";
import type { FreshColumns } from "../fresh_columns.ts";
import { joinKeys, semiShare } from "../join_share.ts";

/**
 * Groups that are single rows of a left join's left side need no grouping of the joined rows: the right side is grouped by what it is
 * joined by, which leaves fewer rows to hold, and joined after that.
 */
export function aggregateBeforeJoin(plan: Plan, estimator: Estimator, fresh: FreshColumns): Plan {
  return rewriteUp(plan, (node) => (node.kind === "aggregate" ? rewritten(node, estimator, fresh) ?? node : node));
}

function rewritten(plan: AggregatePlan, estimator: Estimator, fresh: FreshColumns): Plan | null {
  const join = plan.input;
  if (join.kind !== "join" || join.type !== "left" || plan.keys.length === 0) return null;
  if (!groupsAreRows(plan, join)) return null;
  const right = idsOf(join.right);
  const pairs = keyPairs(join, right);
  if (pairs === null || !plan.calls.every((call) => isAbout(call, right))) return null;
  const [few, many] = [estimator.of(join.left), estimator.of(join.right)];
  // Where few right rows are met, most groups would be made for nothing.
  if (semiShare(many, few, joinKeys(many, few, splitConjuncts(join.on))) < MET_SHARE_MIN) return null;
  const keys = pairs.map(({ inner }): PlanOutput => ({ column: fresh.column("key", inner.type), expr: inner }));
  const calls = plan.calls.map((call) => ({ ...call, column: fresh.copyOf(call.column) }));
  const groups = aggregated(join.right, keys, calls);
  const conditions = pairs.map(({ condition, innerIsLeft }, index) => {
    const key = columnExpr(keys[index]!.column);
    return innerIsLeft ? { ...condition, left: key } : { ...condition, right: key };
  });
  const whole = joined("left", join.left, groups, conditions);
  const shown = new Map(whole.columns.map((column) => [column.id, column]));
  const outputs = plan.calls.map((call, index): PlanOutput => ({
    column: call.column,
    expr: filledIn(call, shown.get(calls[index]!.column.id)!),
  }));
  return projected(whole, [...plan.keys, ...outputs]);
}

/** Share of right rows that must meet a left one. */
const MET_SHARE_MIN = 0.25;

/** Whether every group comes from one row of the left side. */
function groupsAreRows(plan: AggregatePlan, { left }: JoinPlan): boolean {
  const own = idsOf(left);
  if (left.kind !== "scan" && !(left.kind === "filter" && left.input.kind === "scan")) return false;
  if (!plan.keys.every((key) => key.expr.kind === "column" && own.has(key.expr.id))) return false;
  const keys = plan.keys.flatMap(({ expr }) => (expr.kind === "column" ? [expr.id] : []));
  const scan = left.kind === "filter" ? left.input : left;
  if (scan.kind !== "scan") return false;
  const rowKey = scan.table.keyColumns.map((name) =>
    scan.columns[scan.indexes.findIndex((index) => scan.table.columns[index]!.name === name)]?.id
  );
  const known = new Dependencies(left).closure(keys);
  return rowKey.every((id) => id !== undefined && known.has(id));
}

interface KeyPair {
  readonly condition: Extract<PlanExpr, { kind: "compare" }>;
  readonly inner: PlanExpr;
  readonly innerIsLeft: boolean;
}

function keyPairs(join: JoinPlan, right: ReadonlySet<ColumnId>): KeyPair[] | null {
  const left = idsOf(join.left);
  const pairs = splitConjuncts(join.on).map((condition): KeyPair | null => {
    if (condition.kind !== "compare" || condition.operator !== "=" || !equatesValues(condition)) return null;
    const innerIsLeft = readsOnly(condition.left, right);
    const [inner, outer] = innerIsLeft ? [condition.left, condition.right] : [condition.right, condition.left];
    return readsOnly(inner, right) && readsOnly(outer, left) ? { condition, inner, innerIsLeft } : null;
  });
  return pairs.length === 0 || pairs.includes(null) ? null : pairs.map((pair) => pair!);
}

/** Whether a call takes nothing from a left row that met no right one. */
function isAbout({ name, arguments: args, filter, orderBy }: PlanAggregate, right: ReadonlySet<ColumnId>): boolean {
  if (orderBy.length > 0 || filter !== null) return false;
  const [argument] = args;
  if (argument === undefined) return name === "count";
  if (args.length !== 1 || !["count", "sum", "avg", "min", "max", "total"].includes(name)) return false;
  return readsOnly(argument, right) && isStrictIn(argument, right);
}

/** What a call over no right rows is; `count(*)` counts the left row itself. */
function filledIn({ name, arguments: args }: PlanAggregate, column: PlanColumn): PlanExpr {
  const value = columnExpr(column);
  if (name === "count") return orElseExpr(value, args.length === 0 ? 1n : 0n);
  return name === "total" ? orElseExpr(value, 0) : value;
}
