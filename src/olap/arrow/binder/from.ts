import {
  type AnalysedExpr,
  type AnalysedFrom,
  columnsRead,
  conjuncts,
  type ExprOf,
  queryOf,
  someExpr,
  type Source,
} from "../../../sql/mod.ts";
import { joined } from "../plan/build_plan.ts";
import type { Plan, ScanPlan } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { idsOf } from "../plan/plan_walk.ts";
import { type Binding, decline, type RowScope, rowsOf } from "./binding.ts";
import { bindCte } from "./ctes.ts";
import { applyConditions } from "./conditions.ts";
import { bindExpr } from "./expressions.ts";

/** Rows of a FROM clause and the scope that names their columns. */
export interface BoundFrom {
  readonly plan: Plan;
  readonly scope: RowScope;
  /** Conditions of inner joins that read items outside those joins, to be met with WHERE's. */
  readonly loose: readonly AnalysedExpr[];
}

interface FromContext {
  readonly binding: Binding;
  readonly scope: RowScope;
  readonly plans: ReadonlyMap<number, Plan>;
  readonly loose: AnalysedExpr[];
}

/** Plans a FROM clause. Its queries see the enclosing ones (`parent`), not their neighbours. */
export function bindFrom(binding: Binding, from: AnalysedFrom, parent: RowScope | null): BoundFrom {
  const sources = new Map<number, readonly PlanColumn[]>();
  const plans = new Map<number, Plan>();
  const visit = (item: AnalysedFrom): void => {
    if (item.kind === "join") {
      visit(item.left);
      visit(item.right);
      return;
    }
    const bound = bindSource(binding, item.source, parent);
    plans.set(item.source.id, bound.plan);
    sources.set(item.source.id, bound.columns);
  };
  visit(from);
  const scope: RowScope = { parent, sources, grouping: null, windows: new Map() };
  const context: FromContext = { binding, scope, plans, loose: [] };
  return { plan: bindItem(context, from), scope, loose: context.loose };
}

function bindSource(
  binding: Binding,
  source: Source,
  parent: RowScope | null,
): { plan: Plan; columns: readonly PlanColumn[] } {
  switch (source.kind) {
    case "table": {
      const columns = source.columns.map((column) => binding.column(column.name, column.type));
      const { table } = source;
      const plan: ScanPlan = { kind: "scan", table, indexes: columns.map((_, index) => index), columns };
      return { plan, columns };
    }
    case "query":
      return binding.bindQuery(binding, source.query, parent, "rows");
    case "cte":
      return bindCte(binding, source.cte);
  }
}

function bindItem(context: FromContext, from: AnalysedFrom): Plan {
  if (from.kind === "source") return context.plans.get(from.source.id)!;
  const left = bindItem(context, from.left);
  const right = bindItem(context, from.right);
  const conditions = conjuncts(from.on);
  switch (from.type) {
    case "inner":
      return innerJoin(context, left, right, conditions);
    case "left":
      return outerJoin(context, "left", left, right, conditions);
    case "right":
      return outerJoin(context, "left", right, left, conditions);
    case "full":
      return outerJoin(context, "full", left, right, conditions);
  }
}

function hasQuery(expr: AnalysedExpr): boolean {
  return someExpr(expr, (inner) => queryOf(inner) !== null);
}

/** Whether all that an expression and its subqueries read of this FROM clause is shown by the plan. */
function readsWithin({ scope }: FromContext, plan: Plan, expr: AnalysedExpr): boolean {
  const shown = idsOf(plan);
  const isOutside = ({ source, column }: ExprOf<"column">): boolean => {
    const read = scope.sources.get(source.id)?.[column];
    return read !== undefined && !shown.has(read.id);
  };
  return !someExpr(expr, (inner) => {
    const query = queryOf(inner);
    return (inner.kind === "column" && isOutside(inner)) || (query !== null && columnsRead(query).some(isOutside));
  });
}

function innerJoin(context: FromContext, left: Plan, right: Plan, conditions: readonly AnalysedExpr[]): Plan {
  const { binding, scope } = context;
  const cross = joined("inner", left, right, []);
  const here = conditions.filter((condition) => readsWithin(context, cross, condition) && !hasQuery(condition));
  const later = conditions.filter((condition) => !here.includes(condition));
  const place = { binding, scope, rows: null };
  const plan = joined("inner", left, right, here.map((condition) => bindExpr(place, condition)));
  const inside = later.filter((condition) => readsWithin(context, cross, condition));
  context.loose.push(...later.filter((condition) => !inside.includes(condition)));
  if (inside.length === 0) return plan;
  const rows = rowsOf(plan);
  applyConditions({ binding, scope, rows }, inside);
  return rows.plan;
}

/** `null` rows are added after ON is asked, so that a condition on the filled side alone filters that side first. */
function outerJoin(
  context: FromContext,
  type: "left" | "full",
  left: Plan,
  right: Plan,
  conditions: readonly AnalysedExpr[],
): Plan {
  const { binding, scope } = context;
  const both = joined(type, left, right, []);
  const rows = rowsOf(right);
  const on: AnalysedExpr[] = [];
  for (const condition of conditions) {
    if (!readsWithin(context, both, condition)) decline("construct", "ON of an outer join that reads other FROM items");
    if (!hasQuery(condition)) on.push(condition);
    else if (type === "left" && readsWithin(context, right, condition)) {
      applyConditions({ binding, scope, rows }, [condition]);
    } else decline("subquery", "a subquery in ON of an outer join that reads both sides");
  }
  const place = { binding, scope, rows: null };
  return joined(type, left, rows.plan, on.map((condition) => bindExpr(place, condition)));
}
