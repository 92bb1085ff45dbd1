import { NUMERIC, TEXT } from "../../../../sql/mod.ts";
import { columnExpr, conjunction } from "../../plan/build_expr.ts";
import { filtered, joined } from "../../plan/build_plan.ts";
import { rejectsNulls } from "../../plan/expr_facts.ts";
import { columnsReadBy, readsOnly, splitConjuncts, substitute } from "../../plan/expr_walk.ts";
import type { AggregatePlan, JoinPlan, Plan, SetOperationPlan, WindowPlan } from "../../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../../plan/plan_expr.ts";
import { idsOf, mapInputs } from "../../plan/plan_walk.ts";
import { factor } from "./factor_disjunctions.ts";

/** Evaluates each condition as near to the tables as it means the same; outer joins whose filled rows a condition drops become inner. */
export function pushPredicates(plan: Plan): Plan {
  return push(plan, []);
}

/** The plan's rows for which the conditions are true. */
function push(plan: Plan, conditions: readonly PlanExpr[]): Plan {
  switch (plan.kind) {
    case "filter":
      return push(plan.input, [...conditions, ...splitConjuncts(plan.predicate)]);
    case "project": {
      const exprs = new Map(plan.outputs.map(({ column, expr }) => [column.id, expr]));
      const below = conditions.map((condition) => substitute(condition, (id) => exprs.get(id)));
      return mapInputs(plan, (input) => push(input, below.flatMap(splitConjuncts)));
    }
    case "join":
      return pushIntoJoin(plan, conditions.flatMap((condition) => splitConjuncts(factor(condition))));
    case "aggregate":
      return pushIntoAggregate(plan, conditions);
    case "window":
      return pushIntoWindow(plan, conditions);
    case "sort":
    case "limit":
      if (plan.limit === null && plan.offset === 0) return mapInputs(plan, (input) => push(input, conditions));
      return filtered(mapInputs(plan, (input) => push(input, [])), conditions);
    case "setOperation":
      return pushIntoArms(plan, conditions);
    case "scan":
    case "values":
    case "cteScan":
      return filtered(plan, conditions);
  }
}

/** Conditions by the columns they read. */
interface Sides {
  readonly left: PlanExpr[];
  readonly right: PlanExpr[];
  readonly rest: PlanExpr[];
}

function divide(conditions: readonly PlanExpr[], left: ReadonlySet<ColumnId>, right: ReadonlySet<ColumnId>): Sides {
  const sides: Sides = { left: [], right: [], rest: [] };
  for (const condition of conditions) {
    // What reads no column is decided once, on the left.
    if (readsOnly(condition, left)) sides.left.push(condition);
    else if (readsOnly(condition, right)) sides.right.push(condition);
    else sides.rest.push(condition);
  }
  return sides;
}

function pushIntoJoin(plan: JoinPlan, conditions: readonly PlanExpr[]): Plan {
  const left = idsOf(plan.left);
  const right = idsOf(plan.right);
  const on = splitConjuncts(plan.on).flatMap((condition) => splitConjuncts(factor(condition)));
  const rejects = (columns: ReadonlySet<ColumnId>) => conditions.some((condition) => rejectsNulls(condition, columns));
  switch (plan.type) {
    case "inner": {
      const sides = divide([...conditions, ...on], left, right);
      const [l, r] = [strengthen(plan.left, sides.rest), strengthen(plan.right, sides.rest)];
      return joined("inner", push(l, sides.left), push(r, sides.right), sides.rest);
    }
    case "left": {
      if (rejects(right)) return pushIntoJoin({ ...plan, type: "inner" }, conditions);
      const above = divide(conditions, left, right);
      const inside = divide(on, left, right);
      const rest = [...inside.left, ...inside.rest];
      const join = joined("left", push(plan.left, above.left), push(plan.right, inside.right), rest);
      return filtered(join, [...above.right, ...above.rest]);
    }
    case "single": {
      const above = divide(conditions, left, right);
      const inside = divide(on, left, right);
      const rest = [...inside.left, ...inside.rest];
      const join = joined("single", push(plan.left, above.left), push(plan.right, inside.right), rest);
      return filtered(join, [...above.right, ...above.rest]);
    }
    case "full":
      return pushIntoFull(plan, conditions, rejects(left), rejects(right));
    case "semi": {
      const above = divide(conditions, left, right);
      const inside = divide(on, left, right);
      return joined(
        "semi",
        push(plan.left, [...above.left, ...inside.left]),
        push(plan.right, inside.right),
        inside.rest,
      );
    }
    case "anti": {
      const inside = divide(on, left, right);
      return joined("anti", push(plan.left, conditions), push(plan.right, inside.right), [
        ...inside.left,
        ...inside.rest,
      ]);
    }
    case "mark": {
      const above = divide(conditions, left, right);
      // Three-valued, a pair of which the right side's part is unknown counts.
      const sure = plan.threeValued ? on.filter((part) => !part.type.nullable) : on;
      const inside = divide(sure, left, right).right;
      const rest = conjunction(on.filter((part) => !inside.includes(part)));
      const sides = { left: push(plan.left, above.left), right: push(plan.right, inside) };
      const join = mapInputs({ ...plan, on: rest }, (input) => (input === plan.left ? sides.left : sides.right));
      return filtered(join, [...above.right, ...above.rest]);
    }
  }
}

