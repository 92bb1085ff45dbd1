import type { Span } from "../tree.ts";
import type { AnalysedExpr, CompareOperator } from "./analysed.ts";
import { compareAffinity, compareCollation } from "./conversions.ts";
import { truthType } from "./value_type.ts";

/** `left operator right` with the conversion and collating sequence SQLite uses for it. */
export function comparison(
  operator: CompareOperator,
  left: AnalysedExpr,
  right: AnalysedExpr,
  span: Span,
): AnalysedExpr {
  const nullable = operator !== "is" && operator !== "isNot" && (left.type.nullable || right.type.nullable);
  return {
    kind: "compare",
    operator,
    left,
    right,
    conversion: compareAffinity(left.affinity, right.affinity),
    compareCollation: compareCollation(left.collation, right.collation),
    type: truthType(nullable),
    affinity: null,
    collation: null,
    start: span.start,
    end: span.end,
  };
}

/** `left and/or right`. */
export function logic(operator: "and" | "or", left: AnalysedExpr, right: AnalysedExpr, span: Span): AnalysedExpr {
  const type = truthType(left.type.nullable || right.type.nullable);
  return {
    kind: "logic",
    operator,
    left,
    right,
    type,
    affinity: null,
    collation: null,
    start: span.start,
    end: span.end,
  };
}

/** `not operand`. */
export function negation(operand: AnalysedExpr, span: Span): AnalysedExpr {
  const type = truthType(operand.type.nullable);
  return { kind: "not", operand, type, affinity: null, collation: null, start: span.start, end: span.end };
}
