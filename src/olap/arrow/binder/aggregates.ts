import { type AggregateCall, type AnalysedExpr, fingerprint, isConstant, NUMERIC, TEXT } from "../../../sql/mod.ts";
import type { PlanAggregate, PlanSortKey } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { decline } from "./binding.ts";
import { mixesClasses } from "../plan/mixed_classes.ts";
import { bindExpr, type ExprPlace } from "./expressions.ts";
import { foldText } from "./fold_text.ts";

/**
 * Binds a call over the rows of a group; its argument may read subqueries joined to those rows.
 *
 * @param arrival Keys by which SQLite meets the rows, if that is known.
 */
export function bindAggregate(
  place: ExprPlace,
  call: AggregateCall,
  column: PlanColumn,
  arrival: readonly AnalysedExpr[] | undefined,
): PlanAggregate {
  const { name, distinct } = call;
  const inArrival = arrival !== undefined && concatenates(name) && (!distinct || isPlain(call));
  if (!inArrival) requireSettled(name, call.arguments, distinct, call.orderBy.map((key) => key.expr));
  else if (call.orderBy.some((key) => (key.expr.collation?.name ?? "BINARY") !== "BINARY")) {
    decline("collation", `${name}() ordered by a collation`);
  }
  const [first, ...others] = call.arguments.map((argument) => bindExpr(place, argument));
  const collation = call.arguments[0]?.collation?.name ?? "BINARY";
  const folds = name === "count" && distinct && first !== undefined && collation !== "BINARY" &&
    (first.type.classes & TEXT) !== 0;
  const subject = first === undefined ? [] : [folds ? foldText(first, collation) : first];
  const filter = call.filter === null ? null : bindExpr(place, call.filter);
  const orderBy = call.orderBy.filter((key) => !isConstant(key.expr)).map((
    { expr, descending, nulls },
  ): PlanSortKey => ({
    expr: bindExpr(place, expr),
    descending,
    nulls,
  }));
  const last = inArrival ? arrival.map((key) => ascending(bindExpr(place, key))) : [];
  return { column, name, arguments: [...subject, ...others], distinct, filter, orderBy: [...orderBy, ...last] };
}

/** Whether the first of equal values is all that DISTINCT keeps. */
function isPlain({ arguments: args, orderBy }: AggregateCall): boolean {
  const [argument] = args;
  const folds = (argument!.type.classes & TEXT) !== 0 && (argument!.collation?.name ?? "BINARY") !== "BINARY";
  return args.length === 1 && orderBy.length === 0 && !folds;
}

function concatenates(name: string): boolean {
  return name === "group_concat" || name === "string_agg";
}

function ascending(expr: PlanExpr): PlanSortKey {
  return { expr, descending: false, nulls: "first" };
}

/** Declines what depends on the order in which SQLite meets the rows. */
function requireSettled(
  name: string,
  args: readonly AnalysedExpr[],
  distinct: boolean,
  orderBy: readonly AnalysedExpr[],
): void {
  const [first] = args;
  switch (name) {
    case "group_concat":
    case "string_agg":
      return requireOrderedConcat(name, args, distinct, orderBy);
    case "count":
    case "sum":
    case "avg":
    case "total":
    case "min":
    case "max":
      break;
    default:
      decline("order", `${name}() in an order that SQLite leaves open`);
  }
  if (orderBy.length > 0) decline("aggregate", `ORDER BY inside ${name}()`);
  if (distinct && first === undefined) decline("aggregate", "DISTINCT without an argument");
  if (first === undefined) return;
  requireDistinctSettled(name, first, distinct);
}

/** Declines DISTINCT of values that may be equal but not the same. */
function requireDistinctSettled(name: string, argument: AnalysedExpr, distinct: boolean): void {
  const adds = name === "sum" || name === "avg" || name === "total";
  if (distinct && adds && (mixesClasses(argument.type) || (argument.type.classes & ~NUMERIC) !== 0)) {
    decline("aggregate", `${name}(DISTINCT) of values of several classes`);
  }
}

/** group_concat() in an order that leaves nothing open: sorted by the value itself, so that only equal values tie. */
function requireOrderedConcat(
  name: string,
  [argument, separator]: readonly AnalysedExpr[],
  distinct: boolean,
  orderBy: readonly AnalysedExpr[],
): void {
  const wanted = fingerprint(argument!);
  if (!orderBy.some((key) => fingerprint(key) === wanted)) {
    decline("order", `${name}() in an order that SQLite leaves open`);
  }
  if (distinct) decline("aggregate", `${name}() of distinct values is not translated`);
  if (mixesClasses(argument!.type)) decline("type", `${name}() of numbers that may be INTEGER or REAL`);
  if (separator !== undefined && separator.kind !== "literal") {
    decline("aggregate", `${name}() with a separator that is not a constant`);
  }
  if (orderBy.some((key) => (key.collation?.name ?? "BINARY") !== "BINARY")) {
    decline("collation", `${name}() ordered by a collation`);
  }
}
