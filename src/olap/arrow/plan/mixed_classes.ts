import { INTEGER, REAL, type ValueType } from "../../../sql/mod.ts";

/** Whether values of the type may be equal and yet differ in class. */
export function mixesClasses({ classes, canonical }: ValueType): boolean {
  return (classes & INTEGER) !== 0 && (classes & REAL) !== 0 && !canonical;
}
