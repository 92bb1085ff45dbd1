import { type ExactValue, type SqlValue, toSqlValue } from "./value.ts";

/** A result column: the name SQLite gives it, and the declared type of the table column it shows (if it shows one). */
export interface ResultColumn {
  readonly name: string;
  readonly declaredType: string | null;
}

/** A finished result: rows in order, values with their storage classes kept apart. */
export interface RowSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly ExactValue[])[];
}

/** Rows as arrays of the values users see. */
export function toSqlRows(rows: RowSet["rows"]): SqlValue[][] {
  return rows.map((row) => row.map(toSqlValue));
}
