import { columnExpr, sameExpr } from "../plan/build_expr.ts";
import { aggregated, combined, filtered, joined, passedOn, projected, windowed } from "../plan/build_plan.ts";
import { splitConjuncts, substitute } from "../plan/expr_walk.ts";
import type { AggregatePlan, JoinPlan, Plan, PlanOutput, SetOperationPlan } from "../plan/plan.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { freeColumns, mapExprs } from "../plan/plan_walk.ts";
import { type Binding, decline } from "./binding.ts";
import { mixesClasses } from "../plan/mixed_classes.ts";
import { overNoRows } from "./over_no_rows.ts";
import { outerValues } from "./outer_values.ts";

/** A query's rows for every combination of the outer values it reads, and what ties them to the outer rows. */
export interface Unnested {
  readonly plan: Plan;
  readonly conditions: readonly PlanExpr[];
}

/**
 * Makes a query that reads columns of `left` independent of it (Neumann and Kemper, "Unnesting Arbitrary Queries"): the distinct outer
 * values are joined to the innermost plans, and every node above keeps rows of different values apart.
 */
export function unnest(binding: Binding, left: Plan, right: Plan): Unnested {
  const free = freeColumns(right);
  const outer = left.columns.filter((column) => free.has(column.id));
  for (const { type, name } of outer) {
    if (mixesClasses(type)) decline("type", `a correlated subquery over "${name}", which may be INTEGER or REAL`);
  }
  const made = new Unnesting(binding, left, outer).push(right);
  const conditions = outer.map((column) => sameExpr(columnExpr(column), columnExpr(made.values.get(column.id)!)));
  return { plan: made.plan, conditions };
}

/** Columns of a plan that hold the outer values its rows belong to, by the outer column's id. */
type Values = ReadonlyMap<ColumnId, PlanColumn>;

interface Pushed {
  readonly plan: Plan;
  readonly values: Values;
}

class Unnesting {
  readonly #binding: Binding;
  readonly #left: Plan;
  readonly #outer: readonly PlanColumn[];
  readonly #ids: ReadonlySet<ColumnId>;

  constructor(binding: Binding, left: Plan, outer: readonly PlanColumn[]) {
    this.#binding = binding;
    this.#left = left;
    this.#outer = outer;
    this.#ids = new Set(outer.map((column) => column.id));
  }

  push(plan: Plan): Pushed {
    if (!this.#depends(plan)) {
      const domain = this.#domain();
      return { plan: joined("inner", plan, domain.plan, []), values: domain.values };
    }
    switch (plan.kind) {
      case "filter": {
        const { plan: input, values } = this.push(plan.input);
        return { plan: filtered(input, splitConjuncts(plan.predicate).map(reading(values))), values };
      }
      case "project": {
        const { plan: input, values } = this.push(plan.input);
        const outputs = plan.outputs.map(({ column, expr }) => ({ column, expr: reading(values)(expr) }));
        return { plan: projected(input, [...outputs, ...[...values.values()].map(passedOn)]), values };
      }
      case "join":
        return this.#pushJoin(plan);
      case "aggregate":
        return plan.keys.length === 0 ? this.#pushScalar(plan) : this.#pushGroups(plan);
      case "window": {
        const { plan: input, values } = this.push(plan.input);
        const apart = [...values.values()].map(columnExpr);
        const node = mapExprs(plan, reading(values));
        if (node.kind !== "window") return { plan: input, values };
        const calls = node.calls.map((call) => ({ ...call, partitionBy: [...call.partitionBy, ...apart] }));
        return { plan: windowed(input, calls), values };
      }
      case "sort":
        if (plan.limit === null && plan.offset === 0) return this.push(plan.input);
        return decline("subquery", "LIMIT in a correlated subquery");
      case "limit":
        return decline("subquery", "LIMIT in a correlated subquery");
      case "setOperation":
        return this.#pushArms(plan);
      case "values":
      case "scan":
      case "cteScan":
        return decline("subquery", "VALUES that read an enclosing query");
    }
  }

  #depends(plan: Plan): boolean {
    for (const id of freeColumns(plan)) if (this.#ids.has(id)) return true;
    return false;
  }

