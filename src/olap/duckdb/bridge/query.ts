import {
  type AnalysedBody,
  type AnalysedOrder,
  type AnalysedQuery,
  orderIsTotal,
  rowsAtMost,
} from "../../../sql/mod.ts";
import { withoutBoolean, withoutNan } from "./coercions.ts";
import { collationKey } from "./collations.ts";
import { printCompound, printValues } from "./compound.ts";
import { printCtes } from "./ctes.ts";
import { limitClause, orderClause, selectSql } from "./output_list.ts";
import { columnValues, type PrintedQuery, type QueryRole, type Translation } from "./printing.ts";
import { printSelect } from "./select.ts";
import { decline, type SqlValue } from "./sql_value.ts";

/** Prints a query that stands inside another one. */
export function printQuery(translation: Translation, query: AnalysedQuery, role: QueryRole): PrintedQuery {
  const withClause = printCtes(translation, query.ctes);
  if (role === "exists" && query.body.kind === "select" && !query.body.grouped && query.offset === 0n) {
    const { rest } = printSelect(translation, query.body, { orderBy: [], shown: false });
    return { sql: `${withClause}SELECT 1${rest}`, columns: [] };
  }
  const limited = limitOf(query, role);
  const orderBy = limited === "" ? [] : query.orderBy;
  const { sql, columns } = printBody(translation, query.body, orderBy, false);
  return { sql: `${withClause}${sql}${limited}`, columns };
}

/** LIMIT inside a statement: only where it cannot matter which of several rows are kept. */
function limitOf(query: AnalysedQuery, role: QueryRole): string {
  const { limit, offset } = query;
  if (limit === null && offset === 0n) return "";
  const most = rowsAtMost(query);
  if (offset === 0n && limit !== null && most !== null && most <= limit) return "";
  const countsOnly = role === "exists" || limit === 0n;
  if (!countsOnly && !orderIsTotal(query)) {
    decline("order", "LIMIT in a subquery whose order leaves open which rows are kept");
  }
  return limitClause(limit, offset);
}

/** Prints the arms of a body with their columns, and ORDER BY if the order is wanted. */
export function printBody(
  translation: Translation,
  body: AnalysedBody,
  orderBy: readonly AnalysedOrder[],
  shown: boolean,
): PrintedQuery & { readonly keys: readonly (string | null)[] } {
  switch (body.kind) {
    case "select": {
      const printed = printSelect(translation, body, { orderBy, shown });
      const sql = selectSql(printed, printed.outputs, []) + orderClause(orderBy, printed.keys);
      return { sql, columns: printed.outputs.map(withoutBoolean), keys: printed.keys };
    }
    case "values":
    case "compound": {
      const { sql, columns } = body.kind === "values"
        ? printValues(translation, body)
        : printCompound(translation, body);
      if (orderBy.length === 0) return { sql, columns, keys: [] };
      const values = columnValues(columns, "q");
      const keys = orderBy.map((order) => outputKey(order, values));
      return { sql: `SELECT * FROM (${sql}) AS q${orderClause(orderBy, keys)}`, columns, keys };
    }
  }
}

/** The text to sort by for a body that shows all it can be ordered by; `null` for a constant. */
export function outputKey({ key, collation }: AnalysedOrder, values: readonly SqlValue[]): string | null {
  if (key.kind !== "output") return decline("order", "DISTINCT or a compound ordered by what it does not show");
  const column = withoutNan(values[key.index]!);
  if (column.rep === "null") return null;
  return column.rep === "text" ? collationKey(column.sql, collation?.name ?? "BINARY") : column.sql;
}
