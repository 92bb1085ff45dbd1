import { RuntimeDecline } from "../../olap_backend.ts";
import { sortCompare } from "../kernels/mod.ts";
import type { PlanSortKey, SortPlan } from "../plan/plan.ts";
import type { ColumnId } from "../plan/plan_expr.ts";
import type { Fragment } from "./fragment.ts";
import { ranksOf } from "./ranks.ts";
import { NO_VALUES, type Relation, RelationBuilder, type StoredColumn, storedValue } from "./relation.ts";
import { type Run, withColumns } from "./run.ts";

type Compare = (a: number, b: number) => number;

/** Sorts a plan's rows, cut as it says. */
export function sort(run: Run, plan: SortPlan, ids: readonly ColumnId[]): Relation {
  const builder = new RelationBuilder(run.context.budget);
  const needed = withColumns(new Set(ids), plan.keys.map((key) => key.expr));
  run.produce(plan.input, needed, (e) => {
    builder.begin(e);
    const values: Fragment[] = [...ids.map((id) => e.column(id)), ...plan.keys.map((key) => e.compile(key.expr))];
    builder.prepare(e, values);
    builder.emitAppend(e, values);
    builder.end();
  });
  const { columns, count } = builder;
  const compare = compareBy(plan.keys, plan.keys.map((_, at) => columns[ids.length + at]));
  const order = new Int32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  order.sort(compare);
  run.checkCancelled();
  const from = Math.min(plan.offset, count);
  const to = plan.limit === null ? count : Math.min(from + plan.limit, count);
  if (plan.refusesTies && from < to) refuseTies(order, from, to, compare);
  const kept = new Map(ids.map((id, at) => [id, columns[at] ?? NO_VALUES]));
  return { rowCount: to - from, columns: kept, order: order.subarray(from, to) };
}

function refuseTies(order: Int32Array, from: number, to: number, compare: Compare): void {
  const tied = (at: number) => at > 0 && at < order.length && compare(order[at - 1]!, order[at]!) === 0;
  if (tied(from) || tied(to)) throw new RuntimeDecline("rows that tie at the LIMIT");
}

/** Compares rows by sort keys held in columns. */
export function compareBy(keys: readonly PlanSortKey[], columns: readonly (StoredColumn | undefined)[]): Compare {
  const parts = keys.flatMap((key, at) => {
    const column = columns[at];
    return column === undefined || column.rep === "null" ? [] : [compareKey(key, column)];
  });
  const [first, second] = parts;
  if (first === undefined) return () => 0;
  if (second === undefined) return first;
  return (a, b) => {
    for (const part of parts) {
      const order = part(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareKey({ expr, descending, nulls: nullPlace }: PlanSortKey, column: StoredColumn): Compare {
  const collation = expr.collation?.name ?? "BINARY";
  const ranked = column.rep === "text" && collation === "BINARY";
  const numeric = column.rep === "int" || column.rep === "real" || column.rep === "number";
  if (!ranked && !numeric) {
    const value = (row: number) => storedValue(column, row);
    return (a, b) => sortCompare(value(a), value(b), collation, descending, nullPlace === "first");
  }
  const data = column.data as Float64Array;
  const sign = descending ? -1 : 1;
  const ranks = ranked ? rankedRows(column) : null;
  const plain: Compare = ranks === null
    ? (a, b) => data[a]! < data[b]! ? -sign : data[a]! > data[b]! ? sign : 0
    : (a, b) => (ranks[a]! - ranks[b]!) * sign;
  const { nulls } = column;
  if (nulls === null) return plain;
  const nullSign = nullPlace === "first" ? -1 : 1;
  return (a, b) => {
    if (nulls[a]! !== nulls[b]!) return nulls[a] === 1 ? nullSign : -nullSign;
    return nulls[a] === 1 ? 0 : plain(a, b);
  };
}

/** The rank of each row's text. */
function rankedRows(column: StoredColumn): Int32Array {
  const codes = column.data as Int32Array;
  const ranks = ranksOf(column.heap!);
  return codes.map((code) => ranks[code] ?? 0);
}
