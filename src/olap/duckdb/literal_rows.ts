import { quoteText } from "../../sql/mod.ts";
import type { ColumnVector } from "../../types/mod.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { quoteName } from "./physical_name.ts";

/** The values of rows as literals that DuckDB reads back exactly; `null` where one has none. */
export function literalRows(columns: readonly ColumnVector[], rowCount: number): string[][] | null {
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

/** Rows of literals as VALUES lists them. */
export function tuples(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `(${row.join(", ")})`).join(", ");
}

/** Picks the rows of a table by their keys, given as literals: what comes behind the table, and the condition. */
export interface KeyMatch {
  /** `(values …) as name(k0, …)`; `null` for a single key, which the condition holds. */
  readonly keys: string | null;
  readonly condition: string;
}

/** One key is compared with a constant: DuckDB plans that in half the time of a join. */
export function matchKeys(
  { table, keyPositions }: MirrorEntry,
  target: string,
  keys: readonly (readonly string[])[],
): KeyMatch {
  const columns = keyPositions.map((position) => table.columns[position]!);
  const names = columns.map((column) => `${target}.${quoteName(column.name)}`);
  const [first, ...rest] = keys;
  // The first key's types are those of all.
  const typed = first!.map((key, at) => `cast(${key} as ${SQL_TYPE[columns[at]!.class]})`);
  if (rest.length === 0) {
    return { keys: null, condition: names.map((name, at) => `${name} = ${typed[at]}`).join(" and ") };
  }
  return {
    keys: `(values ${tuples([typed, ...rest])}) as given(${columns.map((_, at) => `k${at}`).join(", ")})`,
    condition: names.map((name, at) => `${name} = given.k${at}`).join(" and "),
  };
}

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
