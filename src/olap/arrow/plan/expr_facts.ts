import { NUMERIC, TEXT } from "../../../sql/mod.ts";
import { operandsOf, someOperand } from "./expr_walk.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "./plan_expr.ts";

/** Functions that give NULL whenever an argument is NULL. */
const STRICT_FUNCTIONS = new Set([
  "abs",
  "glob",
  "instr",
  "length",
  "like",
  "lower",
  "ltrim",
  "octet_length",
  "replace",
  "round",
  "rtrim",
  "substr",
  "substring",
  "trim",
  "upper",
]);

/** Whether an expression is NULL in every row in which one of the columns is NULL. */
export function isStrictIn(expr: PlanExpr, columns: ReadonlySet<ColumnId>): boolean {
  switch (expr.kind) {
    case "column":
      return columns.has(expr.id);
    case "arithmetic":
    case "unary":
    case "cast":
    case "not":
      return operandsOf(expr).some((operand) => isStrictIn(operand, columns));
    case "compare":
      return expr.operator !== "is" && expr.operator !== "isNot" &&
        (isStrictIn(expr.left, columns) || isStrictIn(expr.right, columns));
    case "like":
      return isStrictIn(expr.operand, columns) || isStrictIn(expr.pattern, columns);
    case "inList":
      return isStrictIn(expr.operand, columns);
    case "function":
      return STRICT_FUNCTIONS.has(expr.name) && expr.arguments.some((argument) => isStrictIn(argument, columns));
    default:
      return false;
  }
}

/** Whether a condition cannot be true in a row in which all the columns are NULL. */
export function rejectsNulls(condition: PlanExpr, columns: ReadonlySet<ColumnId>): boolean {
  switch (condition.kind) {
    case "logic": {
      const [left, right] = [rejectsNulls(condition.left, columns), rejectsNulls(condition.right, columns)];
      return condition.operator === "and" ? left || right : left && right;
    }
    case "nullTest":
      return condition.negated && isStrictIn(condition.operand, columns);
    case "truthTest":
      return condition.wanted && !condition.negated && rejectsNulls(condition.operand, columns);
    default:
      return isStrictIn(condition, columns);
  }
}

/** `a = b` between columns, such that it makes one the other's equal wherever one of them is compared or grouped by. */
export function columnEquality(
  condition: PlanExpr,
): { readonly left: PlanExprOf<"column">; readonly right: PlanExprOf<"column"> } | null {
  if (condition.kind !== "compare" || condition.operator !== "=") return null;
  const { left, right } = condition;
  if (left.kind !== "column" || right.kind !== "column" || left.id === right.id) return null;
  return equatesValues(condition) ? { left, right } : null;
}

/** Whether values for which the comparison finds no difference are equal by value, whatever they are compared with next. */
export function equatesValues({ left, right, conversion, compareCollation }: PlanExprOf<"compare">): boolean {
  const classes = left.type.classes | right.type.classes;
  if ((classes & ~NUMERIC) === 0) return true;
  return classes === TEXT && conversion !== "numeric" && compareCollation === "BINARY";
}

/** Whether an expression reads no column. */
export function isConstantExpr(expr: PlanExpr): boolean {
  return !someOperand(expr, (inner) => inner.kind === "column");
}

/** By which collating sequence a function that compares its arguments compares text: that of the first one that has any. */
export function callCollation(call: PlanExprOf<"function">): string {
  return call.arguments.find((argument) => argument.collation !== null)?.collation?.name ?? "BINARY";
}
