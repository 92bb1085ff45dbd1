import { type AnalysedExpr, type ExprOf, fingerprint } from "../../../sql/mod.ts";
import type { PlanExpr, PlanTyped } from "../plan/plan_expr.ts";
import { type Binding, decline, type Rows, type RowScope } from "./binding.ts";
import { bindExists, bindIn, bindScalar } from "./subqueries.ts";

/** Where an expression stands. */
export interface ExprPlace {
  readonly binding: Binding;
  readonly scope: RowScope;
  /** Takes the columns of subqueries; `null` where none may stand. */
  readonly rows: Rows | null;
}

/** Brings an expression into terms of plan columns; the subqueries in it are joined to `place.rows`. */
export function bindExpr(place: ExprPlace, expr: AnalysedExpr): PlanExpr {
  const bind = (inner: AnalysedExpr): PlanExpr => bindExpr(place, inner);
  const typed = typedOf(expr);
  const computed = computedValue(place.scope, expr);
  if (computed !== null) return computed;
  switch (expr.kind) {
    case "literal":
      return { kind: "literal", value: expr.value, ...typed };
    case "column":
      return bindColumn(place.scope, expr);
    case "logic":
      return { kind: "logic", operator: expr.operator, left: bind(expr.left), right: bind(expr.right), ...typed };
    case "not":
      return { kind: "not", operand: bind(expr.operand), ...typed };
    case "truthTest": {
      const { wanted, negated } = expr;
      return { kind: "truthTest", operand: bind(expr.operand), wanted, negated, ...typed };
    }
    case "nullTest":
      return { kind: "nullTest", operand: bind(expr.operand), negated: expr.negated, ...typed };
    case "unary":
      return { kind: "unary", operator: expr.operator, operand: bind(expr.operand), ...typed };
    case "arithmetic":
      return { kind: "arithmetic", operator: expr.operator, left: bind(expr.left), right: bind(expr.right), ...typed };
    case "compare": {
      const { operator, conversion, compareCollation } = expr;
      const sides = { left: bind(expr.left), right: bind(expr.right) };
      return { kind: "compare", operator, ...sides, conversion, compareCollation, ...typed };
    }
    case "like": {
      const { operator, negated } = expr;
      if (operator === "regexp" || operator === "match") {
        return decline("function", `operator ${operator.toUpperCase()} is not supported`);
      }
      const escape = expr.escape === null ? null : bind(expr.escape);
      const parts = { operand: bind(expr.operand), pattern: bind(expr.pattern), escape };
      return { kind: "like", operator, ...parts, negated, ...typed };
    }
    case "inList": {
      const { conversion, compareCollation, negated } = expr;
      const parts = { operand: bind(expr.operand), items: expr.items.map(bind) };
      return { kind: "inList", ...parts, conversion, compareCollation, negated, ...typed };
    }
    case "case": {
      const branches = expr.branches.map(({ when, then }) => ({ when: bind(when), then: bind(then) }));
      return { kind: "case", branches, else: expr.else === null ? null : bind(expr.else), ...typed };
    }
    case "cast":
      return { kind: "cast", operand: bind(expr.operand), to: expr.to, ...typed };
    case "function":
      return { kind: "function", name: expr.name, arguments: expr.arguments.map(bind), ...typed };
    case "exists":
      return bindExists(subqueryPlace(place), expr);
    case "inQuery":
      return bindIn(subqueryPlace(place), expr, expr.operands.map(bind));
    case "scalarQuery":
      return bindScalar(subqueryPlace(place), expr);
    case "aggregate":
      return decline("aggregate", `${expr.name}() where rows are not grouped`);
    case "window":
      return decline("window", `${expr.name}() where no window is computed`);
  }
}

/** The attributes the analysis gave. */
function typedOf({ type, affinity, collation }: AnalysedExpr): PlanTyped {
  return { type, affinity, collation };
}

function subqueryPlace({ binding, scope, rows }: ExprPlace): { binding: Binding; scope: RowScope; rows: Rows } {
  if (rows === null) return decline("subquery", "a subquery where no rows can take its value");
  return { binding, scope, rows };
}

/** A value the rows have already: of a group, or of a window. */
function computedValue({ grouping, windows }: RowScope, expr: AnalysedExpr): PlanExpr | null {
  if (expr.kind === "literal") return null;
  const known = expr.kind === "window" ? windows : grouping?.values;
  const column = known?.get(fingerprint(expr));
  return column === undefined ? null : { kind: "column", id: column.id, ...typedOf(expr), type: column.type };
}

function bindColumn(scope: RowScope, expr: ExprOf<"column">): PlanExpr {
  let at: RowScope | null = scope;
  for (let depth = expr.depth; depth > 0 && at !== null; depth--) at = at.parent;
  if (at === null) return decline("construct", "a column out of reach");
  if (at !== scope) {
    const computed = computedValue(at, expr);
    if (computed !== null) return computed;
  }
  const name = expr.source.columns[expr.column]!.name;
  if (at.grouping !== null) {
    return decline("aggregate", `column "${name}" is neither grouped by nor aggregated, so SQLite picks a row`);
  }
  const column = at.sources.get(expr.source.id)?.[expr.column];
  if (column === undefined) return decline("construct", `column "${name}" out of reach`);
  return { kind: "column", id: column.id, ...typedOf(expr) };
}
