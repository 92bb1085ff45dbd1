import { BLOB, INTEGER, NUMERIC, REAL, TEXT, type ValueType } from "../../../sql/mod.ts";
import { decline } from "./binding.ts";

/** Whether values of the type may be equal and yet differ in class. */
export function mixesClasses({ classes, canonical }: ValueType): boolean {
  return (classes & INTEGER) !== 0 && (classes & REAL) !== 0 && !canonical;
}

/** Rows are compared by value, and one of several equal ones is kept: they must be the same. */
export function requireComparable(type: ValueType, collation: string, what: string): void {
  if (mixesClasses(type)) decline("type", `${what} of numbers that may be INTEGER or REAL`);
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
