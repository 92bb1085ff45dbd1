import {
  type AnalysedExpr,
  type AnalysedFrame,
  type AnalysedSelect,
  arrivalKeys,
  childrenOf,
  fingerprint,
  isConstant,
  type SortKey,
  TEXT,
  type WindowCall,
} from "../../../sql/mod.ts";
import { windowed } from "../plan/build_plan.ts";
import type { PlanSortKey, PlanWindowCall } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { decline, type Rows, type RowScope } from "./binding.ts";
import { bindExpr, type ExprPlace } from "./expressions.ts";
import { foldText } from "./fold_text.ts";

type Call = AnalysedExpr & WindowCall;

/**
 * Computes the window calls in `exprs` as columns of `place.rows`; the scope returned names them.
 *
 * @param maySortByWindow Whether some term of ORDER BY may hold such a call.
 */
export function computeWindows(
  place: ExprPlace & { readonly rows: Rows },
  select: AnalysedSelect,
  exprs: readonly AnalysedExpr[],
  maySortByWindow: boolean,
): RowScope {
  const calls = windowCalls(exprs);
  if (calls.length === 0) return place.scope;
  const windows = new Map<string, PlanColumn>();
  place.binding.windowedSelects++;
  const arrival = arrivals(place, select, calls, maySortByWindow);
  const bound = calls.map((call) => {
    const column = place.binding.column(call.name, call.type);
    windows.set(fingerprint(call), column);
    return bindCall(place, call, column, arrival.get(sortText(call)) ?? null);
  });
  place.rows.plan = windowed(place.rows.plan, bound);
  return { ...place.scope, windows };
}

function windowCalls(exprs: readonly AnalysedExpr[]): Call[] {
  const calls = new Map<string, Call>();
  const visit = (expr: AnalysedExpr): void => {
    if (expr.kind === "window") calls.set(fingerprint(expr), expr);
    else childrenOf(expr).forEach(visit);
  };
  exprs.forEach(visit);
  return [...calls.values()];
}

/**
 * For each way calls sort, the order in which rows that tie come to them, if that is known. SQLite sorts for one way after the other, the
 * last one written first, and stably: what ties in one order is left in that of the next.
 */
function arrivals(
  place: ExprPlace,
  select: AnalysedSelect,
  calls: readonly Call[],
  maySortByWindow: boolean,
): ReadonlyMap<string, PlanSortKey[]> {
  const { windowOrder } = place.binding;
  const byWay = new Map<string, PlanSortKey[]>();
  const ways = calls.map(sortText).filter((way, at, all) => way !== all[at - 1]);
  // A way that comes twice may be sorted for twice; the calls that ORDER BY names are made once more, below all others.
  const mayComeTwice = new Set(ways).size < ways.length || (maySortByWindow && ways.length > 1);
  if (windowOrder === null || mayComeTwice) return byWay;
  const last = calls.at(-1)!;
  const terms = [...last.partitionBy.map(() => ({ descending: false })), ...last.orderBy];
  const first = arrivalKeys(select, terms, windowOrder);
  if (first === null) return byWay;
  let keys = first.map((key) => ({ ...key, expr: bindExpr(place, key.expr) }));
  for (const way of ways.toReversed()) {
    byWay.set(way, keys);
    const { partitionBy, orderBy } = calls.find((call) => sortText(call) === way)!;
    const sorted = [...partitionBy.map((expr): SortKey => ({ expr, descending: false, nulls: "first" })), ...orderBy];
    keys = [...sorted.filter((key) => !isConstant(key.expr)).map((key) => boundKey(place, key)), ...keys];
  }
  return byWay;
}

function sortText({ partitionBy, orderBy }: Call): string {
  const order = orderBy.map(({ expr, descending, nulls }) => `${collated(expr)}/${descending}/${nulls}`);
  return [...partitionBy.map(collated), "|", ...order].join();
}

