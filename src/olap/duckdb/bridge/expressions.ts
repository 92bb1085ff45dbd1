import type { AnalysedExpr, AnalysedQuery, ExprOf } from "../../../sql/mod.ts";
import { columnsRead, fingerprint, queryOf, sourcesOf } from "../../../sql/mod.ts";
import { aggregateSql } from "./aggregates.ts";
import { castSql } from "./casts.ts";
import { choice } from "./choice.ts";
import { withoutNan } from "./coercions.ts";
import { condition } from "./condition.ts";
import { comparable, compareSql, converted } from "./comparisons.ts";
import { functionSql } from "./functions.ts";
import { likeSql } from "./like.ts";
import { literalSql } from "./literals.ts";
import { arithmeticSql, unarySql } from "./operators.ts";
import { exactly, type Printing } from "./printing.ts";
import { existsSql, inQuerySql, scalarQuerySql } from "./subqueries.ts";
import { decline, type SqlValue, value } from "./sql_value.ts";
import { windowSql } from "./windows.ts";

/** Translates an expression. Every kind of operand is either proven to give SQLite's value or declined. */
export function translate(expr: AnalysedExpr, printing: Printing): SqlValue {
  const { grouping } = printing;
  if (grouping !== null && expr.kind !== "literal") {
    const key = grouping.keys.get(fingerprint(expr));
    if (key !== undefined) return key;
  }
  const query = queryOf(expr);
  if (query !== null) requireGroupedColumns(query, printing);
  switch (expr.kind) {
    case "literal":
      return literalSql(expr.value);
    case "column":
      return columnSql(expr, printing);
    case "logic": {
      const left = condition(expr.left, printing);
      return value("boolean", `(${left} ${expr.operator.toUpperCase()} ${condition(expr.right, printing)})`);
    }
    case "not":
      return value("boolean", `(NOT ${condition(expr.operand, printing)})`);
    case "truthTest": {
      const test = `${expr.negated ? "IS NOT" : "IS"} ${expr.wanted ? "TRUE" : "FALSE"}`;
      return value("boolean", `(${condition(expr.operand, printing)} ${test})`);
    }
    case "nullTest": {
      const operand = withoutNan(translate(expr.operand, exactly(printing)));
      if (operand.rep === "null") return value("boolean", expr.negated ? "FALSE" : "TRUE");
      return value("boolean", `(${operand.sql} IS ${expr.negated ? "NOT " : ""}NULL)`);
    }
    case "unary":
      return unarySql(expr.operator, translate(expr.operand, printing));
    case "arithmetic":
      return arithmeticSql(expr.operator, translate(expr.left, printing), translate(expr.right, printing));
    case "compare":
      return compare(expr, exactly(printing));
    case "like": {
      const [operand, pattern] = [expr.operand, expr.pattern].map((part) => translate(part, exactly(printing)));
      const escape = expr.escape === null ? null : translate(expr.escape, printing);
      const sql = likeSql(expr.operator, operand!, pattern!, escape);
      return value("boolean", expr.negated ? `(NOT ${sql})` : sql);
    }
    case "inList":
      return inList(expr, exactly(printing));
    case "inQuery":
      return inQuerySql(expr, exactly(printing));
    case "exists":
      return existsSql(expr.query, printing);
    case "scalarQuery":
      return scalarQuerySql(expr.query, printing);
    case "case":
      return caseSql(expr, printing);
    case "cast":
      return castSql(expr.to, translate(expr.operand, exactly(printing)));
    case "function":
      return functionSql(expr.name, expr.arguments, printing);
    case "aggregate":
      return aggregateSql(expr, printing);
    case "window":
      return windowSql(expr, printing);
  }
}

/** A subquery evaluated by group may read only what the rows are grouped by. */
function requireGroupedColumns(query: AnalysedQuery, { grouping, select }: Printing): void {
  if (grouping === null || select === null) return;
  const own = new Set(sourcesOf(select.from).map((source) => source.id));
  for (const column of columnsRead(query)) {
    if (own.has(column.source.id) && !grouping.keys.has(fingerprint(column))) {
      decline("aggregate", "a subquery that reads columns the rows are not grouped by");
    }
  }
}

function columnSql(expr: ExprOf<"column">, { translation, grouping }: Printing): SqlValue {
  const column = translation.sources.get(expr.source.id)?.[expr.column];
  if (column === undefined) return decline("construct", "a column out of reach");
  if (grouping === null || expr.depth > 0) return column;
  if (!grouping.determined.has(`${expr.source.id}.${expr.column}`)) {
    const name = expr.source.columns[expr.column]!.name;
    return decline("aggregate", `column "${name}" is neither grouped by nor aggregated, so SQLite picks a row`);
  }
  const first = (sql: string) => `first(${sql})`;
  return { ...column, sql: first(column.sql), tag: column.tag === null ? null : first(column.tag) };
}

function compare(expr: ExprOf<"compare">, printing: Printing): SqlValue {
  const rule = { conversion: expr.conversion, collation: expr.compareCollation };
  return value(
    "boolean",
    compareSql(expr.operator, translate(expr.left, printing), translate(expr.right, printing), rule),
  );
}

/** A list whose items need one and the same form of the operand stays a list, so that DuckDB can hash it. */
function inList(expr: ExprOf<"inList">, printing: Printing): SqlValue {
  const rule = { conversion: expr.conversion, collation: expr.compareCollation };
  const operand = withoutNan(translate(expr.operand, printing));
  const items = expr.items.map((item) => withoutNan(translate(item, printing)));
  const pairs = items.map((item) => sameClass(operand, item, rule));
  const form = pairs[0]?.left;
  if (pairs.every((pair) => pair !== null && pair.left === form)) {
    const list = pairs.map((pair) => pair!.right).join(", ");
    return value("boolean", `(${form} ${expr.negated ? "NOT IN" : "IN"} (${list}))`);
  }
  const tests = items.map((item) => compareSql("=", operand, item, rule));
  const any = `(${tests.join(" OR ")})`;
  return value("boolean", expr.negated ? `(NOT ${any})` : any);
}

function sameClass(
  operand: SqlValue,
  item: SqlValue,
  rule: { conversion: "numeric" | "text" | "none"; collation: string },
) {
  const [left, right] = converted(operand, item, rule);
  const alike = left.rep === right.rep && left.rep !== "null";
  return alike ? comparable(left, right, rule.collation) : null;
}

/** CASE, its results brought to one representation. */
function caseSql(expr: ExprOf<"case">, printing: Printing): SqlValue {
  const branches = expr.branches.map(({ when, then }) => ({
    when: condition(when, printing),
    then: translate(then, printing),
  }));
  const otherwise = expr.else === null ? null : translate(expr.else, printing);
  const results = [...branches.map((branch) => branch.then), ...(otherwise === null ? [] : [otherwise])];
  return choice(branches.map((branch) => branch.when), results);
}
