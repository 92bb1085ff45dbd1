import type { AnalysedBody, AnalysedExpr, AnalysedFrom, AnalysedQuery, ExprOf, Source } from "./analysed.ts";

/** The expressions directly inside one, those of subqueries left out. */
export function childrenOf(expr: AnalysedExpr): readonly AnalysedExpr[] {
  switch (expr.kind) {
    case "literal":
    case "column":
    case "exists":
    case "scalarQuery":
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
    case "inQuery":
      return expr.operands;
    case "case": {
      const branches = expr.branches.flatMap((branch) => [branch.when, branch.then]);
      return expr.else === null ? branches : [...branches, expr.else];
    }
    case "function":
      return expr.arguments;
    case "aggregate":
      return [
        ...expr.arguments,
        ...(expr.filter === null ? [] : [expr.filter]),
        ...expr.orderBy.map((key) => key.expr),
      ];
    case "window":
      return [
        ...expr.arguments,
        ...(expr.filter === null ? [] : [expr.filter]),
        ...expr.partitionBy,
        ...expr.orderBy.map((key) => key.expr),
      ];
  }
}

/** The query directly inside an expression, if it is one that has a query. */
export function queryOf(expr: AnalysedExpr): AnalysedQuery | null {
  return expr.kind === "exists" || expr.kind === "scalarQuery" || expr.kind === "inQuery" ? expr.query : null;
}

/** Whether the expression or one inside it (not in its subqueries) satisfies the test. */
export function someExpr(expr: AnalysedExpr, test: (expr: AnalysedExpr) => boolean): boolean {
  return test(expr) || childrenOf(expr).some((child) => someExpr(child, test));
}

/** Whether the expression has the same value for every row: it reads none. */
export function isConstant(expr: AnalysedExpr): boolean {
  return !someExpr(
    expr,
    (inner) =>
      inner.kind === "column" || inner.kind === "aggregate" || inner.kind === "window" || queryOf(inner) !== null,
  );
}

/** The FROM items in order. */
export function sourcesOf(from: AnalysedFrom | null): Source[] {
  if (from === null) return [];
  return from.kind === "source" ? [from.source] : [...sourcesOf(from.left), ...sourcesOf(from.right)];
}

/** The parts of a condition that must all hold. */
export function conjuncts(expr: AnalysedExpr | null): AnalysedExpr[] {
  if (expr === null) return [];
  return expr.kind === "logic" && expr.operator === "and"
    ? [...conjuncts(expr.left), ...conjuncts(expr.right)]
    : [expr];
}

/** Every column a query reads, at any depth of its own subqueries, common tables and expressions. */
export function columnsRead(query: AnalysedQuery): ExprOf<"column">[] {
  const columns: ExprOf<"column">[] = [];
  const visitExpr = (expr: AnalysedExpr): void => {
    if (expr.kind === "column") columns.push(expr);
    const inner = queryOf(expr);
    if (inner !== null) visitQuery(inner);
    childrenOf(expr).forEach(visitExpr);
  };
  const visitFrom = (from: AnalysedFrom): void => {
    if (from.kind === "join") {
      visitFrom(from.left);
      visitFrom(from.right);
      if (from.on !== null) visitExpr(from.on);
    } else if (from.source.kind === "query") visitQuery(from.source.query);
  };
  const visitBody = (body: AnalysedBody): void => {
    switch (body.kind) {
      case "select":
        if (body.from !== null) visitFrom(body.from);
        for (const expr of [...body.outputs, body.where, ...body.groupBy, body.having]) {
          if (expr !== null) visitExpr(expr);
        }
        return;
      case "values":
        body.rows.flat().forEach(visitExpr);
        return;
      case "compound":
        visitBody(body.left);
        visitBody(body.right);
    }
  };
  const visitQuery = (inner: AnalysedQuery): void => {
    for (const cte of inner.ctes) visitQuery(cte.query);
    visitBody(inner.body);
    for (const { key } of inner.orderBy) if (key.kind === "expr") visitExpr(key.expr);
  };
  visitQuery(query);
  return columns;
}
