import type { PlanExpr } from "./plan_expr.ts";

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
