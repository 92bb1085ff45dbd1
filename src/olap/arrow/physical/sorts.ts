import { RuntimeDecline } from "../../olap_backend.ts";
import type { SortPlan } from "../plan/plan.ts";
import type { ColumnId } from "../plan/plan_expr.ts";
import { GatheredRows } from "./gather.ts";
import { NO_VALUES, type Relation, RelationBuilder, type StoredColumn, storedValue } from "./relation.ts";
import { RowSorter, type SortedRows } from "./row_order.ts";
import { type Run, withColumns } from "./run.ts";
import { TOP_ROWS_MAX, TopRows } from "./top_rows.ts";

/** Sorts a plan's rows, cut as it says. */
export function sort(run: Run, plan: SortPlan, ids: readonly ColumnId[]): Relation {
  // One row more tells whether the last one ties with it.
  const wanted = plan.limit === null ? Infinity : Math.max(plan.offset + plan.limit + (plan.refusesTies ? 1 : 0), 1);
  const some = collect(run, plan, ids, wanted);
  const edges = plan.refusesTies ? tiedEdges(plan, some) : [];
  if (edges.length === 0) return cut(plan, ids, some);
  refuseTies(ids.length, some, edges);
  // All that tie must be the same, those left out as well.
  const all = wanted <= TOP_ROWS_MAX ? collect(run, plan, ids, Infinity) : some;
  refuseTies(ids.length, all, edges);
  return cut(plan, ids, all);
}

interface Collected extends SortedRows {
  /** Those asked for, then the sort keys. */
  readonly columns: readonly StoredColumn[];
}

/** The rows in order, at least the first `wanted` of them. */
function collect(run: Run, plan: SortPlan, ids: readonly ColumnId[], wanted: number): Collected {
  const builder = new RelationBuilder(run.context.budget);
  const needed = withColumns(new Set(ids), plan.keys.map((key) => key.expr));
  const sorter = new RowSorter(run, builder, plan.keys, ids.length);
  const top = wanted <= TOP_ROWS_MAX ? new TopRows(builder, sorter, plan.keys, wanted) : null;
  run.produce(plan.input, needed, (e) => {
    builder.begin(e);
    e.share(new GatheredRows(builder, run.context.budget, top === null));
    const keys = plan.keys.map((key) => e.compile(key.expr));
    const append = () => {
      const values = [...ids.map((id) => e.column(id)), ...keys];
      builder.prepare(e, values);
      builder.emitAppend(e, values);
    };
    if (top === null) append();
    else top.emit(e, keys, append);
    builder.end();
  });
  return { ...sorter.sort(run.context.team), columns: builder.columns };
}

function cut(plan: SortPlan, ids: readonly ColumnId[], { order, columns }: Collected): Relation {
  const { from, to } = range(plan, order.length);
  const kept = new Map(ids.map((id, at) => [id, columns[at] ?? NO_VALUES]));
  return { rowCount: to - from, columns: kept, order: order.subarray(from, to) };
}

function range(plan: SortPlan, count: number): { readonly from: number; readonly to: number } {
  const from = Math.min(plan.offset, count);
  return { from, to: plan.limit === null ? count : Math.min(from + plan.limit, count) };
}

/** Places where the cut falls between rows that tie. */
function tiedEdges(plan: SortPlan, { order, tied }: Collected): number[] {
  const { from, to } = range(plan, order.length);
  return from < to ? [from, to].filter(tied) : [];
}

/** Declines if rows that tie around an edge differ: which of them SQLite keeps is open. */
function refuseTies(width: number, { order, tied, columns }: Collected, edges: readonly number[]): void {
  for (const edge of edges) {
    let first = edge - 1;
    while (tied(first)) first--;
    for (let place = first + 1; tied(place); place++) {
      for (let at = 0; at < width; at++) {
        const column = columns[at] ?? NO_VALUES;
        if (!isSame(storedValue(column, order[first]!), storedValue(column, order[place]!))) {
          throw new RuntimeDecline("rows that tie at the LIMIT");
        }
      }
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return Object.is(a, b);
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
