import { type ColumnarRows, exactRowsOf, sqlRowsOf } from "./columnar_rows.ts";
import { type ExactValue, type SqlValue, toSqlValue } from "./value.ts";

/** A result column: the name SQLite gives it, and the declared type of the table column it shows (if it shows one). */
export interface ResultColumn {
  /** The name SQLite gives it. */
  readonly name: string;
  /** Declared type of the table's column it shows; `null` when it shows none. */
  readonly declaredType: string | null;
}

/** A finished result: rows in order, values with their storage classes kept apart. */
export interface RowSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly ExactValue[])[];
  /** The same by column where they came that way; `rows` is then made when first asked for. */
  readonly columnar?: ColumnarRows;
}

/** The result that holds these columns. */
export function columnarRowSet(columns: readonly ResultColumn[], columnar: ColumnarRows): RowSet {
  let rows: RowSet["rows"] | null = null;
  return {
    columns,
    columnar,
    get rows() {
      return rows ??= exactRowsOf(columnar);
    },
  };
}

/** Rows as arrays of the values users see. */
export function toSqlRows(set: RowSet): SqlValue[][] {
  return set.columnar === undefined ? set.rows.map((row) => row.map(toSqlValue)) : sqlRowsOf(set.columnar);
}
