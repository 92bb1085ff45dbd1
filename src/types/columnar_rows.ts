import { type ExactValue, type SqlValue, toSqlValue } from "./value.ts";

/** Texts by index. */
export interface TextsByIndex {
  text(index: number): string;
  /** The same in UTF-8, where they lie so: text `i` is `bytes[offsets[i] … offsets[i + 1])`. */
  readonly utf8: { readonly offsets: Int32Array; readonly bytes: Uint8Array } | null;
}

/**
 * A column of a finished result. `nulls` holds 1 where the value is NULL and is `null` when none is; the data of a NULL is undefined.
 *
 * - `integer`: INTEGERs within ±2^53; `real`: REALs; `number`: INTEGER (within ±2^53) where `integers` holds 1, else REAL;
 * - `text`: indexes into texts;
 * - `exact`: values as they are;
 * - `null`: every value is NULL.
 */
export type ColumnValues =
  | { readonly kind: "integer"; readonly data: Numbers; readonly nulls: Uint8Array | null }
  | { readonly kind: "real"; readonly data: Numbers; readonly nulls: Uint8Array | null }
  | {
    readonly kind: "number";
    readonly data: Numbers;
    readonly integers: Uint8Array;
    readonly nulls: Uint8Array | null;
  }
  | {
    readonly kind: "text";
    readonly indexes: Numbers;
    readonly texts: TextsByIndex;
    readonly nulls: Uint8Array | null;
  }
  | { readonly kind: "exact"; readonly data: readonly ExactValue[]; readonly nulls: Uint8Array | null }
  | { readonly kind: "null" };

type Numbers = Int8Array | Int16Array | Int32Array | Uint8Array | Float64Array;

/** A finished result by column. Arrays may be longer than there are rows. */
export interface ColumnarRows {
  readonly rowCount: number;
  readonly columns: readonly ColumnValues[];
  /** Where in the columns each row is found; `null` where row `i` is at `i`. */
  readonly order: Int32Array | null;
}

/** The rows with exact values. */
export function exactRowsOf(rows: ColumnarRows): ExactValue[][] {
  return rowsOf<ExactValue>(rows, BigInt, (value) => value);
}

/** The rows as users see them. */
export function sqlRowsOf(rows: ColumnarRows): SqlValue[][] {
  return rowsOf<SqlValue>(rows, toInteger, toSqlValue);
}

/** Integers of ±2^53 itself are beyond what `Number.isSafeInteger` calls safe. */
function toInteger(value: number): SqlValue {
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

/** Column after column, so that each inner loop does one thing. */
function rowsOf<T>(
  { rowCount, columns, order }: ColumnarRows,
  integer: (value: number) => T,
  exact: (value: ExactValue) => T,
): (T | ExactValue)[][] {
  const rows: (T | ExactValue)[][] = new Array(rowCount);
  for (let row = 0; row < rowCount; row++) rows[row] = new Array(columns.length);
  columns.forEach((column, at) => {
    const read = reader(column, integer, exact);
    const nulls = column.kind === "null" ? null : column.nulls;
    for (let row = 0; row < rowCount; row++) {
      const index = order === null ? row : order[row]!;
      rows[row]![at] = nulls !== null && nulls[index] === 1 ? null : read(index);
    }
  });
  return rows;
}

function reader<T>(
  column: ColumnValues,
  integer: (value: number) => T,
  exact: (value: ExactValue) => T,
): (index: number) => T | ExactValue {
  switch (column.kind) {
    case "integer": {
      const { data } = column;
      return (index) => integer(data[index]!);
    }
    case "real": {
      const { data } = column;
      return (index) => data[index]!;
    }
    case "number": {
      const { data, integers } = column;
      return (index) => integers[index] === 1 ? integer(data[index]!) : data[index]!;
    }
    case "text": {
      const { indexes, texts } = column;
      return (index) => texts.text(indexes[index]!);
    }
    case "exact": {
      const { data } = column;
      return (index) => exact(data[index]!);
    }
    case "null":
      return () => null;
  }
}