  /** The outer values, each combination once, as columns of their own. */
  #domain(): Pushed {
    const source = outerValues(this.#binding, this.#left, this.#outer);
    const keys = this.#outer.map((column): PlanOutput => {
      const value = source.values.get(column.id)!;
      return { column: this.#binding.copyOf(value), expr: columnExpr(value) };
    });
    return { plan: aggregated(source.plan, keys, []), values: this.#byOuter(keys.map((key) => key.column)) };
  }

  #byOuter(columns: readonly PlanColumn[]): Values {
    return new Map(this.#outer.map(({ id }, index) => [id, columns[index]!]));
  }

  #same(left: Values, right: Values): PlanExpr[] {
    return this.#outer.map(({ id }) => sameExpr(columnExpr(left.get(id)!), columnExpr(right.get(id)!)));
  }

  #pushJoin(plan: JoinPlan): Pushed {
    if (plan.type === "full") return decline("subquery", "FULL JOIN in a correlated subquery");
    const onlyRight = plan.type === "inner" && !this.#depends(plan.left) && this.#depends(plan.right);
    const left = onlyRight ? null : this.push(plan.left);
    const right = this.#depends(plan.right) ? this.push(plan.right) : null;
    const values = (left ?? right)!.values;
    const tied = left === null || right === null ? [] : this.#same(left.values, right.values);
    const on = splitConjuncts(plan.on).map(reading(values));
    const [l, r] = [left?.plan ?? plan.left, right?.plan ?? plan.right];
    if (plan.type !== "mark") return { plan: joined(plan.type, l, r, [...tied, ...on]), values };
    const node = joined("semi", l, r, [...tied, ...on]);
    const columns = [...l.columns, plan.mark!];
    return { plan: { ...plan, left: l, right: r, on: node.on, columns }, values };
  }

  #pushGroups(plan: AggregatePlan): Pushed {
    const { plan: input, values } = this.push(plan.input);
    const node = mapExprs(plan, reading(values)) as AggregatePlan;
    const keys = this.#keysOf(values);
    return {
      plan: aggregated(input, [...node.keys, ...keys], node.calls),
      values: this.#byOuter(keys.map((key) => key.column)),
    };
  }

  #keysOf(values: Values): PlanOutput[] {
    return this.#outer.map(({ id }): PlanOutput => {
      const value = values.get(id)!;
      return { column: this.#binding.copyOf(value), expr: columnExpr(value) };
    });
  }

  /** An aggregate without keys has a row for every outer value, with or without rows to aggregate. */
  #pushScalar(plan: AggregatePlan): Pushed {
    const { plan: input, values } = this.push(plan.input);
    const node = mapExprs(plan, reading(values)) as AggregatePlan;
    const keys = this.#keysOf(values);
    const renamed = node.calls.map((call) => ({ ...call, column: this.#binding.copyOf(call.column) }));
    const groups = aggregated(input, keys, renamed);
    const domain = this.#domain();
    const all = joined(
      "left",
      domain.plan,
      groups,
      this.#same(domain.values, this.#byOuter(keys.map((k) => k.column))),
    );
    const outputs = plan.calls.map(({ column }, index): PlanOutput => {
      const made = all.columns.find((each) => each.id === renamed[index]!.column.id)!;
      return { column, expr: overNoRows(all, groups, columnExpr(made)) };
    });
    return { plan: projected(all, [...outputs, ...[...domain.values.values()].map(passedOn)]), values: domain.values };
  }

  #pushArms(plan: SetOperationPlan): Pushed {
    const arm = (input: Plan): Pushed => {
      const pushed = this.push(input);
      const shown = [...input.columns, ...pushed.values.values()];
      return { plan: projected(pushed.plan, shown.map(passedOn)), values: pushed.values };
    };
    const [left, right] = [arm(plan.left), arm(plan.right)];
    const values = [...left.values.values()].map((column) => this.#binding.copyOf(column));
    const columns = [...plan.columns, ...values];
    return { plan: combined(plan.operator, left.plan, right.plan, columns), values: this.#byOuter(values) };
  }
}

/** An expression with the outer columns replaced by the values at hand. */
function reading(values: Values): (expr: PlanExpr) => PlanExpr {
  return (expr) =>
    substitute(expr, (id) => {
      const value = values.get(id);
      return value && columnExpr(value);
    });
}
