import {
  type AnalysedExpr,
  type AnalysedOrder,
  type AnalysedSelect,
  conjuncts,
  isConstant,
  someExpr,
  TEXT,
} from "../../../sql/mod.ts";
import { columnExpr } from "../plan/build_expr.ts";
import { aggregated, ONE_ROW, projected } from "../plan/build_plan.ts";
import type { Plan, PlanAggregate, PlanOutput, PlanSortKey, ProjectPlan } from "../plan/plan.ts";
import type { ColumnId, PlanColumn } from "../plan/plan_expr.ts";
import { type Binding, type BoundBody, decline, type QueryRole, type Rows, type RowScope, rowsOf } from "./binding.ts";
import { mixesClasses } from "../plan/mixed_classes.ts";
import { applyConditions } from "./conditions.ts";
import { bindExpr, type ExprPlace } from "./expressions.ts";
import { foldText } from "./fold_text.ts";
import { bindFrom } from "./from.ts";
import { groupRows, onlyOf } from "./grouping.ts";
import { outputKeys, sortKey } from "./sort_keys.ts";
import { computeWindows } from "./windows.ts";

/** Plans a SELECT: FROM, WHERE, groups, HAVING, windows, output list, DISTINCT. Sort keys are made, but nothing is sorted. */
export function bindSelect(
  binding: Binding,
  select: AnalysedSelect,
  parent: RowScope | null,
  role: QueryRole,
  orderBy: readonly AnalysedOrder[],
): BoundBody {
  const { rows, scope } = bindRows(binding, select, parent);
  const orders = orderBy.flatMap(({ key }) => (key.kind === "expr" ? [key.expr] : []));
  const wanted = role === "exists" ? [] : [...select.outputs, ...orders];
  let place = { binding, scope, rows };
  if (select.grouped) {
    const having = conjuncts(select.having);
    place = { ...place, scope: groupRows(place, select, [...wanted, ...having]) };
    applyConditions(place, having);
  }
  if (role === "exists") return { plan: rows.plan, columns: [], keys: [] };
  // Of a subquery the ORDER BY that SQLite sees may be left out already.
  const maySortByWindow = role !== "result" || sortsByWindow(select, orderBy);
  place = { ...place, scope: computeWindows(place, select, wanted, maySortByWindow) };
  return bindOutputs(place, select, role, orderBy);
}

/** The rows WHERE lets through. */
function bindRows(
  binding: Binding,
  select: AnalysedSelect,
  parent: RowScope | null,
): { rows: Rows; scope: RowScope } {
  const bare: RowScope = { parent, sources: new Map(), grouping: null, windows: new Map() };
  const from = select.from === null
    ? { plan: ONE_ROW, scope: bare, loose: [] }
    : bindFrom(binding, select.from, parent);
  const { scope } = from;
  const rows = rowsOf(from.plan);
  applyConditions({ binding, scope, rows }, [...from.loose, ...conjuncts(select.where)]);
  return { rows, scope };
}

/** The output list; sort keys it lacks are further columns behind it. */
function bindOutputs(
  place: ExprPlace & { readonly rows: Rows },
  select: AnalysedSelect,
  role: QueryRole,
  orderBy: readonly AnalysedOrder[],
): BoundBody {
  const { binding, rows } = place;
  const made: PlanOutput[] = [];
  const show = (expr: AnalysedExpr): PlanColumn => {
    const bound = bindExpr(place, expr);
    const known = bound.kind === "column" ? rows.plan.columns.find((column) => column.id === bound.id) : undefined;
    const column = known ?? binding.column(outputName(expr), bound.type);
    made.push({ column, expr: bound });
    return column;
  };
  const outputs = select.outputs.map(show);
  if (select.distinct && role !== "set") {
    const { plan, columns } = distinctRows(binding, projected(rows.plan, made), select, outputs);
    return { plan, columns, keys: outputKeys(orderBy.filter(isNotConstant(select)), columns) };
  }
  const keys = orderBy.flatMap((order): PlanSortKey[] => {
    const expr = order.key.kind === "output" ? select.outputs[order.key.index]! : order.key.expr;
    if (isConstant(expr) || expr.type.classes === 0) return [];
    const column = order.key.kind === "output" ? outputs[order.key.index]! : show(expr);
    return [sortKey(columnExpr(column), order)];
  });
  return { plan: projected(rows.plan, made), columns: outputs, keys };
}

/** DISTINCT: rows grouped by all their columns, of which some compare by a collation. */
function distinctRows(
  binding: Binding,
  projection: ProjectPlan,
  { outputs }: AnalysedSelect,
  shown: readonly PlanColumn[],
): { plan: Plan; columns: PlanColumn[] } {
  const keys: PlanOutput[] = [];
  const calls: PlanAggregate[] = [];
  const byId = new Map<ColumnId, PlanColumn>();
  for (const { column, expr } of projection.outputs) {
    const collations = new Set(
      outputs.filter((_, index) => shown[index]!.id === column.id).map(({ collation }) => collation?.name ?? "BINARY"),
    );
    // A column shown twice counts by each of its collations, of which BINARY tells most apart.
    const [collation = "BINARY"] = collations.has("BINARY") ? [] : collations;
    if (collations.size > 1 && collation !== "BINARY") decline("collation", "DISTINCT of one text by two collations");
    const copy = binding.copyOf(column);
    byId.set(column.id, copy);
    const folds = collation !== "BINARY" && (expr.type.classes & TEXT) !== 0;
    if (!folds && !mixesClasses(expr.type)) keys.push({ column: copy, expr });
    else {
      const key = folds ? foldText(expr, collation) : expr;
      keys.push({ column: binding.column(column.name, key.type), expr: key });
      calls.push(onlyOf(copy, expr));
    }
  }
  const plan = aggregated(projection.input, keys, calls);
  return { plan, columns: shown.map((column) => byId.get(column.id)!) };
}

function sortsByWindow({ outputs }: AnalysedSelect, orderBy: readonly AnalysedOrder[]): boolean {
  return orderBy.some(({ key }) =>
    someExpr(key.kind === "output" ? outputs[key.index]! : key.expr, (expr) => expr.kind === "window")
  );
}

function isNotConstant(select: AnalysedSelect): (order: AnalysedOrder) => boolean {
  return ({ key }) => key.kind !== "output" || !isConstant(select.outputs[key.index]!);
}

function outputName(expr: AnalysedExpr): string {
  switch (expr.kind) {
    case "column":
      return expr.source.columns[expr.column]!.name;
    case "function":
    case "aggregate":
    case "window":
      return expr.name;
    default:
      return "value";
  }
}