/** Outer joins in a plan whose filled rows fail conditions that are checked above it become inner ones. */
function strengthen(plan: Plan, conditions: readonly PlanExpr[]): Plan {
  switch (plan.kind) {
    case "filter":
      return mapInputs(plan, (input) => strengthen(input, conditions));
    case "join": {
      const right = idsOf(plan.right);
      const rejected = plan.type === "left" && conditions.some((condition) => rejectsNulls(condition, right));
      const type = rejected ? "inner" : plan.type;
      const both = type === "inner";
      if (type === "full") return plan;
      return mapInputs({ ...plan, type }, (i) => (both || i === plan.left ? strengthen(i, conditions) : i));
    }
    default:
      return plan;
  }
}

/** A condition that drops the rows in which one side is missing leaves a left join, with its sides changed or not. */
function pushIntoFull(plan: JoinPlan, conditions: readonly PlanExpr[], needsLeft: boolean, needsRight: boolean): Plan {
  if (needsLeft) return pushIntoJoin({ ...plan, type: "left" }, conditions);
  if (needsRight) return pushIntoJoin({ ...plan, type: "left", left: plan.right, right: plan.left }, conditions);
  return filtered(mapInputs(plan, (input) => push(input, [])), conditions);
}

/** A condition on keys drops whole groups. Without keys there is a row even when no input is left. */
function pushIntoAggregate(plan: AggregatePlan, conditions: readonly PlanExpr[]): Plan {
  const exprs = new Map(plan.keys.map(({ column, expr }) => [column.id, expr]));
  const keys = new Set(exprs.keys());
  const [below, above] = split(conditions, (condition) => keys.size > 0 && readsOnly(condition, keys));
  const pushed = below.flatMap((condition) => splitConjuncts(substitute(condition, (id) => exprs.get(id))));
  return filtered(mapInputs(plan, (input) => push(input, pushed)), above);
}

/** A condition on what every call partitions by drops whole partitions. */
function pushIntoWindow(plan: WindowPlan, conditions: readonly PlanExpr[]): Plan {
  const partitions = plan.calls.map(({ partitionBy }) => columnsReadBy(...partitionBy.filter(oneValuePerPartition)));
  const [below, above] = split(
    conditions,
    (condition) => partitions.every((columns) => readsOnly(condition, columns)),
  );
  return filtered(mapInputs(plan, (input) => push(input, below)), above);
}

/** A column whose values in a partition are the same, not just equal. */
function oneValuePerPartition({ kind, type, collation }: PlanExpr): boolean {
  const folds = (type.classes & TEXT) !== 0 && (collation?.name ?? "BINARY") !== "BINARY";
  return kind === "column" && !folds && ((type.classes & NUMERIC) !== NUMERIC || type.canonical);
}

function pushIntoArms(plan: SetOperationPlan, conditions: readonly PlanExpr[]): Plan {
  const arm = (input: Plan): Plan => {
    const own = new Map(plan.columns.map((column, index) => [column.id, input.columns[index]!]));
    const below = conditions.map((condition) =>
      substitute(condition, (id) => {
        const column = own.get(id);
        return column && columnExpr(column);
      })
    );
    return push(input, below);
  };
  return { ...plan, left: arm(plan.left), right: arm(plan.right) };
}

function split(conditions: readonly PlanExpr[], test: (condition: PlanExpr) => boolean): [PlanExpr[], PlanExpr[]] {
  return [conditions.filter(test), conditions.filter((condition) => !test(condition))];
}
