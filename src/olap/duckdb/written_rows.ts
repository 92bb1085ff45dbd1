import { Buffer } from "node:buffer";
import { quoteText } from "../../sql/mod.ts";
import type { ColumnClass, ColumnVector } from "../../types/mod.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { quoteName } from "./physical_name.ts";

/** Rows of values, each written so that DuckDB reads it back exactly. */
export type WrittenValues = readonly (readonly string[])[];

/** How rows are written into a statement. */
export interface RowForm {
  /** A value, or `null` for one that cannot be written. */
  readonly valueOf: (column: ColumnVector, row: number) => string | null;
  /** A query that gives the rows; there are some. */
  readonly query: (rows: WrittenValues, classes: readonly ColumnClass[]) => string;
}

/** As literals of SQL: for few values, DuckDB takes some 4 µs for each. */
export const LITERALS: RowForm = {
  valueOf: (column, row) => written(column, row, quoteText, (hex) => `unhex('${hex}')`),
  query: ([first, ...rest], classes) => {
    // The first row's types are those of all.
    const typed = first!.map((value, at) => `cast(${value} as ${SQL_TYPE[classes[at]!]})`);
    return `values ${[typed, ...rest].map((row) => `(${row.join(", ")})`).join(", ")}`;
  },
};

/** As one text in JSON: it takes 0.2 ms to begin with, and 0.3 µs for a value. */
export const JSON_TEXT: RowForm = {
  valueOf: (column, row) => written(column, row, JSON.stringify, (hex) => `"${hex}"`),
  query: (rows, classes) => jsonQuery(jsonText(rows), classes),
};

/** Rows as a text of JSON, quoted. */
export function jsonText(rows: WrittenValues): string {
  const names = Array.from({ length: rows[0]?.length ?? 0 }, (_, at) => `${at === 0 ? "{" : ","}"c${at}":`);
  let text = "";
  for (const row of rows) {
    if (text !== "") text += "},";
    for (let at = 0; at < names.length; at++) text += names[at]! + row[at]!;
  }
  return quoteText(`[${text}}]`);
}

/** A query that gives the rows in such a text, which may be a parameter. */
export function jsonQuery(text: string, classes: readonly ColumnClass[]): string {
  const types = classes.map((each, at) => `"c${at}":"${SQL_TYPE[each === "blob" ? "text" : each]}"`);
  const unpacked = `select unnest(from_json(${text}, '[{${types.join(",")}}]'), recursive := true)`;
  if (!classes.includes("blob")) return unpacked;
  const values = classes.map((each, at) => each === "blob" ? `unhex(c${at})` : `c${at}`);
  return `select ${values.join(", ")} from (${unpacked})`;
}

/** The values of rows; `null` where one cannot be written, and where texts and blobs are longer than `lengthMax` all together. */
export function writtenRows(
  { valueOf }: RowForm,
  columns: readonly ColumnVector[],
  rowCount: number,
  lengthMax: number,
): WrittenValues | null {
  if (isLonger(columns, rowCount, lengthMax)) return null;
  const rows = Array.from({ length: rowCount }, () => new Array<string>(columns.length));
  for (const [at, column] of columns.entries()) {
    if (column.class === "integer") {
      putIntegers(column, rows, at);
      continue;
    }
    for (let row = 0; row < rowCount; row++) {
      const value = valueOf(column, row);
      if (value === null) return null;
      rows[row]![at] = value;
    }
  }
  return rows;
}

/** Writing them would take more memory than they do, and a text of SQL cannot be of any length. */
function isLonger(columns: readonly ColumnVector[], rowCount: number, lengthMax: number): boolean {
  let left = lengthMax;
  for (const column of columns) {
    if (column.class !== "text" && column.class !== "blob") continue;
    for (let row = 0; row < rowCount && left >= 0; row++) left -= column.data[row]?.length ?? 0;
  }
  return left < 0;
}

/** Small integers are written as numbers, which takes a third of the time that bigints take. */
function putIntegers({ data, nulls }: ColumnVector & { class: "integer" }, rows: string[][], at: number): void {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length * 2);
  for (let row = 0; row < rows.length; row++) {
    const low = words[row * 2]!;
    const isSmall = words[row * 2 + 1] === low >> 31;
    rows[row]![at] = nulls?.[row] ? "null" : String(isSmall ? low : data[row]!);
  }
}

/** Picks the rows of a table by their keys: what comes behind the table, and the condition. */
export interface KeyMatch {
  /** `(values …) as given(k0, …)` or the like; `null` for a single key, which the condition holds. */
  readonly keys: string | null;
  readonly condition: string;
}

/**
 * One literal key is compared with a constant: DuckDB plans that in half the time of a join. Integers come as one list, which it reads in
 * less time than rows.
 */
export function matchKeys(
  form: RowForm,
  { table, keyPositions }: MirrorEntry,
  target: string,
  keys: WrittenValues,
): KeyMatch {
  const columns = keyPositions.map((position) => table.columns[position]!);
  const names = columns.map((column) => `${target}.${quoteName(column.name)}`);
  const classes = columns.map((column) => column.class);
  const [first, ...rest] = keys;
  if (rest.length === 0 && form === LITERALS) {
    const typed = first!.map((key, at) => `cast(${key} as ${SQL_TYPE[classes[at]!]})`);
    return { keys: null, condition: names.map((name, at) => `${name} = ${typed[at]}`).join(" and ") };
  }
  if (classes.length === 1 && classes[0] === "integer") {
    return { keys: `unnest(cast('[${keys.join()}]' as bigint[])) as given(k0)`, condition: `${names[0]} = given.k0` };
  }
  return {
    keys: `(${form.query(keys, classes)}) as given(${columns.map((_, at) => `k${at}`).join(", ")})`,
    condition: names.map((name, at) => `${name} = given.k${at}`).join(" and "),
  };
}

function written(
  column: ColumnVector,
  row: number,
  ofText: (text: string) => string,
  ofBlob: (hex: string) => string,
): string | null {
  switch (column.class) {
    case "integer":
      return column.nulls?.[row] ? "null" : String(column.data[row]);
    case "real":
    case "number":
      return column.nulls?.[row] ? "null" : doubleLiteral(column.data[row]!);
    case "text": {
      const text = column.data[row] ?? null;
      if (text === null) return "null";
      return text.includes("\0") || !text.isWellFormed() ? null : ofText(text);
    }
    case "blob": {
      const bytes = column.data[row] ?? null;
      return bytes === null ? "null" : ofBlob(Buffer.from(bytes).toString("hex"));
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
