import type { ExactValue } from "../../../types/mod.ts";
import type { DeclineCause } from "../../../sql/mod.ts";
import { Unanalysable } from "../../../sql/mod.ts";
import type { ColumnBounds } from "../column_bounds.ts";

/**
 * How DuckDB holds the values of an expression:
 *
 * - `integer` BIGINT, `real` DOUBLE, `text` VARCHAR, `blob` BLOB;
 * - `boolean` BOOLEAN for a test whose SQLite value is 0 or 1;
 * - `number` DOUBLE that obeys the invariant of the column class `number`: the double tells whether it is an INTEGER;
 * - `tagged` DOUBLE beside a BOOLEAN that is true for an INTEGER. Invariant: such an INTEGER is within ±2^53, so the
 *   double is exact;
 * - `null` always NULL, of no type.
 */
export type Rep = "integer" | "real" | "number" | "tagged" | "text" | "blob" | "boolean" | "null";

/** A DuckDB expression whose value is known to be SQLite's. The text is safe to put anywhere without further parentheses. */
export interface SqlValue {
  readonly rep: Rep;
  readonly sql: string;
  /** For `tagged`: a DuckDB expression that is true where the value is an INTEGER. */
  readonly tag: string | null;
  /** `real` and `tagged`: the double may be NaN, standing for SQLite's NULL; must be normalised before it is looked at. */
  readonly nan: boolean;
  /** `integer`: bounds every value is known to keep. */
  readonly range: IntegerRange | null;
  /** `real`, `number` and `tagged`: finite bounds every value is known to keep. Such a value is never NaN. */
  readonly bounds: ColumnBounds | null;
  /**
   * `text`: the values come unchanged from a column of numeric affinity, so none looks like a number: SQLite would have stored
   * the number instead.
   */
  readonly stored: boolean;
  /** The value itself when it is a constant. */
  readonly constant: { readonly value: ExactValue } | null;
}

export interface IntegerRange {
  readonly least: bigint;
  readonly most: bigint;
}

const PLAIN = { tag: null, nan: false, range: null, bounds: null, stored: false, constant: null } as const;

/** A value of any representation but `tagged`. */
export function value(rep: Exclude<Rep, "tagged">, sql: string, more: Partial<SqlValue> = {}): SqlValue {
  return { ...PLAIN, rep, sql, ...more };
}

/** A value with its class beside it. */
export function tagged(sql: string, tag: string, nan: boolean, bounds: ColumnBounds | null = null): SqlValue {
  return { ...PLAIN, rep: "tagged", sql, tag, nan: nan && bounds === null, bounds };
}

/** NULL of no type. */
export const SQL_NULL: SqlValue = value("null", "NULL", { constant: { value: null } });

/** Doubles hold every integer up to this bound. */
export const EXACT_INTEGER = 9007199254740992n;

/** Whether an integer's bounds prove that a double holds it exactly. */
export function isExactInDouble(range: IntegerRange | null): boolean {
  return range !== null && range.least >= -EXACT_INTEGER && range.most <= EXACT_INTEGER;
}

/** Leaves the translation. `reason` completes "declined: …". */
export function decline(cause: DeclineCause, reason: string): never {
  throw new Unanalysable(cause, reason);
}

/** What DuckDB's message contains when a bridged query ends itself; the reader of failures looks for it. */
const RUNTIME_DECLINE_PREFIX = "rhei_decline: ";

/** A DuckDB expression that ends the query because only the data shows that SQLite would answer differently. */
export function runtimeDecline(reason: string): string {
  return `error('${RUNTIME_DECLINE_PREFIX}${reason.replaceAll("'", "''")}')`;
}

/** Whether values of this representation take part in arithmetic. */
export function isNumeric(rep: Rep): boolean {
  return rep === "integer" || rep === "real" || rep === "number" || rep === "tagged" || rep === "boolean";
}
