import type { ExactValue } from "../../../types/mod.ts";
import { columnsReadBy, splitConjuncts } from "../plan/expr_walk.ts";
import type { AggregatePlan, JoinPlan, Plan, PlanOutput, ScanPlan, SetOperationPlan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import { evaluate } from "./evaluate.ts";
import { antiShare, type JoinKeys, joinKeys, joinShare, type SameAs, semiShare } from "./join_share.ts";
import type { ColumnEstimate, Estimate, UniqueKey } from "./row_estimate.ts";
import { type Selected, selected } from "./selectivity.ts";
import type { PlanStatistics } from "./statistics.ts";

/** Rows of a table of which nothing is known. */
const UNKNOWN_ROWS = 1000;

const UNKNOWN: ColumnEstimate = { distinct: 100, domain: 100, nulls: 0, range: null, sample: null };

/** Estimates plans of one statement, each once. */
export class Estimator {
  readonly #statistics: PlanStatistics;
  readonly #known = new WeakMap<Plan, Estimate>();
  /** By common table: its estimate and the columns it is in terms of. */
  readonly #ctes = new Map<number, { readonly estimate: Estimate; readonly ids: readonly ColumnId[] }>();

  constructor(statistics: PlanStatistics) {
    this.#statistics = statistics;
  }

  /** Makes a common table's rows known to the plans that read it. */
  addCte(id: number, plan: Plan, columns: readonly { readonly id: ColumnId }[]): void {
    this.#ctes.set(id, { estimate: this.of(plan), ids: columns.map((column) => column.id) });
  }

  of(plan: Plan): Estimate {
    let estimate = this.#known.get(plan);
    if (estimate === undefined) this.#known.set(plan, estimate = this.#estimate(plan));
    return estimate;
  }

  /** Rows of both sides that satisfy the conditions. */
  join(left: Estimate, right: Estimate, conditions: readonly PlanExpr[], sameAs?: SameAs): Estimate {
    const keys = joinKeys(left, right, conditions, sameAs);
    const both = { columns: new Map([...left.columns, ...right.columns]) };
    const rest = selected(keys.rest, both.columns);
    const rows = atLeastOne(left.rows * right.rows * joinShare(left, right, keys) * rest.share);
    return { rows, columns: thinned(both.columns, rows), unique: keptKeys(left, right, keys) };
  }

  /** Rows of the left side after it met the right one in a join of the given type. */
  extend(type: JoinPlan["type"], left: Estimate, right: Estimate, node: JoinPlan): Estimate {
    const conditions = splitConjuncts(node.on);
    switch (type) {
      case "semi":
      case "anti": {
        const keys = joinKeys(left, right, conditions);
        const share = type === "semi" ? semiShare(left, right, keys) : antiShare(left, right, keys);
        const rows = atLeastOne(left.rows * share);
        return { rows, columns: thinned(left.columns, rows), unique: left.unique };
      }
      case "mark":
        return {
          ...left,
          columns: new Map([...left.columns, [node.mark!.id, { ...UNKNOWN, distinct: 2, domain: 2 }]]),
        };
      case "left":
      case "single": {
        const inner = this.join(left, right, conditions);
        const rows = type === "single" ? left.rows : Math.max(left.rows, inner.rows);
        const unique = rows > left.rows ? [] : left.unique;
        return { rows, columns: thinned(inner.columns, rows), unique };
      }
      case "full": {
        const inner = this.join(left, right, conditions);
        return { rows: Math.max(inner.rows, left.rows, right.rows), columns: inner.columns, unique: [] };
      }
      case "inner":
        return this.join(left, right, conditions);
    }
  }

  #estimate(plan: Plan): Estimate {
    switch (plan.kind) {
      case "scan":
        return this.#scan(plan);
      case "values":
        return { rows: atLeastOne(plan.rows.length), columns: unknown(plan), unique: [] };
      case "cteScan": {
        const cte = this.#ctes.get(plan.cte);
        if (cte === undefined) return { rows: UNKNOWN_ROWS, columns: unknown(plan), unique: [] };
        const own = new Map(plan.indexes.map((index, i) => [cte.ids[index]!, plan.columns[i]!.id]));
        const columns = new Map(
          plan.indexes.map((index, i) => [plan.columns[i]!.id, cte.estimate.columns.get(cte.ids[index]!) ?? UNKNOWN]),
        );
        const unique = cte.estimate.unique.filter((key) => key.columns.every((id) => own.has(id)))
          .map(({ columns: ids, domain }) => ({ columns: ids.map((id) => own.get(id)!), domain }));
        return { rows: cte.estimate.rows, columns, unique };
      }
      case "filter": {
        const input = this.of(plan.input);
        return filteredEstimate(input, selected(splitConjuncts(plan.predicate), input.columns));
      }
      case "project": {
        const input = this.of(plan.input);
        return { ...input, columns: outputEstimates(plan.outputs, input) };
      }
      case "join":
        return this.extend(plan.type, this.of(plan.left), this.of(plan.right), plan);
      case "aggregate":
        return aggregateEstimate(plan, this.of(plan.input));
      case "window": {
        const input = this.of(plan.input);
        const calls = plan.calls.map((call) => [call.column.id, { ...UNKNOWN, distinct: input.rows }] as const);
        return { ...input, columns: new Map([...input.columns, ...calls]) };
      }
      case "sort":
      case "limit": {
        const input = this.of(plan.input);
        const rows = atLeastOne(Math.min(input.rows - plan.offset, plan.limit ?? Infinity));
        return { rows, columns: thinned(input.columns, rows), unique: input.unique };
      }
      case "setOperation":
        return setEstimate(plan, this.of(plan.left), this.of(plan.right));
    }
  }

  #scan(plan: ScanPlan): Estimate {
    const table = this.#statistics.table(plan.table.name);
    if (table === undefined) return { rows: UNKNOWN_ROWS, columns: unknown(plan), unique: [] };
    const rows = atLeastOne(table.rows);
    const origin = {};
    const columns = plan.indexes.map((index, i): [ColumnId, ColumnEstimate] => {
      const { distinct, nulls, range } = table.columns[index]!;
      const sample = table.sample(index).length === 0 ? null : { origin, values: () => table.sample(index) };
      const count = Math.max(1, Math.min(distinct, rows));
      return [plan.columns[i]!.id, { distinct: count, domain: count, nulls: nulls / rows, range, sample }];
    });
    return { rows, columns: new Map(columns), unique: keysOfScan(plan, rows) };
  }
}

