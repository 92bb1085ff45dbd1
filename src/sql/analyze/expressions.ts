import type { ExactValue } from "../../types/mod.ts";
import { affinityOf } from "../../types/mod.ts";
import type { Binary, Case, ColumnRef, Expr, InList, InQuery, Literal, Unary } from "../tree.ts";
import type { AnalysedBody, AnalysedExpr } from "./analysed.ts";
import { analyseCall } from "./calls.ts";
import { comparison, logic, negation } from "./comparisons.ts";
import { columnExpr } from "./columns.ts";
import { compareAffinity, compareCollation, conversionOf, inheritedCollation } from "./conversions.ts";

import { type ExprContext, literal, plain, subquery } from "./expr_context.ts";
import { castType, functionType, operatorType, unaryType } from "./function_types.ts";
import { compareRows } from "./row_values.ts";
import { foldName } from "../fold_name.ts";
import type { Scope } from "./scope.ts";
import { Unanalysable } from "./unanalysable.ts";
import { mergeTypes, truthType, withNullable } from "./value_type.ts";
import { isConstant, someExpr } from "./walk.ts";

/** Resolves the names of an expression and types it. */
export function analyseExpr(context: ExprContext, expr: Expr): AnalysedExpr {
  switch (expr.kind) {
    case "literal":
      return literal(literalValue(expr), expr);
    case "column":
      return analyseColumn(context, expr);
    case "parameter": {
      const value = context.analysis.parameters[expr.index - 1];
      if (value === undefined) throw new Unanalysable("construct", `parameter ${expr.index} has no value`);
      return literal(value, expr);
    }
    case "currentTime":
      throw new Unanalysable("volatile", `CURRENT_${expr.what.toUpperCase()} depends on the clock`);
    case "unary":
      return analyseUnary(context, expr);
    case "binary":
      return analyseBinary(context, expr);
    case "nullTest": {
      const operand = analyseExpr(context, expr.operand);
      return { kind: "nullTest", operand, negated: expr.negated, ...plain(expr, truthType(false)) };
    }
    case "between":
      return analyseBetween(context, expr);
    case "like": {
      const operand = analyseExpr(context, expr.operand);
      const pattern = analyseExpr(context, expr.pattern);
      const escape = expr.escape === null ? null : analyseExpr(context, expr.escape);
      const type = truthType(operand.type.nullable || pattern.type.nullable || (escape?.type.nullable ?? false));
      const { operator, negated } = expr;
      return { kind: "like", operator, operand, pattern, escape, negated, ...plain(expr, type) };
    }
    case "inList":
      return analyseInList(context, expr);
    case "inQuery":
      return analyseInQuery(context, expr);
    case "exists":
      return { kind: "exists", query: subquery(context, expr.query), ...plain(expr, truthType(false)) };
    case "scalarQuery": {
      const query = subquery(context, expr.query);
      const [column] = query.columns;
      if (column === undefined || query.columns.length > 1) {
        throw new Unanalysable("subquery", `sub-select returns ${query.columns.length} columns - expected 1`);
      }
      const type = withNullable(column.type, true);
      return { kind: "scalarQuery", query, ...plain(expr, type), affinity: column.affinity };
    }
    case "case":
      return analyseCase(context, expr);
    case "cast": {
      if (expr.type === "") throw new Unanalysable("construct", "CAST without a type");
      const operand = analyseExpr(context, expr.operand);
      const to = affinityOf(expr.type);
      return { kind: "cast", operand, to, ...plain(expr, castType(to, operand.type), operand.collation), affinity: to };
    }
    case "collate": {
      const operand = analyseExpr(context, expr.operand);
      return { ...operand, collation: { name: expr.collation.text.toUpperCase(), explicit: true } };
    }
    case "function":
      return analyseCall(context, expr);
    case "rowValue":
      throw new Unanalysable("construct", "row value misused");
    case "raise":
      throw new Unanalysable("construct", "RAISE() may only be used within a trigger");
  }
}

function literalValue({ value }: Literal): ExactValue {
  return value.class === "null" ? null : value.value;
}

