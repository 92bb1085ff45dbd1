import type { AnalysedQuery, ExprOf } from "../../../sql/mod.ts";
import { coerce, withoutNan } from "./coercions.ts";
import { comparable, converted } from "./comparisons.ts";
import { columnValues, exactly, type Printing } from "./printing.ts";
import { decline, SQL_NULL, type SqlValue, value } from "./sql_value.ts";

/** `EXISTS (query)`. */
export function existsSql(query: AnalysedQuery, { translation }: Printing): SqlValue {
  if (query.limit === 0n) return value("boolean", "FALSE");
  return value("boolean", `EXISTS (${translation.printQuery(translation, query, "exists").sql})`);
}

/** A query that stands for its only value, NULL without rows. More than one row ends the DuckDB query with an error. */
export function scalarQuerySql(query: AnalysedQuery, { translation }: Printing): SqlValue {
  const { sql, columns } = translation.printQuery(translation, query, "scalar");
  const [column] = columnValues(columns, "q");
  if (column === undefined || column.rep === "null") return SQL_NULL;
  const read = (part: string) => `(SELECT ${part} FROM (${sql}) AS q)`;
  return { ...column, sql: read(column.sql), tag: column.tag === null ? null : read(column.tag) };
}

/** `operands [NOT] IN (query)`. */
export function inQuerySql(expr: ExprOf<"inQuery">, printing: Printing): SqlValue {
  const { translation } = printing;
  const { sql, columns } = translation.printQuery(translation, expr.query, "rows");
  const found = columnValues(columns, "q");
  const pairs = expr.operands.map((operand, index) => {
    const left = withoutNan(translation.translate(operand, exactly(printing)));
    const right = withoutNan(found[index]!);
    const [l, r] = converted(left, right, {
      conversion: expr.conversions[index]!,
      collation: expr.compareCollations[index]!,
    });
    if (l.rep === "null" || r.rep === "null") {
      const rep = l.rep === "null" ? r.rep : l.rep;
      return { left: coerce(l, rep).sql, right: r.rep === "null" ? coerce(r, rep).sql : r.sql };
    }
    return comparable(l, r, expr.compareCollations[index]!);
  });
  if (pairs.length > 1 && expr.type.nullable) {
    // DuckDB compares rows as values, so NULLs in them do not make the answer unknown.
    return decline("subquery", "row values IN a query where they may hold NULL");
  }
  const left = pairs.map((pair) => pair.left).join(", ");
  const right = pairs.map((pair) => pair.right).join(", ");
  const list = pairs.length > 1 ? `(${left})` : left;
  const plain = found.every((column, index) => column.tag === null && column.sql === pairs[index]!.right);
  const rows = plain ? sql : `SELECT ${right} FROM (${sql}) AS q`;
  return value("boolean", `(${list} ${expr.negated ? "NOT IN" : "IN"} (${rows}))`);
}
