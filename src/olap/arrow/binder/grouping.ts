import {
  type AggregateCall,
  type AnalysedExpr,
  type AnalysedQuery,
  type AnalysedSelect,
  childrenOf,
  columnsRead,
  determinedColumns,
  type ExprOf,
  fingerprint,
  queryOf,
  sourcesOf,
  TEXT,
} from "../../../sql/mod.ts";
import { aggregated } from "../plan/build_plan.ts";
import type { PlanAggregate, PlanOutput } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { foldText } from "./fold_text.ts";
import { requireGroupable } from "./comparable.ts";
import { bindAggregate } from "./aggregates.ts";
import { decline, type Rows, type RowScope } from "./binding.ts";
import { bindExpr, type ExprPlace } from "./expressions.ts";

/**
 * Groups the rows of a SELECT: `rows` become one per group, and the scope returned names the keys, the aggregates that `exprs` call, and
 * the columns in them that have one value in a group.
 */
export function groupRows(
  place: ExprPlace & { readonly rows: Rows },
  select: AnalysedSelect,
  exprs: readonly AnalysedExpr[],
): RowScope {
  const { binding, scope, rows } = place;
  const values = new Map<string, PlanColumn>();
  const keys: PlanOutput[] = [];
  const shown: AnalysedExpr[] = [];
  const inner = { ...place, rows };
  for (const expr of select.groupBy) {
    const bound = foldedKey(expr, bindExpr(inner, expr));
    const column = binding.column(nameOf(expr), bound.key.type);
    keys.push({ column, expr: bound.key });
    if (!bound.shown) continue;
    shown.push(expr);
    values.set(fingerprint(expr), column);
  }
  const calls: PlanAggregate[] = [];
  const needed = neededOf(select, exprs, values, shown);
  for (const call of needed.calls) {
    const column = binding.column(call.name, call.type);
    calls.push(bindAggregate(inner, call, column));
    values.set(fingerprint(call), column);
  }
  for (const expr of needed.columns) {
    const type = { ...expr.type, nullable: expr.type.nullable || keys.length === 0 };
    const column = binding.column(nameOf(expr), type);
    const argument = bindExpr(place, expr.depth === 0 ? expr : { ...expr, depth: 0 });
    calls.push({ column, name: "any", arguments: [argument], distinct: false, filter: null, orderBy: [] });
    values.set(fingerprint(expr), column);
  }
  rows.plan = aggregated(rows.plan, keys, calls);
  rows.subqueries.clear();
  return { ...scope, grouping: { values } };
}

function nameOf(expr: AnalysedExpr): string {
  if (expr.kind === "column") return expr.source.columns[expr.column]!.name;
  return expr.kind === "function" ? expr.name : "key";
}

/** What rows are grouped by for a key, and whether the key is the same value for the whole group. */
function foldedKey(expr: AnalysedExpr, key: PlanExpr): { key: PlanExpr; shown: boolean } {
  const collation = expr.collation?.name ?? "BINARY";
  if ((expr.type.classes & TEXT) === 0 || collation === "BINARY") {
    requireGroupable(expr.type);
    return { key, shown: true };
  }
  return { key: foldText(key, collation), shown: false };
}

interface Needed {
  readonly calls: readonly (AnalysedExpr & AggregateCall)[];
  readonly columns: readonly ExprOf<"column">[];
}

/** What the expressions above the groups read beyond the keys, each once. */
function neededOf(
  select: AnalysedSelect,
  exprs: readonly AnalysedExpr[],
  keys: ReadonlyMap<string, PlanColumn>,
  shown: readonly AnalysedExpr[],
): Needed {
  const calls = new Map<string, AnalysedExpr & AggregateCall>();
  const columns = new Map<string, ExprOf<"column">>();
  const determined = determinedColumns(select, shown);
  const own = new Set(sourcesOf(select.from).map((source) => source.id));
  const addColumn = (column: ExprOf<"column">): void => {
    const { source } = column;
    if (!own.has(source.id) || keys.has(fingerprint(column))) return;
    if (determined.has(`${source.id}.${column.column}`)) {
      columns.set(fingerprint(column), column);
      return;
    }
    const name = source.columns[column.column]!.name;
    decline("aggregate", `column "${name}" is neither grouped by nor aggregated, so SQLite picks a row`);
  };
  const addQuery = (query: AnalysedQuery): void => columnsRead(query).forEach(addColumn);
  const visit = (expr: AnalysedExpr): void => {
    if (expr.kind !== "literal" && keys.has(fingerprint(expr))) return;
    if (expr.kind === "aggregate") {
      calls.set(fingerprint(expr), expr);
      return;
    }
    if (expr.kind === "column") addColumn(expr);
    const query = queryOf(expr);
    if (query !== null) addQuery(query);
    childrenOf(expr).forEach(visit);
  };
  exprs.forEach(visit);
  return { calls: [...calls.values()], columns: [...columns.values()] };
}
