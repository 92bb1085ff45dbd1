import { type AnalysedExpr, queryOf, someExpr } from "../../../sql/mod.ts";
import { filtered } from "../plan/build_plan.ts";
import { bindExpr, type ExprPlace } from "./expressions.ts";
import { filterBySubquery, type SubqueryPlace } from "./subqueries.ts";

/**
 * Keeps the rows for which all conditions are true. Those without subqueries come first: they may cut the rows a subquery is joined
 * to. EXISTS and IN become semi and anti joins, every other subquery a column.
 */
export function applyConditions(place: SubqueryPlace & ExprPlace, conditions: readonly AnalysedExpr[]): void {
  const { rows } = place;
  const withQuery = (expr: AnalysedExpr) => someExpr(expr, (inner) => queryOf(inner) !== null);
  const plain = conditions.filter((condition) => !withQuery(condition));
  rows.plan = filtered(rows.plan, plain.map((condition) => bindExpr(place, condition)));
  const left = conditions.filter(withQuery)
    .filter((condition) => !filterBySubquery(place, condition, (operand) => bindExpr(place, operand)));
  const bound = left.map((condition) => bindExpr(place, condition));
  rows.plan = filtered(rows.plan, bound);
}
