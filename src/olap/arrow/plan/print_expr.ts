import { quoteText } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import type { ColumnId, PlanExpr } from "./plan_expr.ts";

/** How a plan calls its columns. */
export type ColumnNames = (id: ColumnId) => string;

/** An expression as text for people, in SQLite's notation. */
export function printPlanExpr(expr: PlanExpr, names: ColumnNames): string {
  const print = (inner: PlanExpr): string => printPlanExpr(inner, names);
  const nested = (inner: PlanExpr): string => (isAtomic(inner) ? print(inner) : `(${print(inner)})`);
  switch (expr.kind) {
    case "literal":
      return printValue(expr.value);
    case "column":
      return names(expr.id);
    case "logic": {
      const part = (inner: PlanExpr) =>
        inner.kind === "logic" && inner.operator !== expr.operator ? nested(inner) : print(inner);
      return `${part(expr.left)} ${expr.operator} ${part(expr.right)}`;
    }
    case "not":
      return `not ${nested(expr.operand)}`;
    case "truthTest":
      return `${nested(expr.operand)} is ${expr.negated ? "not " : ""}${expr.wanted}`;
    case "nullTest":
      return `${nested(expr.operand)} is ${expr.negated ? "not " : ""}null`;
    case "unary":
      return `${expr.operator}${nested(expr.operand)}`;
    case "arithmetic":
      return `${nested(expr.left)} ${expr.operator} ${nested(expr.right)}`;
    case "compare": {
      const operator = expr.operator === "isNot" ? "is not" : expr.operator;
      const collation = expr.compareCollation === "BINARY" ? "" : ` collate ${expr.compareCollation.toLowerCase()}`;
      return `${nested(expr.left)} ${operator} ${nested(expr.right)}${collation}`;
    }
    case "like": {
      const escape = expr.escape === null ? "" : ` escape ${print(expr.escape)}`;
      const operator = `${expr.negated ? "not " : ""}${expr.operator}`;
      return `${nested(expr.operand)} ${operator} ${nested(expr.pattern)}${escape}`;
    }
    case "inList":
      return `${nested(expr.operand)} ${expr.negated ? "not " : ""}in (${expr.items.map(print).join(", ")})`;
    case "case": {
      const branches = expr.branches.map(({ when, then }) => `when ${print(when)} then ${print(then)}`);
      const otherwise = expr.else === null ? "" : ` else ${print(expr.else)}`;
      return `case ${branches.join(" ")}${otherwise} end`;
    }
    case "cast":
      return `cast(${print(expr.operand)} as ${expr.to})`;
    case "function":
      return `${expr.name}(${expr.arguments.map(print).join(", ")})`;
  }
}

function isAtomic(expr: PlanExpr): boolean {
  return expr.kind === "literal" || expr.kind === "column" || expr.kind === "function" || expr.kind === "cast" ||
    expr.kind === "case";
}

function printValue(value: ExactValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
}
