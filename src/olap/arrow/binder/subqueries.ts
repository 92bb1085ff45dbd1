import type { AnalysedExpr, AnalysedQuery, ExprOf } from "../../../sql/mod.ts";
import { columnExpr, isNotFalseExpr, literalExpr, notExpr, truth } from "../plan/build_expr.ts";
import { filtered } from "../plan/build_plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { PlanExpr } from "../plan/plan_expr.ts";
import { type Binding, type BoundQuery, decline, type Rows, type RowScope } from "./binding.ts";
import { dependentJoin, dependentMark, dependentScalar, dependsOn } from "./dependent_join.ts";

/** Rows that subqueries are joined to, and what their queries can name. */
export interface SubqueryPlace {
  readonly binding: Binding;
  readonly scope: RowScope;
  readonly rows: Rows;
}

type InQuery = ExprOf<"inQuery">;

/** `EXISTS (query)` as a value. */
export function bindExists({ binding, scope, rows }: SubqueryPlace, { query }: ExprOf<"exists">): PlanExpr {
  if (query.limit === 0n) return literalExpr(0n);
  return once(rows, query, () => {
    const { plan } = binding.bindQuery(binding, query, scope, "exists");
    const mark = binding.column("exists", truth(false));
    rows.plan = dependentMark(binding, rows.plan, plan, [], mark, false);
    return columnExpr(mark);
  });
}

/** `operands [NOT] IN (query)` as a value. */
export function bindIn(place: SubqueryPlace, expr: InQuery, operands: readonly PlanExpr[]): PlanExpr {
  const { binding, scope, rows } = place;
  return once(rows, expr, () => {
    const bound = binding.bindQuery(binding, expr.query, scope, "set");
    const pairs = pairsOf(expr, operands, bound);
    const threeValued = requireOneOperand(pairs);
    const mark = binding.column("in", truth(threeValued));
    rows.plan = dependentMark(binding, rows.plan, bound.plan, pairs, mark, threeValued);
    return expr.negated ? notExpr(columnExpr(mark)) : columnExpr(mark);
  });
}

/** A query that stands for the value of its first row, NULL without rows. */
export function bindScalar({ binding, scope, rows }: SubqueryPlace, expr: ExprOf<"scalarQuery">): PlanExpr {
  const { query } = expr;
  const { type, affinity, collation } = expr;
  const value = once(rows, query, () => {
    if (query.limit === 0n) return literalExpr(null);
    const bound = binding.bindQuery(binding, query, scope, "scalar");
    const joined = dependentScalar(binding, rows.plan, bound);
    rows.plan = joined.plan;
    return joined.value;
  });
  return { ...value, type: { ...value.type, nullable: value.type.nullable && type.nullable }, affinity, collation };
}

/**
 * Keeps the rows for which a condition with subqueries is true, as a semi or anti join if it is one.
 *
 * @returns `false` when it is no such condition, and nothing was done.
 */
export function filterBySubquery(
  place: SubqueryPlace,
  condition: AnalysedExpr,
  bindOperand: (operand: AnalysedExpr) => PlanExpr,
): boolean {
  const { binding, scope, rows } = place;
  const negated = condition.kind === "not";
  const test = condition.kind === "not" ? condition.operand : condition;
  if (test.kind === "exists") {
    if (test.query.limit === 0n) {
      rows.plan = filtered(rows.plan, [literalExpr(negated ? 1n : 0n)]);
      return true;
    }
    const { plan } = binding.bindQuery(binding, test.query, scope, "exists");
    rows.plan = dependentJoin(binding, negated ? "anti" : "semi", rows.plan, plan, []);
    return true;
  }
  if (test.kind !== "inQuery") return false;
  const wanted = test.negated === negated;
  const operands = test.operands.map(bindOperand);
  const bound = binding.bindQuery(binding, test.query, scope, "set");
  const pairs = pairsOf(test, operands, bound);
  if (wanted) rows.plan = dependentJoin(binding, "semi", rows.plan, bound.plan, pairs);
  else if (!requireOneOperand(pairs)) {
    rows.plan = dependentJoin(binding, "anti", rows.plan, bound.plan, pairs);
  } else rows.plan = withoutMatch(place, bound, pairs);
  return true;
}

/** Whether IN may be unknown. Of row values that hold NULLs SQLite's answer depends on the indexes it finds. */
function requireOneOperand(pairs: readonly PlanExpr[]): boolean {
  const unknown = pairs.some((pair) => pair.type.nullable);
  if (unknown && pairs.length > 1) decline("subquery", "row values IN a query where they may hold NULL");
  return unknown;
}

/**
 * NOT IN with NULLs: a row stays if each of the query's rows surely differs from it. Correlated, that is an anti join, which has the
 * correlation to hash by; otherwise a mark join.
 */
function withoutMatch({ binding, rows }: SubqueryPlace, bound: BoundQuery, pairs: readonly PlanExpr[]): Plan {
  if (dependsOn(bound.plan, rows.plan)) {
    const unsure = pairs.map((pair) => (pair.type.nullable ? isNotFalseExpr(pair) : pair));
    return dependentJoin(binding, "anti", rows.plan, bound.plan, unsure);
  }
  const mark = binding.column("in", truth(true));
  const plan = dependentMark(binding, rows.plan, bound.plan, pairs, mark, true);
  return filtered(plan, [notExpr(columnExpr(mark))]);
}

/** `operand = column` for each of IN's operands. */
function pairsOf(expr: InQuery, operands: readonly PlanExpr[], bound: BoundQuery): PlanExpr[] {
  return operands.map((left, index) => {
    const right = columnExpr(bound.columns[index]!);
    return {
      kind: "compare",
      operator: "=",
      left,
      right,
      conversion: expr.conversions[index]!,
      compareCollation: expr.compareCollations[index]!,
      type: truth(left.type.nullable || right.type.nullable),
      affinity: null,
      collation: null,
    };
  });
}

function once(rows: Rows, key: AnalysedExpr | AnalysedQuery, bind: () => PlanExpr): PlanExpr {
  const known = rows.subqueries.get(key);
  if (known !== undefined) return known;
  const value = bind();
  rows.subqueries.set(key, value);
  return value;
}
