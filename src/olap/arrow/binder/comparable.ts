import { INTEGER, REAL, TEXT, type ValueType } from "../../../sql/mod.ts";
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

/** Groups take an INTEGER and a REAL that are equal for one key, and which of them it shows is left open. */
export function requireGroupable(type: ValueType): void {
  if (mixesClasses(type)) decline("type", "groups by numbers that may be INTEGER or REAL");
}
