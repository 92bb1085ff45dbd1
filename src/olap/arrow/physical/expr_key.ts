import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";

const keys = new WeakMap<PlanExpr, string>();

/** A text that is equal for expressions that compute the same. */
export function exprKey(expr: PlanExpr): string {
  let key = keys.get(expr);
  if (key === undefined) keys.set(expr, key = expr.kind === "column" ? `c${expr.id}` : writeNode(expr));
  return key;
}

function writeNode(expr: PlanExpr): string {
  const { type: _type, affinity: _affinity, collation, ...meaning } = expr;
  return `${writeValue(meaning)}${collation === null ? "" : `~${collation.name}`}`;
}

function writeValue(value: unknown): string {
  if (value === null || typeof value !== "object") return `${typeof value}:${JSON.stringify(String(value))}`;
  if (Array.isArray(value)) return `[${value.map(writeValue).join()}]`;
  if (value instanceof Uint8Array) return `x[${value.join()}]`;
  if ("kind" in value && "type" in value) return exprKey(value as PlanExpr);
  return `{${Object.entries(value).map(([name, part]) => `${name}:${writeValue(part)}`).join()}}`;
}

/** The expressions directly inside one. */
export function exprChildren(expr: PlanExpr): readonly PlanExpr[] {
  switch (expr.kind) {
    case "literal":
    case "column":
      return [];
    case "logic":
    case "arithmetic":
    case "compare":
      return [expr.left, expr.right];
    case "not":
    case "truthTest":
    case "nullTest":
    case "unary":
    case "cast":
      return [expr.operand];
    case "like":
      return expr.escape === null ? [expr.operand, expr.pattern] : [expr.operand, expr.pattern, expr.escape];
    case "inList":
      return [expr.operand, ...expr.items];
    case "case":
      return [
        ...expr.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(expr.else === null ? [] : [expr.else]),
      ];
    case "function":
      return expr.arguments;
  }
}

/** Adds the columns an expression reads. */
export function collectColumns(expr: PlanExpr, into: Set<ColumnId>): Set<ColumnId> {
  if (expr.kind === "column") into.add(expr.id);
  for (const child of exprChildren(expr)) collectColumns(child, into);
  return into;
}

/** The parts of a condition that must all hold. */
export function planConjuncts(expr: PlanExpr | null): PlanExpr[] {
  if (expr === null) return [];
  return expr.kind === "logic" && expr.operator === "and"
    ? [...planConjuncts(expr.left), ...planConjuncts(expr.right)]
    : [expr];
}
