import type { ColumnId, PlanExpr } from "./plan_expr.ts";

/** The expressions directly inside one. */
export function operandsOf(expr: PlanExpr): readonly PlanExpr[] {
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
    case "case": {
      const branches = expr.branches.flatMap((branch) => [branch.when, branch.then]);
      return expr.else === null ? branches : [...branches, expr.else];
    }
    case "function":
      return expr.arguments;
  }
}

/** The same expression with each operand replaced; itself when none changes. */
export function mapOperands(expr: PlanExpr, map: (operand: PlanExpr) => PlanExpr): PlanExpr {
  const before = operandsOf(expr);
  const after = before.map(map);
  if (after.every((operand, index) => operand === before[index])) return expr;
  switch (expr.kind) {
    case "literal":
    case "column":
      return expr;
    case "logic":
    case "arithmetic":
    case "compare":
      return { ...expr, left: after[0]!, right: after[1]! };
    case "not":
    case "truthTest":
    case "nullTest":
    case "unary":
    case "cast":
      return { ...expr, operand: after[0]! };
    case "like":
      return { ...expr, operand: after[0]!, pattern: after[1]!, escape: after[2] ?? null };
    case "inList":
      return { ...expr, operand: after[0]!, items: after.slice(1) };
    case "case": {
      const branches = expr.branches.map((_, index) => ({ when: after[2 * index]!, then: after[2 * index + 1]! }));
      return { ...expr, branches, else: after[2 * branches.length] ?? null };
    }
    case "function":
      return { ...expr, arguments: after };
  }
}

/** Replaces columns by expressions wherever `replace` gives one. */
export function substitute(expr: PlanExpr, replace: (id: ColumnId) => PlanExpr | undefined): PlanExpr {
  if (expr.kind === "column") {
    const found = replace(expr.id);
    return found === undefined ? expr : asReferred(found, expr);
  }
  return mapOperands(expr, (operand) => substitute(operand, replace));
}

/** A column reference has affinity and collation of its own, which decide nothing here but how it sorts. */
function asReferred(found: PlanExpr, reference: PlanExpr): PlanExpr {
  const { affinity, collation } = reference;
  return found.affinity === affinity && found.collation === collation ? found : { ...found, affinity, collation };
}

/** Whether the expression or one inside it satisfies the test. */
export function someOperand(expr: PlanExpr, test: (expr: PlanExpr) => boolean): boolean {
  return test(expr) || operandsOf(expr).some((operand) => someOperand(operand, test));
}

/** Adds the columns an expression reads to `into`. */
export function addColumnsRead(expr: PlanExpr, into: Set<ColumnId>): Set<ColumnId> {
  if (expr.kind === "column") into.add(expr.id);
  for (const operand of operandsOf(expr)) addColumnsRead(operand, into);
  return into;
}

/** The columns an expression reads. */
export function columnsReadBy(...exprs: readonly PlanExpr[]): Set<ColumnId> {
  const into = new Set<ColumnId>();
  for (const expr of exprs) addColumnsRead(expr, into);
  return into;
}

/** Whether every column an expression reads is in `known`. */
export function readsOnly(expr: PlanExpr, known: ReadonlySet<ColumnId>): boolean {
  return expr.kind === "column" ? known.has(expr.id) : operandsOf(expr).every((operand) => readsOnly(operand, known));
}

/** Whether an expression reads any of the columns. */
export function readsAny(expr: PlanExpr, columns: ReadonlySet<ColumnId>): boolean {
  return someOperand(expr, (inner) => inner.kind === "column" && columns.has(inner.id));
}

/** The parts of a condition that must all be true. */
export function splitConjuncts(expr: PlanExpr | null): PlanExpr[] {
  if (expr === null) return [];
  if (expr.kind !== "logic" || expr.operator !== "and") return [expr];
  return [...splitConjuncts(expr.left), ...splitConjuncts(expr.right)];
}

/** The parts of a condition of which one must be true. */
export function splitDisjuncts(expr: PlanExpr): PlanExpr[] {
  if (expr.kind !== "logic" || expr.operator !== "or") return [expr];
  return [...splitDisjuncts(expr.left), ...splitDisjuncts(expr.right)];
}
