import { columnExpr, compareExpr } from "../../plan/build_expr.ts";
import { joined } from "../../plan/build_plan.ts";
import { equatesValues, isConstantExpr } from "../../plan/expr_facts.ts";
import { readsOnly, splitConjuncts, substitute } from "../../plan/expr_walk.ts";
import type { CteScanPlan, JoinPlan, Plan, PlanCte } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import { idsOf, mapInputs, rewriteUp } from "../../plan/plan_walk.ts";
import { commonTable, COPY_COST, LARGE_ROWS, readerOf } from "../common_table.ts";
import type { Estimator } from "../estimate.ts";
import type { FreshColumns } from "../fresh_columns.ts";
import { buildCost, probeCost } from "../join_cost.ts";
import { joinKeys, semiShare } from "../join_share.ts";

/**
 * Where a join holds or groups many rows of which only those that meet the few rows of its other side count, a semi join drops the
 * others as early as it can. The few rows are computed once, as a common table, and read twice.
 */
export class ReduceJoinInputs {
  /** Common tables made, each before those that read it. */
  readonly ctes: PlanCte[] = [];
  readonly #estimator: Estimator;
  readonly #fresh: FreshColumns;

  constructor(estimator: Estimator, fresh: FreshColumns) {
    this.#estimator = estimator;
    this.#fresh = fresh;
  }

  rewrite(plan: Plan): Plan {
    return rewriteUp(plan, (node) => (node.kind === "join" ? this.#join(node) : node));
  }

  #join(node: JoinPlan): Plan {
    if (node.type === "full" || node.threeValued) return node;
    const pairs = keyPairs(node);
    if (pairs.length === 0) return node;
    const byLeft = this.#reduced(node, pairs, "right");
    if (byLeft !== null) return byLeft;
    return node.type === "inner" ? this.#reduced(node, pairs.map(swapped), "left") ?? node : node;
  }

  /** The join with its large side cut down to what the other one meets; `null` if that does not pay. */
  #reduced(node: JoinPlan, all: readonly Pair[], large: "left" | "right"): Plan | null {
    const [few, many] = large === "right" ? [node.left, node.right] : [node.right, node.left];
    const pairs = all.filter((pair) => this.#placeFor(many, [pair.many]) !== null);
    if (pairs.length === 0) return null;
    const place = this.#placeFor(many, pairs.map((pair) => pair.many));
    if (place === null || place.target.kind === "cteScan") return null;
    const fewRows = this.#estimator.of(few).rows;
    const target = this.#estimator.of(place.target);
    if (target.rows < LARGE_ROWS || fewRows * 4 > target.rows) return null;
    const conditions = pairs.map(({ few: expr }, index) => compareExpr("=", place.exprs[index]!, expr));
    const other = this.#estimator.of(few);
    const share = semiShare(target, other, joinKeys(target, other, conditions));
    const cost = probeCost(target.rows, fewRows) + buildCost(fewRows) + fewRows * COPY_COST;
    // What streams past the other side was going to be dropped right there.
    const held = large === "right" ? buildCost(this.#estimator.of(many).rows) : 0;
    if ((place.work + held) * (1 - share) < cost) return null;
    const shared = this.#share(few);
    const keys = pairs.map(({ few: expr }) =>
      substitute(expr, (id) => columnExpr(shared.again.columns[few.columns.findIndex((c) => c.id === id)]!))
    );
    const on = pairs.map(({ condition, manyIsLeft }, index) => {
      const [own, met] = [place.exprs[index]!, keys[index]!];
      return manyIsLeft ? { ...condition, left: own, right: met } : { ...condition, left: met, right: own };
    });
    const cut = replaced(many, place.target, joined("semi", place.target, shared.again, on));
    return mapInputs(node, (input) => (input === many ? cut : shared.once));
  }

  /** The lowest plan whose rows can be dropped by these keys without changing which rows above have other keys. */
  #placeFor(plan: Plan, exprs: readonly PlanExpr[], work = 0): Place | null {
    switch (plan.kind) {
      case "project":
      case "aggregate": {
        const outputs = plan.kind === "project" ? plan.outputs : plan.keys;
        const known = new Map(outputs.map(({ column, expr }) => [column.id, expr]));
        if (!exprs.every((expr) => readsOnly(expr, new Set(known.keys())))) return null;
        const below = exprs.map((expr) => substitute(expr, (id) => known.get(id)));
        const grouping = plan.kind === "aggregate" ? this.#estimator.of(plan.input).rows * GROUPING_COST : 0;
        return this.#placeFor(plan.input, below, work + grouping);
      }
      case "filter":
        // The condition is checked first: it reads nothing but the row.
        if (plan.input.kind === "scan") return { target: plan, exprs, work };
        return this.#placeFor(plan.input, exprs, work);
      case "join": {
        if (plan.type === "full") return null;
        const [left, right] = [this.#estimator.of(plan.left).rows, this.#estimator.of(plan.right).rows];
        const readFrom = (side: Plan) => exprs.every((expr) => readsOnly(expr, idsOf(side)));
        if (readFrom(plan.left)) return this.#placeFor(plan.left, exprs, work + probeCost(left, right));
        if (plan.type !== "inner") return null;
        if (readFrom(plan.right)) return this.#placeFor(plan.right, exprs, work + buildCost(right));
        return { target: plan, exprs, work };
      }
      case "scan":
      case "cteScan":
        return { target: plan, exprs, work };
      default:
        return null;
    }
  }

  /** A plan as a common table with two readers, the first of which shows the plan's own columns. */
  #share(plan: Plan): { readonly once: CteScanPlan; readonly again: CteScanPlan } {
    const copy = () => plan.columns.map((column) => this.#fresh.copyOf(column));
    if (plan.kind === "cteScan") return { once: plan, again: { ...plan, columns: copy() } };
    const table = commonTable(plan, this.#fresh);
    this.ctes.push(table);
    this.#estimator.addCte(table.id, table.plan, table.columns);
    return { once: readerOf(table, plan.columns), again: readerOf(table, copy()) };
  }
}

/** What grouping one row costs, in rows passed on. */
const GROUPING_COST = 4;

interface Pair {
  readonly condition: Extract<PlanExpr, { kind: "compare" }>;
  readonly few: PlanExpr;
  readonly many: PlanExpr;
  readonly manyIsLeft: boolean;
}

/** Equalities between the sides, the right one taken for the large one. */
function keyPairs(node: JoinPlan): Pair[] {
  const [left, right] = [idsOf(node.left), idsOf(node.right)];
  return splitConjuncts(node.on).flatMap((condition): Pair[] => {
    if (condition.kind !== "compare" || condition.operator !== "=" || !equatesValues(condition)) return [];
    const manyIsLeft = readsOnly(condition.left, right);
    const [many, few] = manyIsLeft ? [condition.left, condition.right] : [condition.right, condition.left];
    const tied = !isConstantExpr(many) && readsOnly(many, right) && readsOnly(few, left);
    return tied ? [{ condition, few, many, manyIsLeft }] : [];
  });
}

function swapped({ condition, few, many, manyIsLeft }: Pair): Pair {
  return { condition, few: many, many: few, manyIsLeft: !manyIsLeft };
}

interface Place {
  readonly target: Plan;
  /** The keys in terms of the target's columns. */
  readonly exprs: readonly PlanExpr[];
  /** What is done with the target's rows before they get to where the search began. */
  readonly work: number;
}

function replaced(plan: Plan, target: Plan, by: Plan): Plan {
  return plan === target ? by : mapInputs(plan, (input) => replaced(input, target, by));
}
