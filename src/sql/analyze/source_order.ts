import { foldName } from "../fold_name.ts";
import type { AnalysedExpr, AnalysedOrder, AnalysedQuery, AnalysedSelect, SortKey, Source } from "./analysed.ts";
import { columnExpr } from "./columns.ts";
import { orderIsTotal, rowsAtMost } from "./row_order.ts";
import { NUMERIC, TEXT } from "./value_type.ts";
import { sourcesOf } from "./walk.ts";

/**
 * What SQLite's plan of a statement tells about the order in which rows come to the ORDER BY of its outermost SELECT. SQLite sorts
 * stably where there is a LIMIT: rows that tie are kept in the order in which they came.
 */
export interface SourceOrder {
  /** FROM items by name, outermost loop first, each read in the order of its rowids; `null` if SQLite goes another way. */
  readonly loops: readonly string[] | null;
  /** Whether groups come out of a sorter, by the terms of GROUP BY. */
  readonly groupsSorted: boolean;
  /** Whether ORDER BY is met by sorting what comes. */
  readonly sorted: boolean;
}

/** The query with what the order in which SQLite meets the rows decides. */
export function inSourceOrder(query: AnalysedQuery, order: SourceOrder): AnalysedQuery {
  const { body } = query;
  if (body.kind !== "select") return query;
  const loops = loopKeys(body, order);
  const arrived = body.grouped && loops !== null ? { ...query, body: { ...body, arrival: loops } } : query;
  return cutInOrder(arrived, body, loops, order);
}

/** ORDER BY continued by the order in which the rows come, if LIMIT cuts them: then the cut leaves the rows that SQLite leaves. */
function cutInOrder(
  query: AnalysedQuery,
  body: AnalysedSelect,
  loops: readonly AnalysedExpr[] | null,
  order: SourceOrder,
): AnalysedQuery {
  const { limit, orderBy } = query;
  if (limit === null || body.distinct) return query;
  const most = rowsAtMost(query);
  if ((most !== null && most <= limit) || orderIsTotal(query)) return query;
  if (order.sorted !== orderBy.length > 0) return query;
  const further = body.grouped ? groupOrder(body, orderBy, order) : ascending(loops);
  return further === null ? query : { ...query, orderBy: [...orderBy, ...further] };
}

/**
 * The keys by which rows come to a SELECT's windows, those first for which `terms` are sorted by, partitions before; `null` where that
 * is not known. SQLite sorts stably: rows that tie stay in that order.
 */
export function arrivalKeys(
  select: AnalysedSelect,
  terms: readonly Pick<SortKey, "descending">[],
  order: SourceOrder,
): SortKey[] | null {
  if (order.sorted !== terms.length > 0) return null;
  const keys = select.grouped ? groupOrder(select, terms, order) : ascending(loopKeys(select, order));
  return keys?.flatMap(({ key, descending, nulls }) =>
    key.kind === "expr" ? [{ expr: key.expr, descending, nulls }] : []
  ) ?? null;
}

/**
 * Groups come by their keys, ascending. But SQLite takes the directions of ORDER BY over to GROUP BY term by term whenever both have
 * the same number of terms, whether or not the terms are the same.
 */
function groupOrder(
  { groupBy }: AnalysedSelect,
  orderBy: readonly Pick<AnalysedOrder, "descending">[],
  { groupsSorted }: SourceOrder,
): AnalysedOrder[] | null {
  if (!groupsSorted || groupBy.length === 0 || groupBy.some(foldsValues)) return null;
  const directed = groupBy.length === orderBy.length;
  return groupBy.map((expr, at) => by(expr, directed && orderBy[at]!.descending));
}

/** Groups of such a key hold values that differ. */
function foldsValues({ type, collation }: AnalysedExpr): boolean {
  const text = (type.classes & TEXT) !== 0 && (collation?.name ?? "BINARY") !== "BINARY";
  return text || ((type.classes & NUMERIC) === NUMERIC && !type.canonical);
}

/** By what the rows of FROM come. */
function loopKeys({ from }: AnalysedSelect, { loops }: SourceOrder): AnalysedExpr[] | null {
  const sources = sourcesOf(from);
  if (loops === null || loops.length === 0 || loops.length !== sources.length) return null;
  const byName = new Map(sources.map((source) => [foldName(source.name ?? ""), source]));
  const ordered = loops.map((name) => byName.get(foldName(name)));
  const arrival = ordered.map(arrivalColumns);
  if (byName.size !== sources.length || arrival.includes(null)) return null;
  return ordered.flatMap((source, at) =>
    arrival[at]!.map((column) => columnExpr(source!, column, 0, { start: 0, end: 0 }))
  );
}

/** The columns by which the rows of a source come: the rowid of a table, the key of versions. */
function arrivalColumns(source: Source | undefined): readonly number[] | null {
  if (source?.kind === "query") return source.keys?.[0] ?? null;
  return source?.kind === "table" && source.rowid !== null ? [source.rowid] : null;
}

function ascending(keys: readonly AnalysedExpr[] | null): AnalysedOrder[] | null {
  return keys?.map((key) => by(key, false)) ?? null;
}

function by(expr: AnalysedExpr, descending: boolean): AnalysedOrder {
  const { type, collation } = expr;
  return { key: { kind: "expr", expr }, type, collation, descending, nulls: descending ? "last" : "first" };
}