/** Own columns win over own aliases, both over what enclosing queries have; last come `true` and `false`. */
function analyseColumn(context: ExprContext, ref: ColumnRef): AnalysedExpr {
  if (ref.schema !== null && foldName(ref.schema.text) !== "main") {
    throw new Unanalysable("table", `"${ref.schema.text}" is outside the main database`);
  }
  let depth = 0;
  for (let scope: Scope | null = context.scope; scope !== null; scope = scope.parent, depth++) {
    const found = scope.findColumn(ref.table, ref.name);
    if (found !== null) return columnExpr(found.source, found.column, depth, ref);
    const alias = ref.table === null ? scope.findAlias(ref.name) : null;
    if (alias !== null) return aliased(context, alias, depth, ref);
  }
  const folded = foldName(ref.name.text);
  if (ref.table === null && ref.name.quote === null && (folded === "true" || folded === "false")) {
    return { ...literal(folded === "true" ? 1n : 0n, ref), type: truthType(false) };
  }
  throw unknownColumn(context, ref);
}

function aliased(context: ExprContext, expr: AnalysedExpr, depth: number, ref: ColumnRef): AnalysedExpr {
  if (depth > 0) throw new Unanalysable("construct", `alias "${ref.name.text}" of an enclosing query`);
  if (context.aggregates === "forbidden" && someExpr(expr, (inner) => inner.kind === "aggregate")) {
    throw new Unanalysable("aggregate", `misuse of aliased aggregate "${ref.name.text}"`);
  }
  if (context.windows === "forbidden" && someExpr(expr, (inner) => inner.kind === "window")) {
    throw new Unanalysable("window", `misuse of aliased window function "${ref.name.text}"`);
  }
  return { ...expr, start: ref.start, end: ref.end };
}

function unknownColumn({ scope }: ExprContext, ref: ColumnRef): Unanalysable {
  const { table, name } = ref;
  if (table !== null && !scope.hasSource(table)) {
    return new Unanalysable("name", `no FROM item "${table.text}"`);
  }
  const written = table === null ? name.text : `${table.text}.${name.text}`;
  return new Unanalysable("name", `no column "${written}"`);
}

function analyseUnary(context: ExprContext, expr: Unary): AnalysedExpr {
  const operand = analyseExpr(context, expr.operand);
  const { operator } = expr;
  if (operator === "not") return negation(operand, expr);
  if (operator === "-" && operand.kind === "literal") {
    const { value } = operand;
    if (typeof value === "number") return literal(-value, expr);
    if (typeof value === "bigint" && value !== -(2n ** 63n)) return literal(-value, expr);
  }
  const collation = operator === "+" ? operand.collation : inheritedCollation([operand]);
  return { kind: "unary", operator, operand, ...plain(expr, unaryType(operator, operand.type), collation) };
}

function analyseBinary(context: ExprContext, expr: Binary): AnalysedExpr {
  const { operator } = expr;
  switch (operator) {
    case "->":
    case "->>": {
      // SQLite reads them as calls of functions of these names.
      const args = [analyseExpr(context, expr.left), analyseExpr(context, expr.right)];
      const type = functionType(operator, args, "scalar");
      return { kind: "function", name: operator, arguments: args, ...plain(expr, type, inheritedCollation(args)) };
    }
    case "and":
    case "or":
      return logic(operator, analyseExpr(context, expr.left), analyseExpr(context, expr.right), expr);
    case "is":
    case "isNot": {
      const truth = truthWord(context, expr.right);
      if (truth !== null) {
        const operand = analyseExpr(context, expr.left);
        const negated = operator === "isNot";
        return { kind: "truthTest", operand, wanted: truth, negated, ...plain(expr, truthType(false)) };
      }
      return compareRows(context, operator, expr.left, expr.right, expr);
    }
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compareRows(context, operator, expr.left, expr.right, expr);
    default: {
      const left = analyseExpr(context, expr.left);
      const right = analyseExpr(context, expr.right);
      const type = operatorType(operator, left.type, right.type);
      return { kind: "arithmetic", operator, left, right, ...plain(expr, type, inheritedCollation([left, right])) };
    }
  }
}

/** `true` or `false` written as a bare word that names no column: then IS tests for truth. */
function truthWord(context: ExprContext, expr: Expr): boolean | null {
  if (expr.kind !== "column" || expr.table !== null || expr.name.quote !== null) return null;
  const folded = foldName(expr.name.text);
  if (folded !== "true" && folded !== "false") return null;
  return analyseColumn(context, expr).kind === "literal" ? folded === "true" : null;
}

