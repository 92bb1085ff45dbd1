import { invariant } from "../../../../errors/mod.ts";
import type { AnalysedFrame } from "../../../../sql/mod.ts";
import type { PlanWindowCall } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import type { StoredColumn } from "../relation.ts";
import { unimplemented } from "../run.ts";
import type { CallPlace } from "./call_place.ts";
import { concatRows } from "./concatenations.ts";
import { countRows } from "./counts.ts";
import { extremeRows, mergesValues } from "./extremes.ts";
import { keepsTiesTogether } from "./frames.ts";
import { frameRows, neighbours } from "./navigation.ts";
import { rankRows, shareRows, tileRows } from "./ranking.ts";
import { takeRows, takeRowsOr } from "./row_values.ts";
import { sumRows } from "./sums.ts";
import type { TieSensitivity } from "./ties.ts";
import type { WindowInput } from "./window_input.ts";

/** A call's result by row, and how it may depend on the order of rows that tie; `null` if it does not. */
export interface CallResult {
  readonly column: StoredColumn;
  readonly ties: TieSensitivity | null;
}

/** Computes a call. */
export function computeCall(
  call: PlanWindowCall,
  frame: AnalysedFrame,
  input: WindowInput,
  place: CallPlace,
): CallResult {
  const { name } = call;
  switch (name) {
    case "rank":
    case "dense_rank":
      return { column: rankRows(name, place), ties: null };
    case "percent_rank":
    case "cume_dist":
      return { column: shareRows(name, place), ties: null };
    case "row_number":
      return positional(name, rankRows(name, place));
    case "ntile":
      return positional(name, tileRows(bucketsOf(call), place));
    case "lag":
    case "lead":
      return neighbour(name, call, input, place);
    case "first_value":
    case "last_value":
    case "nth_value":
      return framed(name, call, frame, input, place);
    default:
      return aggregate(call, frame, input, place);
  }
}

function positional(name: string, column: StoredColumn): CallResult {
  return { column, ties: { name, result: column, content: [], shown: null, positional: true } };
}

function bucketsOf({ arguments: [count] }: PlanWindowCall): bigint {
  invariant(count?.kind === "literal" && typeof count.value === "bigint", "ntile() has a constant count");
  return count.value;
}

function isOne(expr: PlanExpr): boolean {
  return expr.kind === "literal" && expr.value === 1n;
}

function neighbour(name: "lag" | "lead", call: PlanWindowCall, input: WindowInput, place: CallPlace): CallResult {
  const [subject, distance, fallback] = call.arguments;
  const argument = input.column(subject!);
  const distances = distance === undefined || isOne(distance) ? null : input.column(distance);
  const sources = neighbours(name, distances, place);
  const otherwise = fallback === undefined ? null : input.column(fallback);
  const column = otherwise === null
    ? takeRows(argument, sources, place.memory)
    : takeRowsOr(argument, otherwise, sources, place.memory);
  const content = [distances, otherwise].filter((part) => part !== null);
  return { column, ties: { name, result: column, content, shown: { column: argument, sources }, positional: true } };
}

function framed(
  name: "first_value" | "last_value" | "nth_value",
  call: PlanWindowCall,
  frame: AnalysedFrame,
  input: WindowInput,
  place: CallPlace,
): CallResult {
  const [subject, which] = call.arguments;
  const argument = input.column(subject!);
  const places = which === undefined ? null : input.column(which);
  const sources = frameRows(name, places, place);
  const column = takeRows(argument, sources, place.memory);
  const excludesOne = frame.exclude === "currentRow" || frame.exclude === "ties";
  return {
    column,
    ties: {
      name,
      result: column,
      content: places === null ? [] : [places],
      shown: { column: argument, sources },
      positional: !keepsTiesTogether(frame) || excludesOne,
    },
  };
}

function aggregate(call: PlanWindowCall, frame: AnalysedFrame, input: WindowInput, place: CallPlace): CallResult {
  const { name } = call;
  const column = aggregateColumn(call, input, place);
  const ordered = mindsOrder(call, input);
  const together = keepsTiesTogether(frame);
  if (together && !ordered) return { column, ties: null };
  const filter = input.filter(call);
  const content = [...call.arguments.map((argument) => input.column(argument)), ...(filter === null ? [] : [filter])];
  return { column, ties: { name, result: column, content, shown: null, positional: !together } };
}

/** Whether an aggregate's result depends on the order of the rows in its frame. */
function mindsOrder({ name, arguments: [first] }: PlanWindowCall, input: WindowInput): boolean {
  if (name === "min" || name === "max") {
    return mergesValues(input.column(first!), first!.collation?.name ?? "BINARY");
  }
  return name === "group_concat" || name === "string_agg";
}

function aggregateColumn(call: PlanWindowCall, input: WindowInput, place: CallPlace): StoredColumn {
  const { name, arguments: [first, second] } = call;
  const filter = input.filter(call);
  switch (name) {
    case "count":
      return countRows(first === undefined ? null : input.column(first), filter, place);
    case "sum":
    case "total":
    case "avg":
      return sumRows(name, input.column(first!), filter, place);
    case "min":
    case "max":
      return extremeRows(name, input.column(first!), first!.collation?.name ?? "BINARY", filter, place);
    case "group_concat":
    case "string_agg":
      return concatRows(input.column(first!), second === undefined ? null : input.column(second), filter, place);
    default:
      return unimplemented(`${name}() over a window`);
  }
}
