import { BLOB, NUMERIC, TEXT } from "../../../sql/mod.ts";
import { aggregated, filtered, joined, passedOn, projected } from "../plan/build_plan.ts";
import { columnsReadBy, readsAny, readsOnly, splitConjuncts } from "../plan/expr_walk.ts";
import type { JoinPlan, Plan, PlanOutput } from "../plan/plan.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import { idsOf, mapInputs } from "../plan/plan_walk.ts";
import type { Binding } from "./binding.ts";

/** A plan without the conditions that read an enclosing query's columns, and those conditions. */
export interface PulledUp {
  readonly plan: Plan;
  /** To hold for the plan's rows; it shows the columns they need. */
  readonly conditions: readonly PlanExpr[];
}

/**
 * Takes conditions that read `outer` columns out of a plan, as far up as they mean the same above it. The plan may go on reading such
 * columns elsewhere.
 */
export function pullUp(binding: Binding, plan: Plan, outer: ReadonlySet<ColumnId>): PulledUp {
  switch (plan.kind) {
    case "filter": {
      const { plan: input, conditions } = pullUp(binding, plan.input, outer);
      const [pulled, kept] = partition(splitConjuncts(plan.predicate), (part) => readsAny(part, outer));
      return { plan: filtered(input, kept), conditions: [...conditions, ...pulled] };
    }
    case "project": {
      const { plan: input, conditions } = pullUp(binding, plan.input, outer);
      const missing = missingColumns(input, conditions, idsOf(plan));
      return { plan: projected(input, [...plan.outputs, ...missing]), conditions };
    }
    case "join":
      return pullUpJoin(binding, plan, outer);
    case "aggregate": {
      if (plan.keys.length === 0) return { plan, conditions: [] };
      const { plan: input, conditions } = pullUp(binding, plan.input, outer);
      const keyed = asKeys(binding, input, conditions);
      if (keyed === null) return { plan, conditions: [] };
      return { plan: aggregated(input, [...plan.keys, ...keyed.keys], plan.calls), conditions: keyed.conditions };
    }
    case "window": {
      const { plan: input, conditions } = pullUp(binding, plan.input, outer);
      const keyed = asKeys(binding, input, conditions);
      if (keyed === null) return { plan, conditions: [] };
      const shown = projected(input, [...input.columns.map(passedOn), ...keyed.keys]);
      const partitionBy = keyed.keys.map((key) => passedOn(key.column).expr);
      const calls = plan.calls.map((call) => ({ ...call, partitionBy: [...call.partitionBy, ...partitionBy] }));
      return { plan: mapInputs({ ...plan, calls }, () => shown), conditions: keyed.conditions };
    }
    case "sort":
      return plan.limit === null && plan.offset === 0 ? pullUp(binding, plan.input, outer) : { plan, conditions: [] };
    case "scan":
    case "values":
    case "cteScan":
    case "limit":
    case "setOperation":
      return { plan, conditions: [] };
  }
}

function pullUpJoin(binding: Binding, plan: JoinPlan, outer: ReadonlySet<ColumnId>): PulledUp {
  if (plan.type === "full") return { plan, conditions: [] };
  const left = pullUp(binding, plan.left, outer);
  if (plan.type !== "inner") return { plan: mapInputs(plan, (i) => (i === plan.left ? left.plan : i)), ...rest(left) };
  const right = pullUp(binding, plan.right, outer);
  const [pulled, kept] = partition(splitConjuncts(plan.on), (part) => readsAny(part, outer));
  const conditions = [...left.conditions, ...right.conditions, ...pulled];
  return { plan: joined("inner", left.plan, right.plan, kept), conditions };
}

function rest({ conditions }: PulledUp): Pick<PulledUp, "conditions"> {
  return { conditions };
}

/** What the conditions read of the input and `shown` lacks. */
function missingColumns(
  input: Plan,
  conditions: readonly PlanExpr[],
  shown: ReadonlySet<ColumnId>,
): readonly PlanOutput[] {
  const read = columnsReadBy(...conditions);
  return input.columns.filter((column) => read.has(column.id) && !shown.has(column.id)).map(passedOn);
}

/** Conditions as equalities with further group keys. */
export interface KeyedConditions {
  readonly keys: readonly PlanOutput[];
  readonly conditions: readonly PlanExpr[];
}

/**
 * Turns conditions on an aggregate's input into conditions on keys added to it: `null` unless each is `key = something of the
 * enclosing query`, and equal means the same group.
 */
export function asKeys(binding: Binding, input: Plan, conditions: readonly PlanExpr[]): KeyedConditions | null {
  const inner = idsOf(input);
  const keys: PlanOutput[] = [];
  const keyed: PlanExpr[] = [];
  for (const condition of conditions) {
    if (condition.kind !== "compare" || !groupsAlike(condition)) return null;
    const swapped = !readsOnly(condition.left, inner);
    const [key, other] = swapped ? [condition.right, condition.left] : [condition.left, condition.right];
    if (!readsOnly(key, inner) || readsAny(other, inner)) return null;
    const name = key.kind === "column" ? input.columns.find((column) => column.id === key.id)!.name : "key";
    const column = binding.column(name, key.type);
    const { type, affinity, collation } = key;
    keys.push({ column, expr: key });
    const reference: PlanExpr = { kind: "column", id: column.id, type, affinity, collation };
    keyed.push(swapped ? { ...condition, right: reference } : { ...condition, left: reference });
  }
  return { keys, conditions: keyed };
}

/** Whether values that are equal here are those an aggregate takes for one key. */
function groupsAlike({ operator, left, right, conversion, compareCollation }: PlanExprOf<"compare">): boolean {
  if (operator !== "=" && operator !== "is") return false;
  const classes = left.type.classes | right.type.classes;
  if ((classes & ~NUMERIC) === 0 || classes === BLOB) return true;
  return classes === TEXT && conversion !== "numeric" && compareCollation === "BINARY";
}

/** Those that satisfy the test, and the others. */
export function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