function collated(expr: AnalysedExpr): string {
  return `${fingerprint(expr)}~${expr.collation?.name ?? "BINARY"}`;
}

function boundKey(place: ExprPlace, { expr, descending, nulls }: SortKey): PlanSortKey {
  return { expr: { ...bindExpr(place, expr), collation: expr.collation }, descending, nulls };
}

function bindCall(
  place: ExprPlace,
  call: Call,
  column: PlanColumn,
  arrival: readonly PlanSortKey[] | null,
): PlanWindowCall {
  requireKnown(call);
  return {
    column,
    name: call.name,
    arguments: call.arguments.map((argument) => bindExpr(place, argument)),
    filter: call.filter === null ? null : bindExpr(place, call.filter),
    partitionBy: call.partitionBy.map((expr) => {
      const key = bindExpr(place, expr);
      const collation = expr.collation?.name ?? "BINARY";
      return expr.type.classes === TEXT && collation !== "BINARY"
        ? foldText(key, collation)
        : { ...key, collation: expr.collation };
    }),
    orderBy: call.orderBy.filter((key) => !isConstant(key.expr)).map((key) => boundKey(place, key)),
    frame: call.frame,
    arrival,
  };
}

const RANKING = new Set(["rank", "dense_rank", "percent_rank", "cume_dist", "row_number", "ntile", "lag", "lead"]);
const FRAMED = new Set(["first_value", "last_value", "nth_value"]);
const AGGREGATES = new Set(["count", "sum", "avg", "total", "min", "max", "group_concat", "string_agg"]);

/** Declines calls that SQLite refuses or reads in ways of its own. Rows that tie are looked for when it runs. */
function requireKnown(call: Call): void {
  const { name, filter, frame, arguments: [, second] } = call;
  if (!RANKING.has(name) && !FRAMED.has(name) && !AGGREGATES.has(name)) decline("window", `${name}() over a window`);
  if (filter !== null && !AGGREGATES.has(name)) decline("window", `${name}() with FILTER`);
  if (name === "ntile" && !isCount(call.arguments[0]!, 1n)) {
    decline("window", "ntile() with a count that is not a constant");
  }
  if (name === "nth_value" && frame !== null && frame.exclude !== null && !isCount(second!, 1n)) {
    decline("window", "nth_value() by something not constant over a frame with EXCLUDE");
  }
  if (frame !== null) requireFrame(call, frame);
}

function isCount(expr: AnalysedExpr, least: bigint): boolean {
  return expr.kind === "literal" && typeof expr.value === "bigint" && expr.value >= least;
}

function requireFrame({ name, filter, orderBy }: Call, frame: AnalysedFrame): void {
  if (filter !== null && (name === "min" || name === "max") && rowsLeave(frame)) {
    decline("window", `${name}() with FILTER over frames that rows leave: SQLite 3.45 reads over the filter`);
  }
  if (frame.unit === "range" && endsBeforeStart(frame)) decline("window", "a RANGE frame that ends before it begins");
  for (const bound of [frame.from, frame.to]) {
    if (bound.kind !== "preceding" && bound.kind !== "following") continue;
    const { offset } = bound;
    const counts = typeof offset === "bigint" || (frame.unit === "range" && typeof offset === "number");
    if (!counts || offset < 0) decline("window", "a frame offset that is no count");
    if (frame.unit === "range" && (orderBy.length !== 1 || isConstant(orderBy[0]!.expr))) {
      decline("window", "a RANGE frame with an offset that has no key");
    }
  }
}

function rowsLeave({ from, exclude }: AnalysedFrame): boolean {
  return from.kind !== "unboundedPreceding" && exclude === null;
}

function endsBeforeStart({ from, to }: AnalysedFrame): boolean {
  if (from.kind === "preceding" && to.kind === "preceding") return Number(from.offset) < Number(to.offset);
  return from.kind === "following" && to.kind === "following" && Number(from.offset) > Number(to.offset);
}
