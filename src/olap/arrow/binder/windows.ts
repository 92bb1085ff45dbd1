import {
  type AnalysedExpr,
  type AnalysedSelect,
  childrenOf,
  fingerprint,
  identifyRow,
  INTEGER,
  isConstant,
  REAL,
  TEXT,
  type WindowCall,
} from "../../../sql/mod.ts";
import { windowed } from "../plan/build_plan.ts";
import type { PlanWindowCall } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { requireSettledArgument } from "./aggregates.ts";
import { decline, type Rows, type RowScope } from "./binding.ts";
import { bindExpr, type ExprPlace } from "./expressions.ts";
import { foldText } from "./fold_text.ts";

type Call = AnalysedExpr & WindowCall;

/** Computes the window calls in `exprs` as columns of `place.rows`; the scope returned names them. */
export function computeWindows(
  place: ExprPlace & { readonly rows: Rows },
  select: AnalysedSelect,
  exprs: readonly AnalysedExpr[],
): RowScope {
  const calls = windowCalls(exprs);
  if (calls.length === 0) return place.scope;
  const windows = new Map<string, PlanColumn>();
  const bound = calls.map((call) => {
    const column = place.binding.column(call.name, call.type);
    windows.set(fingerprint(call), column);
    return bindCall(place, select, call, column);
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

function bindCall(place: ExprPlace, select: AnalysedSelect, call: Call, column: PlanColumn): PlanWindowCall {
  requireSettled(call, select);
  return {
    column,
    name: call.name,
    arguments: call.arguments.map((argument) => bindExpr(place, argument)),
    filter: call.filter === null ? null : bindExpr(place, call.filter),
    partitionBy: call.partitionBy.map((expr) => {
      const key = bindExpr(place, expr);
      const collation = expr.collation?.name ?? "BINARY";
      return (expr.type.classes & TEXT) !== 0 && collation !== "BINARY" ? foldText(key, collation) : key;
    }),
    orderBy: call.orderBy.filter((key) => !isConstant(key.expr)).map(({ expr, descending, nulls }) => ({
      expr: { ...bindExpr(place, expr), collation: expr.collation },
      descending,
      nulls,
    })),
    frame: call.frame,
  };
}

/** Declines what depends on which of several rows that tie comes first. */
function requireSettled(call: Call, select: AnalysedSelect): void {
  switch (call.name) {
    case "rank":
    case "dense_rank":
    case "percent_rank":
    case "cume_dist":
      return;
    case "row_number":
    case "ntile":
    case "lag":
    case "lead":
    case "first_value":
    case "last_value":
    case "nth_value":
      return requireTotalOrder(call, select);
    case "count":
    case "sum":
    case "avg":
    case "total":
    case "min":
    case "max":
      return requireSettledAggregate(call, select);
    default:
      decline("window", `${call.name}() over a window`);
  }
}

function requireSettledAggregate(call: Call, select: AnalysedSelect): void {
  if (dependsOnTies(call)) requireTotalOrder(call, select);
  const [argument] = call.arguments;
  if (argument === undefined) return;
  requireSettledArgument(call.name, argument, false);
  // Once SQLite met a REAL, its sum stays REAL even when that row has left the frame.
  const rowsLeave = call.frame !== null && call.frame.from.kind !== "unboundedPreceding";
  const mixed = (argument.type.classes & INTEGER) !== 0 && (argument.type.classes & ~INTEGER) !== 0;
  if (call.name === "sum" && rowsLeave && mixed) {
    decline("window", "a moving sum() of numbers that may be INTEGER or REAL");
  }
}

/** Frames that count rows may cut between rows that tie; those that count peers, or take all, cannot. */
function dependsOnTies({ frame }: Call): boolean {
  if (frame === null) return false;
  const takesAll = frame.from.kind === "unboundedPreceding" && frame.to.kind === "unboundedFollowing";
  return frame.unit === "rows" && !takesAll;
}

function requireTotalOrder(call: Call, select: AnalysedSelect): void {
  const keys = [...call.partitionBy, ...call.orderBy.map((key) => key.expr)];
  const folded = keys.some(({ type, collation }) =>
    ((type.classes & TEXT) !== 0 && (collation?.name ?? "BINARY") !== "BINARY") ||
    ((type.classes & INTEGER) !== 0 && (type.classes & REAL) !== 0 && !type.canonical)
  );
  if (folded || !identifyRow(select, keys)) {
    decline("order", `${call.name}() over an order that may tie leaves open which row comes first`);
  }
}
