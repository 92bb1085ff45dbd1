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
import { mixesClasses } from "../plan/mixed_classes.ts";
import { bindAggregate } from "./aggregates.ts";
import type { Rows, RowScope } from "./binding.ts";
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
  const calls: PlanAggregate[] = [];
  for (const expr of select.groupBy) {
    const bound = bindExpr(inner, expr);
    const key = foldedKey(expr, bound);
    const column = binding.column(nameOf(expr), key.type);
    keys.push({ column, expr: key });
    if (key === bound && !mixesClasses(expr.type)) {
      shown.push(expr);
      values.set(fingerprint(expr), column);
    } else if (isShown(expr, exprs)) {
      const only = binding.column(nameOf(expr), bound.type);
      calls.push(onlyOf(only, bound));
      values.set(fingerprint(expr), only);
    }
  }
  const needed = neededOf(select, exprs, values, shown);
  for (const call of needed.calls) {
    const column = binding.column(call.name, call.type);
    calls.push(bindAggregate(inner, call, column, select.arrival));
    values.set(fingerprint(call), column);
  }
  const bare = bareCall(inner, needed.calls, select.arrival);
  for (const { expr, determined } of needed.columns) {
    const type = { ...expr.type, nullable: expr.type.nullable || keys.length === 0 };
    const column = binding.column(nameOf(expr), type);
    const argument = bindExpr(place, expr.depth === 0 ? expr : { ...expr, depth: 0 });
    const { name, arguments: before } = determined ? { name: "any", arguments: [] } : bare;
    calls.push({ column, name, arguments: [...before, argument], distinct: false, filter: null, orderBy: [] });
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

/** What rows are grouped by for a key: another value where text is equal that is not the same. */
function foldedKey(expr: AnalysedExpr, key: PlanExpr): PlanExpr {
  const collation = expr.collation?.name ?? "BINARY";
  return (expr.type.classes & TEXT) !== 0 && collation !== "BINARY" ? foldText(key, collation) : key;
}

/**
 * What gives a column that is neither grouped by nor aggregated: beside the only min() or max() SQLite shows it of a row that holds that
 * value, otherwise of the row it meets first.
 */
function bareCall(
  place: ExprPlace,
  calls: Needed["calls"],
  arrival: AnalysedSelect["arrival"],
): Pick<PlanAggregate, "name" | "arguments"> {
  const extremes = calls.filter(({ name }) => name === "min" || name === "max");
  const [extreme] = extremes;
  const [value] = extreme?.arguments ?? [];
  const [first, second] = arrival ?? [];
  if (extremes.length === 0 && first !== undefined && second === undefined) {
    return { name: "bare_at_min", arguments: [bindExpr(place, first)] };
  }
  if (extremes.length !== 1 || value === undefined || extreme!.filter !== null) return { name: "bare", arguments: [] };
  return { name: `bare_at_${extreme!.name}`, arguments: [bindExpr(place, value)] };
}

/** Whether expressions read a key as it is, outside of aggregates. */
function isShown(key: AnalysedExpr, exprs: readonly AnalysedExpr[]): boolean {
  const wanted = fingerprint(key);
  const shows = (expr: AnalysedExpr): boolean =>
    fingerprint(expr) === wanted || (expr.kind !== "aggregate" && childrenOf(expr).some(shows));
  return exprs.some(shows);
}

/** The value of a key where those of a group may differ: then the query is left to SQLite. */
export function onlyOf(column: PlanColumn, value: PlanExpr): PlanAggregate {
  return { column, name: "only", arguments: [value], distinct: false, filter: null, orderBy: [] };
}

interface Needed {
  readonly calls: readonly (AnalysedExpr & AggregateCall)[];
  readonly columns: readonly { readonly expr: ExprOf<"column">; readonly determined: boolean }[];
}

/** What the expressions above the groups read beyond the keys, each once. */
function neededOf(
  select: AnalysedSelect,
  exprs: readonly AnalysedExpr[],
  keys: ReadonlyMap<string, PlanColumn>,
  shown: readonly AnalysedExpr[],
): Needed {
  const calls = new Map<string, AnalysedExpr & AggregateCall>();
  const columns = new Map<string, Needed["columns"][number]>();
  const determined = determinedColumns(select, shown);
  const own = new Set(sourcesOf(select.from).map((source) => source.id));
  const addColumn = (column: ExprOf<"column">): void => {
    const { source } = column;
    if (!own.has(source.id) || keys.has(fingerprint(column))) return;
    const isDetermined = determined.has(`${source.id}.${column.column}`);
    columns.set(fingerprint(column), { expr: column, determined: isDetermined });
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
