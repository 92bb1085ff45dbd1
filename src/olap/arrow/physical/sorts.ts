import { RuntimeDecline } from "../../olap_backend.ts";
import type { SortPlan } from "../plan/plan.ts";
import type { ColumnId } from "../plan/plan_expr.ts";
import { NO_VALUES, type Relation, RelationBuilder } from "./relation.ts";
import { RowSorter } from "./row_order.ts";
import { type Run, withColumns } from "./run.ts";
import { TOP_ROWS_MAX, TopRows } from "./top_rows.ts";

/** Sorts a plan's rows, cut as it says. */
export function sort(run: Run, plan: SortPlan, ids: readonly ColumnId[]): Relation {
  const builder = new RelationBuilder(run.context.budget);
  const needed = withColumns(new Set(ids), plan.keys.map((key) => key.expr));
  const sorter = new RowSorter(run, builder, plan.keys, ids.length);
  // One row more tells whether the last one ties with it.
  const wanted = plan.limit === null ? Infinity : Math.max(plan.offset + plan.limit + (plan.refusesTies ? 1 : 0), 1);
  const top = wanted <= TOP_ROWS_MAX ? new TopRows(builder, sorter, plan.keys, wanted) : null;
  run.produce(plan.input, needed, (e) => {
    builder.begin(e);
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
  const { order, tied } = sorter.sort();
  const from = Math.min(plan.offset, order.length);
  const to = plan.limit === null ? order.length : Math.min(from + plan.limit, order.length);
  if (plan.refusesTies && from < to && (tied(from) || tied(to))) throw new RuntimeDecline("rows that tie at the LIMIT");
  const kept = new Map(ids.map((id, at) => [id, builder.columns[at] ?? NO_VALUES]));
  return { rowCount: to - from, columns: kept, order: order.subarray(from, to) };
}
