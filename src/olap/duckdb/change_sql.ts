import { quoteText } from "../../sql/mod.ts";
import type { ColumnBatch, ColumnVector } from "../../types/mod.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";

/**
 * Values and length of text up to which a change is written as SQL. DuckDB takes some 3 µs for a value there; staging takes none, but
 * several statements, and appenders that plan their inserts on the calling thread, 0.3 ms each (bench/sync.ts).
 */
const VALUES_MAX = 512;
const TEXT_LENGTH_MAX = 16 << 10;

/**
 * A change as SQL, or `null` where it is too large or a value has no literal. Rows before `newFrom` may be in the table already; the
 * others are new for certain.
 */
export function changeSql(
  entry: MirrorEntry,
  upserts: ColumnBatch,
  newFrom: number,
  deletes: ColumnBatch,
): string | null {
  const width = entry.table.columns.length;
  if (upserts.rowCount * width + deletes.rowCount * entry.keyPositions.length > VALUES_MAX) return null;
  const rows = literalRows(upserts.columns, upserts.rowCount);
  const keys = literalRows(deletes.columns, deletes.rowCount);
  if (rows === null || keys === null) return null;
  const old = [
    ...rows.slice(0, newFrom).map((row) => entry.keyPositions.map((position) => row[position]!)),
    ...keys,
  ];
  const sql = [
    ...(old.length === 0 ? [] : [deleteSql(entry, old)]),
    ...(rows.length === 0 ? [] : [`insert into ${mirrorTableName(entry.table.name)} values ${tuples(rows)};`]),
  ].join(" ");
  return sql.length > TEXT_LENGTH_MAX ? null : sql;
}

function deleteSql({ table, keyPositions }: MirrorEntry, [first, ...rest]: readonly (readonly string[])[]): string {
  const columns = keyPositions.map((position) => table.columns[position]!);
  // The first key's types are those of all.
  const typed = first!.map((key, at) => `cast(${key} as ${SQL_TYPE[columns[at]!.class]})`);
  const names = columns.map((_, at) => `k${at}`);
  const match = columns.map((column, at) => `target.${quoteName(column.name)} = old.k${at}`);
  return `delete from ${mirrorTableName(table.name)} as target using (values ${tuples([typed, ...rest])}) as old(${
    names.join(", ")
  }) where ${match.join(" and ")};`;
}

function tuples(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `(${row.join(", ")})`).join(", ");
}

function literalRows(columns: readonly ColumnVector[], rowCount: number): string[][] | null {
  const rows: string[][] = [];
  for (let row = 0; row < rowCount; row++) {
    const literals: string[] = [];
    for (const column of columns) {
      const literal = literalOf(column, row);
      if (literal === null) return null;
      literals.push(literal);
    }
    rows.push(literals);
  }
  return rows;
}

/** A value as a literal that DuckDB reads back exactly, or `null`. */
function literalOf(column: ColumnVector, row: number): string | null {
  switch (column.class) {
    case "integer":
      return column.nulls?.[row] ? "null" : String(column.data[row]);
    case "real":
    case "number":
      return column.nulls?.[row] ? "null" : doubleLiteral(column.data[row]!);
    case "text": {
      const text = column.data[row] ?? null;
      if (text === null) return "null";
      return text.includes("\0") || !text.isWellFormed() ? null : quoteText(text);
    }
    case "blob": {
      const bytes = column.data[row] ?? null;
      if (bytes === null) return "null";
      const hex = Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
      return `'${hex.join("")}'::blob`;
    }
  }
}

/** Without an exponent it would be a decimal. */
function doubleLiteral(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  if (Object.is(value, -0)) return "-0e0";
  const text = String(value);
  return text.includes("e") ? text : `${text}e0`;
}
