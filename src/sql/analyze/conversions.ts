import type { Affinity } from "../../types/mod.ts";
import type { AnalysedExpr, Collation, CompareAffinity } from "./analysed.ts";
import { Unanalysable } from "./unanalysable.ts";
import { someExpr } from "./walk.ts";

/**
 * The conversion a comparison applies, from the affinities of its operands (`sqlite3CompareAffinity`): two columns are
 * compared as numbers if either is numeric, else untouched; one column's affinity applies to an operand without any.
 */
export function compareAffinity(left: Affinity | null, right: Affinity | null): CompareAffinity {
  if (left !== null && right !== null) return isNumeric(left) || isNumeric(right) ? "numeric" : "none";
  return conversionOf(left ?? right);
}

/** The conversion an affinity stands for when it applies alone. */
export function conversionOf(affinity: Affinity | null): CompareAffinity {
  if (affinity === null || affinity === "blob") return "none";
  return affinity === "text" ? "text" : "numeric";
}

function isNumeric(affinity: Affinity): boolean {
  return affinity === "integer" || affinity === "real" || affinity === "numeric";
}

/** The collating sequence of a comparison: an explicit one, the left first; else a column's, the left first. */
export function compareCollation(left: Collation | null, right: Collation | null): string {
  if (left?.explicit) return left.name;
  if (right?.explicit) return right.name;
  return (left ?? right)?.name ?? "BINARY";
}

/**
 * The collation an operator's result carries: only an explicit one inside survives, the leftmost first (`sqlite3ExprCollSeq`). SQLite
 * finds one at any depth, within tests too; only one that an operand carries itself is told here.
 */
export function inheritedCollation(operands: readonly (AnalysedExpr | null)[]): Collation | null {
  for (const operand of operands) {
    if (operand === null) continue;
    if (operand.collation?.explicit) return operand.collation;
    if (someExpr(operand, (inner) => inner.collation?.explicit === true)) {
      throw new Unanalysable("collation", "a COLLATE deep inside a value");
    }
  }
  return null;
}

/** What a compound's arm says its values may be, as SQLite judges by syntax (`sqlite3ExprDataType`). */
const NUMBER_DATA = 1;
const TEXT_DATA = 2;
const BLOB_DATA = 4;

function dataTypes(expr: AnalysedExpr): number {
  switch (expr.kind) {
    case "literal":
      if (expr.value === null) return 0;
      if (typeof expr.value === "string") return TEXT_DATA;
      return typeof expr.value === "object" ? BLOB_DATA : NUMBER_DATA;
    case "arithmetic":
      return expr.operator === "||" ? TEXT_DATA | BLOB_DATA : NUMBER_DATA;
    case "unary":
      return expr.operator === "+" ? dataTypes(expr.operand) : NUMBER_DATA;
    case "function":
    case "aggregate":
    case "window":
      return NUMBER_DATA | TEXT_DATA | BLOB_DATA;
    case "column":
    case "scalarQuery":
    case "cast":
      if (expr.affinity !== null && isNumeric(expr.affinity)) return NUMBER_DATA | BLOB_DATA;
      return expr.affinity === "text" ? TEXT_DATA | BLOB_DATA : NUMBER_DATA | TEXT_DATA | BLOB_DATA;
    case "case":
      return [...expr.branches.map((branch) => branch.then), ...(expr.else === null ? [] : [expr.else])]
        .reduce((all, result) => all | dataTypes(result), 0);
    default:
      return NUMBER_DATA;
  }
}

/**
 * The affinity of a subquery's column from the expressions of all its arms, the leftmost first
 * (`sqlite3SubqueryColumnTypes`): the first arm that has one decides, unless another arm's data would not suit it.
 */
export function resultAffinity(arms: readonly AnalysedExpr[]): Affinity | null {
  const decider = arms.findIndex((arm) => arm.affinity !== null);
  const affinity = arms[decider]?.affinity ?? null;
  if (affinity === null || affinity === "blob" || arms.length === 1) return affinity;
  const others = arms.reduce((all, arm, index) => (index === decider ? all : all | dataTypes(arm)), 0);
  const clash = affinity === "text" ? NUMBER_DATA : TEXT_DATA;
  return (others & clash) !== 0 ? "blob" : affinity;
}
