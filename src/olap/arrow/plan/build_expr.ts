import type { ExactValue } from "../../../types/mod.ts";
import { storageClassOf } from "../../../types/mod.ts";
import { BLOB, type CompareOperator, INTEGER, REAL, TEXT, type ValueType } from "../../../sql/mod.ts";
import type { PlanColumn, PlanExpr, PlanTyped } from "./plan_expr.ts";

const CLASS = { null: 0, integer: INTEGER, real: REAL, text: TEXT, blob: BLOB } as const;

/** The type of a test: 0, 1 or, if `nullable`, NULL. */
export function truth(nullable: boolean): ValueType {
  return { classes: INTEGER, nullable, canonical: true, truth: true };
}

/** The attributes of an expression without affinity or collation. */
export function bare(type: ValueType): PlanTyped {
  return { type, affinity: null, collation: null };
}

/** A constant. */
export function literalExpr(value: ExactValue): PlanExpr {
  const storage = storageClassOf(value);
  const classes = CLASS[storage];
  const small = typeof value === "bigint" && value >= -(2n ** 53n) && value <= 2n ** 53n;
  const canonical = storage === "null" || small;
  return { kind: "literal", value, ...bare({ classes, nullable: value === null, canonical, truth: false }) };
}

/** A reference to a column. */
export function columnExpr(column: PlanColumn): PlanExpr {
  return { kind: "column", id: column.id, ...bare(column.type) };
}

/** All of the conditions; `null` when there are none. */
export function conjunction(exprs: readonly PlanExpr[]): PlanExpr | null {
  return exprs.length === 0 ? null : exprs.reduce((left, right) => logicExpr("and", left, right));
}

/** One of the conditions, of which there is at least one. */
export function disjunction(exprs: readonly PlanExpr[]): PlanExpr {
  return exprs.reduce((left, right) => logicExpr("or", left, right));
}

/** `left and/or right`. */
export function logicExpr(operator: "and" | "or", left: PlanExpr, right: PlanExpr): PlanExpr {
  return { kind: "logic", operator, left, right, ...bare(truth(left.type.nullable || right.type.nullable)) };
}

/** `not operand`. */
export function notExpr(operand: PlanExpr): PlanExpr {
  return { kind: "not", operand, ...bare(truth(operand.type.nullable)) };
}

/** `operand is [not] true`: never NULL. */
export function isTrueExpr(operand: PlanExpr): PlanExpr {
  return { kind: "truthTest", operand, wanted: true, negated: false, ...bare(truth(false)) };
}

/** `operand is not false`: true where it is true or unknown. */
export function isNotFalseExpr(operand: PlanExpr): PlanExpr {
  return { kind: "truthTest", operand, wanted: false, negated: true, ...bare(truth(false)) };
}

/** A comparison of values as they are, text bytewise. */
export function compareExpr(operator: CompareOperator, left: PlanExpr, right: PlanExpr): PlanExpr {
  const nullable = operator !== "is" && operator !== "isNot" && (left.type.nullable || right.type.nullable);
  const rule = { conversion: "none", compareCollation: "BINARY" } as const;
  return { kind: "compare", operator, left, right, ...rule, ...bare(truth(nullable)) };
}

/** Whether two values are the same, NULLs included; `=` where neither may be NULL, because that is a plain hash key. */
export function sameExpr(left: PlanExpr, right: PlanExpr): PlanExpr {
  return compareExpr(left.type.nullable || right.type.nullable ? "is" : "=", left, right);
}

/** The value, or the constant where it is NULL. */
export function orElseExpr(expr: PlanExpr, otherwise: ExactValue): PlanExpr {
  const fallback = literalExpr(otherwise);
  const type = { ...expr.type, nullable: false };
  return { kind: "function", name: "coalesce", arguments: [expr, fallback], ...bare(type) };
}

/** The value where the condition is true, else NULL. */
export function whenExpr(condition: PlanExpr, then: PlanExpr): PlanExpr {
  const { affinity, collation } = then;
  const type = { ...then.type, nullable: true };
  return { kind: "case", branches: [{ when: condition, then }], else: null, type, affinity, collation };
}
