/** A value as users see it: integers within ±2^53 are `number`, larger ones `bigint`; blobs are `Uint8Array`. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/**
 * A value with its SQLite storage class kept apart: INTEGER is always `bigint`, REAL always `number`.
 * rhei carries these inside, so that `1` and `1.0` stay different until they are handed to the user.
 */
export type ExactValue = null | bigint | number | string | Uint8Array;

/** What may be bound to a parameter. `boolean` becomes 1 or 0, `undefined` is refused. */
export type SqlParameter = SqlValue | boolean;

/** Parameters of a statement: by position, or by name without the prefix character (`{ id: 7 }` for `:id`, `@id`, `$id`). */
export type SqlParameters = readonly SqlParameter[] | Readonly<Record<string, SqlParameter>>;

/** SQLite's storage classes. */
export type StorageClass = "null" | "integer" | "real" | "text" | "blob";

/** The storage class of a value. */
export function storageClassOf(value: ExactValue): StorageClass {
  if (value === null) return "null";
  switch (typeof value) {
    case "bigint":
      return "integer";
    case "number":
      return "real";
    case "string":
      return "text";
    default:
      return "blob";
  }
}

const SAFE_MIN = BigInt(Number.MIN_SAFE_INTEGER);
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** The value as users see it: an INTEGER within ±2^53 becomes a `number`, everything else stays. */
export function toSqlValue(value: ExactValue): SqlValue {
  return typeof value === "bigint" && value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value;
}
