import { type AnalysedQuery, orderIsTotal, rowsAtMost } from "../../../sql/mod.ts";
import { columnExpr } from "../plan/build_expr.ts";
import { aggregated, limited, noRows, sorted } from "../plan/build_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { type Binding, type BoundQuery, type QueryRole, type RowScope } from "./binding.ts";
import { bindBody } from "./body.ts";
import { mixesClasses } from "../plan/mixed_classes.ts";
import { defineCtes } from "./ctes.ts";

/** Plans a query. ORDER BY is kept only where something depends on it. */
export function bindQuery(
  binding: Binding,
  query: AnalysedQuery,
  parent: RowScope | null,
  role: QueryRole,
): BoundQuery {
  defineCtes(binding, query.ctes, parent);
  const { limit, offset, orderBy, body } = query;
  const most = rowsAtMost(query);
  const allKept = limit === null || (most !== null && most <= limit);
  const cut = offset > 0n || !allKept;
  if (role === "scalar" && offset === 0n && limit !== 0n && most !== 1n) return firstRow(binding, query, parent);
  if (role === "exists" && offset === 0n && limit !== 0n) return bindBody(binding, body, parent, "exists");
  if (!cut) {
    const bound = bindBody(binding, body, parent, role === "scalar" ? "rows" : role, role === "result" ? orderBy : []);
    if (bound.keys.length === 0) return bound;
    const plan = sorted(bound.plan, bound.keys, { limit: null, offset: 0, refusesTies: false });
    return { plan, columns: bound.columns };
  }
  // How often a row comes decides what a cut leaves.
  const bound = bindBody(binding, body, parent, "rows", role === "exists" ? [] : orderBy);
  if (limit === 0n) return { plan: noRows(bound.plan.columns), columns: bound.columns };
  const range = { limit: limit === null ? null : countOf(limit), offset: countOf(offset) };
  if (role === "exists") {
    return { plan: limited(bound.plan, range.limit, range.offset), columns: bound.columns };
  }
  const plan: Plan = sorted(bound.plan, bound.keys, { ...range, refusesTies: !orderIsTotal(query) });
  return { plan, columns: bound.columns };
}

/** The first row in the order given; without an order all rows, of which a `single` join takes no more than one. */
function firstRow(binding: Binding, query: AnalysedQuery, parent: RowScope | null): BoundQuery {
  const extreme = extremeOf(query);
  if (extreme !== null) {
    const bound = bindBody(binding, query.body, parent, "set");
    const shown = bound.columns[0]!;
    const column = binding.column(shown.name, { ...shown.type, nullable: true, truth: false });
    const call = { column, name: extreme, arguments: [columnExpr(shown)], distinct: false, filter: null, orderBy: [] };
    return { plan: aggregated(bound.plan, [], [call]), columns: [column] };
  }
  const bound = bindBody(binding, query.body, parent, "rows", query.orderBy);
  if (bound.keys.length === 0) return bound;
  const cut = { limit: 1, offset: 0, refusesTies: !orderIsTotal(query) };
  return { plan: sorted(bound.plan, bound.keys, cut), columns: bound.columns };
}

/** The first of values sorted by themselves is the least or the greatest of them; of no rows both are NULL. */
function extremeOf({ orderBy, columns }: AnalysedQuery): "min" | "max" | null {
  const [first] = orderBy;
  const [column] = columns;
  if (first === undefined || column === undefined || first.key.kind !== "output" || first.key.index !== 0) return null;
  if (mixesClasses(column.type) || (first.collation?.name ?? "BINARY") !== "BINARY") return null;
  if (column.type.nullable && first.nulls === "first") return null;
  return first.descending ? "max" : "min";
}

function countOf(rows: bigint): number {
  return rows > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(rows);
}
