import { BLOB, NUMERIC, TEXT, type ValueType } from "../../../sql/mod.ts";
import { mixesClasses } from "../plan/mixed_classes.ts";
import { decline } from "./binding.ts";

/** Rows are compared by value, and one of several equal ones is kept: they must be the same. */
export function requireComparable(type: ValueType, collation: string, what: string): void {
  if (mixesClasses(type)) decline("type", `${what} of numbers that may be INTEGER or REAL`);
  requireBinary(type, collation, what);
}

/** Declines text that is compared by something else than its bytes. */
export function requireBinary(type: ValueType, collation: string, what: string): void {
  if ((type.classes & TEXT) !== 0 && collation !== "BINARY") {
    decline("collation", `${what} of text compared by ${collation}`);
  }
}

/**
 * SQLite may read an arm of a compound in place of the whole, and then compares by that arm's affinity: numbers, text and blobs must not
 * come together in a column.
 */
export function requireOneKind(types: readonly ValueType[], what: string): void {
  const classes = types.reduce((all, type) => all | type.classes, 0);
  const kinds = [NUMERIC, TEXT, BLOB].filter((kind) => (classes & kind) !== 0);
  if (kinds.length > 1) decline("type", `${what} that may be of several classes`);
}