/** The mirror's key, and the source's PRIMARY KEY: where NULLs break it no equality would notice. */
function keysOfScan({ table, indexes, columns }: ScanPlan, rows: number): UniqueKey[] {
  const primary = table.source.columns.filter((column) => column.primaryKeyPosition > 0).map((column) => column.name);
  // A row's key stands in all its versions.
  const keys = table.history === undefined ? [table.keyColumns, primary] : [table.keyColumns];
  return keys.filter((names) => names.length > 0).flatMap((names) => {
    const ids = names.map((name) => {
      const at = indexes.findIndex((index) => table.columns[index]!.name === name);
      return at < 0 ? null : columns[at]!.id;
    });
    return ids.includes(null) ? [] : [{ columns: ids as ColumnId[], domain: rows }];
  });
}

function unknown(plan: Plan): Map<ColumnId, ColumnEstimate> {
  return new Map(plan.columns.map((column) => [column.id, UNKNOWN]));
}

function atLeastOne(rows: number): number {
  return Math.max(1, rows);
}

function thinned(columns: ReadonlyMap<ColumnId, ColumnEstimate>, rows: number): Map<ColumnId, ColumnEstimate> {
  return new Map([...columns].map(([id, column]) => [
    id,
    column.distinct <= rows ? column : { ...column, distinct: atLeastOne(rows) },
  ]));
}

/** How many of `distinct` values are still met when only a share of the rows is left. */
function survivors(distinct: number, rows: number, share: number): number {
  const perValue = Math.max(1, rows / distinct);
  return Math.max(1, distinct * (1 - Math.pow(1 - Math.min(share, 1), perValue)));
}