function analyseBetween(context: ExprContext, expr: Extract<Expr, { kind: "between" }>): AnalysedExpr {
  const low = compareRows(context, ">=", expr.operand, expr.low, expr);
  const high = compareRows(context, "<=", expr.operand, expr.high, expr);
  const both = logic("and", low, high, expr);
  return expr.negated ? negation(both, expr) : both;
}

function analyseCase(context: ExprContext, expr: Case): AnalysedExpr {
  const operand = expr.operand;
  const branches = expr.branches.map((branch) => ({
    when: operand === null
      ? analyseExpr(context, branch.when)
      : comparison("=", analyseExpr(context, operand), analyseExpr(context, branch.when), branch.when),
    then: analyseExpr(context, branch.then),
  }));
  const otherwise = expr.else === null ? null : analyseExpr(context, expr.else);
  const results = [...branches.map((branch) => branch.then), ...(otherwise === null ? [] : [otherwise])];
  const merged = mergeTypes(results.map((result) => result.type));
  const type = withNullable(merged, merged.nullable || otherwise === null);
  const inOrder = [...branches.flatMap((branch) => [branch.when, branch.then]), otherwise];
  return { kind: "case", branches, else: otherwise, ...plain(expr, type, inheritedCollation(inOrder)) };
}

function analyseInList(context: ExprContext, expr: InList): AnalysedExpr {
  const { negated } = expr;
  if (expr.items.length === 0) return { ...literal(negated ? 1n : 0n, expr), type: truthType(false) };
  const [first] = expr.items;
  // SQLite reads `x IN ((SELECT …))` as `x IN (SELECT …)`.
  if (expr.items.length === 1 && first?.kind === "scalarQuery") {
    return analyseInQuery(context, { ...expr, kind: "inQuery", query: first.query });
  }
  if (expr.operand.kind === "rowValue") {
    throw new Unanalysable("construct", "row values IN a list are not translated");
  }
  const operand = analyseExpr(context, expr.operand);
  const items = expr.items.map((item) => analyseExpr(context, item));
  return {
    kind: "inList",
    operand,
    items,
    // SQLite takes both from the left operand alone, but a list of one constant it reads as `=`.
    conversion: conversionOf(operand.affinity),
    compareCollation: items.length === 1 && isConstant(items[0]!)
      ? compareCollation(operand.collation, items[0]!.collation)
      : operand.collation?.name ?? "BINARY",
    negated,
    ...plain(expr, truthType(operand.type.nullable || items.some((item) => item.type.nullable))),
  };
}

function analyseInQuery(context: ExprContext, expr: InQuery): AnalysedExpr {
  const { negated } = expr;
  const written: readonly Expr[] = expr.operand.kind === "rowValue" ? expr.operand.items : [expr.operand];
  const operands = written.map((operand) => analyseExpr(context, operand));
  const query = subquery(context, expr.query);
  if (query.columns.length !== operands.length) {
    const reason = `sub-select returns ${query.columns.length} columns - expected ${operands.length}`;
    throw new Unanalysable("subquery", reason);
  }
  const lastArm = outputsOf(query.body).at(-1)!;
  if (armsDiffer(query.body)) throw new Unanalysable("type", "IN over a compound whose arms differ in affinity");
  const nullable = operands.some((operand) => operand.type.nullable) ||
    query.columns.some((column) => column.type.nullable);
  return {
    kind: "inQuery",
    operands,
    query,
    conversions: operands.map((operand, i) => compareAffinity(operand.affinity, query.columns[i]!.affinity)),
    // A COLLATE in the last arm's expression counts as one beside IN, unlike that of a column made by a subquery.
    compareCollations: operands.map((operand, i) => compareCollation(operand.collation, lastArm[i]!.collation)),
    negated,
    ...plain(expr, truthType(nullable)),
  };
}

function outputsOf(body: AnalysedBody): readonly (readonly AnalysedExpr[])[] {
  switch (body.kind) {
    case "select":
      return [body.outputs];
    case "values":
      return body.rows;
    case "compound":
      return [...outputsOf(body.left), ...outputsOf(body.right)];
  }
}

/** SQLite takes one arm's affinity for all of IN; which one matters only if they differ. */
function armsDiffer(body: AnalysedBody): boolean {
  const [first = [], ...others] = outputsOf(body);
  return others.some((arm) => arm.some((expr, index) => expr.affinity !== (first[index]?.affinity ?? null)));
}
