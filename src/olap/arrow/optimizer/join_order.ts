import { filtered, joined } from "../plan/build_plan.ts";
import { columnsReadBy } from "../plan/expr_walk.ts";
import type { Plan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import { mapInputs } from "../plan/plan_walk.ts";
import { isOneRow } from "../plan/row_bounds.ts";
import type { Estimator } from "./estimate.ts";
import { equalityOf } from "./equality.ts";
import { buildCost, crossCost, probeCost } from "./join_cost.ts";
import type { JoinGraph } from "./join_graph.ts";
import { joinKeys } from "./join_share.ts";
import type { Estimate } from "./row_estimate.ts";
import { selected } from "./selectivity.ts";

/** The best way found so far to join a set of items. */
interface Step {
  readonly items: number;
  readonly estimate: Estimate;
  readonly cost: number;
  readonly make: () => Plan;
}

/** Up to so many items every order is weighed; more are joined step by step, the cheapest first. */
const EXHAUSTIVE_ITEMS = 10;

/** Joins a graph's items in the order that is expected to cost least. */
export function orderJoins(graph: JoinGraph, estimator: Estimator): Plan {
  const search = new Search(graph, estimator);
  const count = graph.leaves.length + graph.attachments.length;
  const best = count <= EXHAUSTIVE_ITEMS ? search.exhaustive() : null;
  return (best ?? search.greedy()).make();
}

class Search {
  readonly #graph: JoinGraph;
  readonly #estimator: Estimator;
  readonly #leafCount: number;
  readonly #oneRow: number;

  constructor(graph: JoinGraph, estimator: Estimator) {
    this.#graph = graph;
    this.#estimator = estimator;
    this.#leafCount = graph.leaves.length;
    this.#oneRow = graph.leaves.reduce((items, leaf, index) => (isOneRow(leaf) ? items | (1 << index) : items), 0);
  }

  readonly #sameAs = (id: ColumnId): ColumnId[] =>
    this.#graph.classes.find((members) => members.some(({ column }) => column.id === id))
      ?.map(({ column }) => column.id) ?? [];

  /** Every order in which each join has a condition; `null` if there is none. */
  exhaustive(): Step | null {
    const { attachments } = this.#graph;
    const count = this.#leafCount + attachments.length;
    const best: (Step | undefined)[] = new Array(1 << count);
    for (const step of this.#leafSteps()) best[step.items] = step;
    for (let items = 1; items < 1 << count; items++) {
      let found = best[items];
      for (let part = (items - 1) & items; part > items - part; part = (part - 1) & items) {
        const [left, right] = [best[part], best[items & ~part]];
        if (left === undefined || right === undefined || !this.#mayJoin(left, right)) continue;
        found = cheaper(found, this.#join(left, right, found?.estimate));
      }
      attachments.forEach(({ needs }, index) => {
        const bit = 1 << (this.#leafCount + index);
        const rest = best[items & ~bit];
        if ((items & bit) === 0 || rest === undefined || (rest.items & needs) !== needs) return;
        found = cheaper(found, this.#attach(rest, index, found?.estimate));
      });
      best[items] = found;
    }
    return best[(1 << count) - 1] ?? null;
  }

  /** Again and again the step that leaves fewest rows; products only when nothing else is left. */
  greedy(): Step {
    let steps = this.#leafSteps();
    const open = new Set(this.#graph.attachments.keys());
    while (steps.length > 1 || open.size > 0) {
      let best: { readonly step: Step; readonly used: readonly Step[]; readonly attachment: number | null } | null =
        null;
      const consider = (step: Step, used: readonly Step[], attachment: number | null): void => {
        if (best === null || rank(step) < rank(best.step)) best = { step, used, attachment };
      };
      for (const allowProducts of [false, true]) {
        if (best !== null) break;
        for (const [index, left] of steps.entries()) {
          for (const right of steps.slice(index + 1)) {
            if (allowProducts || this.#mayJoin(left, right)) consider(this.#join(left, right), [left, right], null);
          }
          for (const attachment of open) {
            const { needs } = this.#graph.attachments[attachment]!;
            if ((left.items & needs) === needs) consider(this.#attach(left, attachment), [left], attachment);
          }
        }
      }
      const { step, used, attachment } = best!;
      steps = [...steps.filter((each) => !used.includes(each)), step];
      if (attachment !== null) open.delete(attachment);
    }
    return steps[0]!;
  }

  #leafSteps(): Step[] {
    return this.#graph.leaves.map((leaf, index): Step => {
      const items = 1 << index;
      const own = this.#graph.classes.flatMap((members) => {
        const [first, ...others] = members.filter((member) => member.item === index);
        return others.map((other) => equalityOf(first!.column, other.column));
      });
      const checks = [...this.#completed(items, 0, 0), ...own];
      const estimate = this.#estimator.of(leaf);
      return this.#checked({ items, estimate, cost: 0, make: () => leaf }, checks);
    });
  }

  /** Conditions whose items are all there now and were not before on one side. */
  #completed(items: number, left: number, right: number): PlanExpr[] {
    return this.#graph.conditions
      .filter((condition) =>
        (condition.items & ~items) === 0 && (left === 0 || (condition.items & ~left) !== 0) &&
        (right === 0 || (condition.items & ~right) !== 0)
      )
      .map((condition) => condition.expr);
  }

  #checked(step: Step, checks: readonly PlanExpr[]): Step {
    if (checks.length === 0) return step;
    const { share } = selected(checks, step.estimate.columns);
    const estimate = { ...step.estimate, rows: Math.max(1, step.estimate.rows * share) };
    return { ...step, estimate, make: () => filtered(step.make(), checks) };
  }

  #equalities(left: number, right: number): PlanExpr[] {
    return this.#graph.classes.flatMap((members) => {
      const l = members.find((member) => (left & (1 << member.item)) !== 0);
      const r = members.find((member) => (right & (1 << member.item)) !== 0);
      return l === undefined || r === undefined ? [] : [equalityOf(l.column, r.column)];
    });
  }

  /** Whether something ties the two, or a product costs nothing. */
  #mayJoin(left: Step, right: Step): boolean {
    if ((left.items & ~this.#oneRow) === 0 || (right.items & ~this.#oneRow) === 0) return true;
    const tied = (a: number, b: number, items: number) => (items & a) !== 0 && (items & b) !== 0;
    const both = left.items | right.items;
    return this.#graph.classes.some((members) =>
      members.some(({ item }) => left.items & (1 << item)) && members.some(({ item }) => right.items & (1 << item))
    ) || this.#graph.conditions.some(({ items }) => (items & ~both) === 0 && tied(left.items, right.items, items));
  }

  #join(a: Step, b: Step, known?: Estimate): Step {
    const items = a.items | b.items;
    const conditions = [...this.#equalities(a.items, b.items), ...this.#completed(items, a.items, b.items)];
    const estimate = known ?? this.#estimator.join(a.estimate, b.estimate, conditions, this.#sameAs);
    const keyed = joinKeys(a.estimate, b.estimate, conditions).pairs.length > 0;
    const [aRows, bRows] = [a.estimate.rows, b.estimate.rows];
    const costOf = (streamed: number, held: number) =>
      keyed ? probeCost(streamed, held) + buildCost(held) : crossCost(streamed, held);
    const [heldIsB, heldIsA] = [costOf(aRows, bRows), costOf(bRows, aRows)];
    const swap = heldIsA < heldIsB;
    const cost = a.cost + b.cost + Math.min(heldIsA, heldIsB) + estimate.rows;
    const [left, right] = swap ? [b, a] : [a, b];
    return { items, estimate, cost, make: () => joined("inner", left.make(), right.make(), conditions) };
  }

  #attach(step: Step, index: number, known?: Estimate): Step {
    const { node } = this.#graph.attachments[index]!;
    const items = step.items | (1 << (this.#leafCount + index));
    const right = this.#estimator.of(node.right);
    const estimate = known ?? this.#estimator.extend(node.type, step.estimate, right, node);
    const keyed = node.on !== null && columnsReadBy(node.on).size > 0;
    const [streamed, held] = [step.estimate.rows, right.rows];
    const work = keyed ? probeCost(streamed, held) + buildCost(held) : crossCost(streamed, Math.min(held, 2));
    const make = (): Plan => mapInputs(node, (input) => (input === node.left ? step.make() : input));
    const attached: Step = { items, estimate, cost: step.cost + work + estimate.rows, make };
    const checks = this.#completed(items, step.items, 0);
    return known === undefined
      ? this.#checked(attached, checks)
      : { ...attached, make: () => filtered(make(), checks) };
  }
}

function cheaper(found: Step | undefined, other: Step): Step {
  return found !== undefined && found.cost <= other.cost ? found : other;
}

/** Greedy search goes for few rows, and for little work where the rows are the same. */
function rank(step: Step): number {
  return step.estimate.rows + step.cost * 1e-3;
}
