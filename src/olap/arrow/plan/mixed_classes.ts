import { INTEGER, REAL, type ValueType } from "../../../sql/mod.ts";
import type { PlanExpr } from "./plan_expr.ts";

/** Whether values of the type may be equal and yet differ in class. */
export function mixesClasses({ classes, canonical }: ValueType): boolean {
  return (classes & INTEGER) !== 0 && (classes & REAL) !== 0 && !canonical;
}

/** Whether an expression is a column of such values: of values that are equal, what is computed of them may differ. */
export function isMixedColumn({ kind, type }: PlanExpr): boolean {
  return kind === "column" && mixesClasses(type);
}
