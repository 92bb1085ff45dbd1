import type { AnalysedOrder } from "../../../sql/mod.ts";
import { tagOf, withoutBoolean } from "./coercions.ts";
import { columnName, type PrintedColumn } from "./printing.ts";
import type { PrintedSelect } from "./select.ts";
import type { SqlValue } from "./sql_value.ts";

/** The DuckDB names of a column: two where its class stands beside it. */
export function physicalNames(column: PrintedColumn, index: number): string[] {
  return column.rep === "tagged" ? [columnName(index), `${columnName(index)}t`] : [columnName(index)];
}

/** The whole text of a SELECT but for ORDER BY. */
export function selectSql(printed: PrintedSelect, outputs: readonly SqlValue[], extra: readonly string[]): string {
  const list = [...outputs.flatMap(outputSql), ...extra];
  return `SELECT ${printed.distinct ? "DISTINCT " : ""}${list.join(", ")}${printed.rest}`;
}

/** An output column under its name, with its class beside it if that differs by row. */
export function outputSql(output: SqlValue, index: number): string[] {
  const plain = withoutBoolean(output);
  const name = columnName(index);
  if (plain.rep === "null") return [`NULL::BIGINT AS ${name}`];
  return plain.rep === "tagged"
    ? [`${plain.sql} AS ${name}`, `${tagOf(plain)} AS ${name}t`]
    : [`${plain.sql} AS ${name}`];
}

/** `ORDER BY …` with the place of NULLs spelled out. */
export function orderClause(orderBy: readonly AnalysedOrder[], keys: readonly (string | null)[]): string {
  const terms = orderBy.flatMap(({ descending, nulls }, index) => {
    const key = keys[index];
    return key === null || key === undefined
      ? []
      : [`${key} ${descending ? "DESC" : "ASC"} NULLS ${nulls.toUpperCase()}`];
  });
  return terms.length === 0 ? "" : ` ORDER BY ${terms.join(", ")}`;
}

/** LIMIT and OFFSET as DuckDB text. */
export function limitClause(limit: bigint | null, offset: bigint): string {
  return `${limit === null ? "" : ` LIMIT ${limit}`}${offset === 0n ? "" : ` OFFSET ${offset}`}`;
}