function filteredEstimate(input: Estimate, { share, fixed }: Selected): Estimate {
  const rows = atLeastOne(input.rows * share);
  const columns = new Map([...input.columns].map(([id, column]) => {
    const distinct = fixed.get(id) ?? survivors(column.distinct, input.rows, share);
    return [id, { ...column, distinct: Math.max(1, Math.min(distinct, rows)) }];
  }));
  return { rows, columns, unique: input.unique };
}

function outputEstimates(outputs: readonly PlanOutput[], input: Estimate): Map<ColumnId, ColumnEstimate> {
  return new Map(outputs.map(({ column, expr }) => [column.id, exprEstimate(expr, input)]));
}

/** An expression's values; over columns of one table they are computed for its sample. */
function exprEstimate(expr: PlanExpr, input: Estimate): ColumnEstimate {
  if (expr.kind === "column") return input.columns.get(expr.id) ?? UNKNOWN;
  const read = [...columnsReadBy(expr)];
  const columns = read.map((id) => input.columns.get(id) ?? UNKNOWN);
  const most = columns.reduce((product, column) => Math.min(product * column.distinct, input.rows), 1);
  const [first] = columns;
  const origin = first?.sample?.origin;
  if (origin === undefined || columns.some((column) => column.sample?.origin !== origin)) {
    return { ...UNKNOWN, distinct: most, domain: most };
  }
  let computed: readonly ExactValue[] | null = null;
  const values = (): readonly ExactValue[] => {
    if (computed !== null) return computed;
    const byId = new Map(read.map((id, i) => [id, columns[i]!.sample!.values()]));
    computed = first!.sample!.values().map((_, row) => evaluate(expr, (id) => byId.get(id)![row]!) ?? null);
    return computed;
  };
  const found = new Set(values()).size;
  // When most sample rows differ, nearly all rows may.
  const distinct = found > values().length / 2 ? most : Math.min(found, most);
  return { distinct, domain: distinct, nulls: 0, range: null, sample: { origin, values } };
}

function aggregateEstimate(plan: AggregatePlan, input: Estimate): Estimate {
  const keys = plan.keys.map(({ column, expr }) => [column.id, exprEstimate(expr, input)] as const);
  const sizes = keys.map(([, key]) => key.distinct).sort((a, b) => b - a);
  // Further keys often follow from those before.
  const combinations = sizes.reduce((product, size, index) => product * Math.pow(size, index < 2 ? 1 : 0.5), 1);
  const rows = atLeastOne(Math.min(combinations, input.rows));
  const calls = plan.calls.map((call) => [call.column.id, { ...UNKNOWN, distinct: rows, domain: rows }] as const);
  const columns = thinned(
    new Map([...keys.map(([id, key]) => [id, { ...key, sample: null }] as const), ...calls]),
    rows,
  );
  return { rows, columns, unique: [{ columns: keys.map(([id]) => id), domain: rows }] };
}

/** Keys that stay keys: those of a side of which each row meets at most one of the other. */
function keptKeys(left: Estimate, right: Estimate, keys: JoinKeys): UniqueKey[] {
  return [...(keys.rightUnique !== null ? left.unique : []), ...(keys.leftUnique !== null ? right.unique : [])];
}

function setEstimate(plan: SetOperationPlan, left: Estimate, right: Estimate): Estimate {
  const rows = atLeastOne(setRows(plan.operator, left.rows, right.rows));
  const columns = new Map(plan.columns.map((column, index) => {
    const [l, r] = [left.columns.get(plan.left.columns[index]!.id), right.columns.get(plan.right.columns[index]!.id)];
    const distinct = Math.min(rows, (l?.distinct ?? 1) + (r?.distinct ?? 1));
    return [column.id, { ...UNKNOWN, distinct, domain: distinct }];
  }));
  return {
    rows,
    columns,
    unique: plan.operator === "unionAll" ? [] : [{ columns: [...columns.keys()], domain: rows }],
  };
}

function setRows(operator: SetOperationPlan["operator"], left: number, right: number): number {
  switch (operator) {
    case "unionAll":
    case "union":
      return left + right;
    case "intersect":
      return Math.min(left, right) / 2;
    case "except":
      return left / 2;
  }
}
