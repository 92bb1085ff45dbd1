import { exprKey } from "../plan/expr_key.ts";
import type { AnalysedFrame } from "../../../sql/mod.ts";
import type { PlanSortKey, PlanWindowCall, WindowPlan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import type { StoredColumn } from "./relation.ts";
import type { Consumer, Needed, Run } from "./run.ts";
import type { CallPlace } from "./windows/call_place.ts";
import { DEFAULT_FRAME, findFrames, type Frames } from "./windows/frames.ts";
import { rangeKeys } from "./windows/range_keys.ts";
import type { KeyOrder } from "./sort_words.ts";
import { refuseTies } from "./windows/ties.ts";
import { computeCall } from "./windows/window_calls.ts";
import { readInput, type WindowInput } from "./windows/window_input.ts";
import { WindowMemory } from "./windows/window_memory.ts";
import { type SortColumn, type WindowOrder, windowOrder } from "./windows/window_order.ts";

/** Computes calls over windows: collects the rows, sorts them once per partitioning and order, and adds a column per call. */
export function window(run: Run, plan: WindowPlan, needed: Needed, consume: Consumer): void {
  const memory = new WindowMemory(run.context.budget);
  const input = readInput(run, plan, needed);
  const { relation } = input;
  const results = new Map<ColumnId, StoredColumn>();
  for (const calls of callsByOrder(plan.calls)) {
    for (const [id, column] of computeCalls(run, calls, input, [...results.values()], memory)) results.set(id, column);
  }
  const shown = [...relation.columns, ...results].filter(([id]) => needed.has(id));
  run.scanRelation({ ...relation, columns: new Map(shown) }, consume);
  memory.release();
}

/** Calls that look at rows in one order. */
function callsByOrder(calls: readonly PlanWindowCall[]): PlanWindowCall[][] {
  const byOrder = new Map<string, PlanWindowCall[]>();
  for (const call of calls) {
    const key = `${call.partitionBy.map(collatedKey)}|${call.orderBy.map(sortKeyText)}|${
      call.arrival?.map(sortKeyText)
    }`;
    const known = byOrder.get(key);
    if (known === undefined) byOrder.set(key, [call]);
    else known.push(call);
  }
  return [...byOrder.values()];
}

function sortKeyText({ expr, descending, nulls }: PlanSortKey): string {
  return `${collatedKey(expr)}/${descending}/${nulls}`;
}

function collatedKey(expr: PlanExpr): string {
  return `${exprKey(expr)}~${expr.collation?.name ?? "BINARY"}`;
}

function computeCalls(
  run: Run,
  calls: readonly PlanWindowCall[],
  input: WindowInput,
  earlier: readonly StoredColumn[],
  memory: WindowMemory,
): [ColumnId, StoredColumn][] {
  const { budget } = run.context;
  const { rows, capacity, relation } = input;
  const [shared, scratch] = [new WindowMemory(budget), new WindowMemory(budget)];
  const order = windowOrder(
    rows,
    capacity,
    ...sortColumns(calls[0]!, input),
    shared,
    scratch,
    () => run.checkCancelled(),
  );
  scratch.release();
  run.checkCancelled();
  const frames = new Map<string, Frames>();
  const computed = calls.map((call): [ColumnId, StoredColumn] => {
    const frame = call.frame ?? DEFAULT_FRAME;
    const place: CallPlace = {
      order,
      get frames() {
        const key = frameText(frame);
        let found = frames.get(key);
        if (found === undefined) frames.set(key, found = framesOf(call, frame, order, input, shared));
        return found;
      },
      capacity,
      memory,
      scratch,
      checkCancelled: () => run.checkCancelled(),
    };
    const { column, ties } = computeCall(call, frame, input, place);
    if (ties !== null && call.arrival === null) refuseTies(order, ties, [...relation.columns.values(), ...earlier]);
    scratch.release();
    return [call.column.id, column];
  });
  shared.release();
  return computed;
}

function sortColumns(call: PlanWindowCall, input: WindowInput): [SortColumn[], SortColumn[], SortColumn[]] {
  const inOrder = (expr: PlanExpr, order: Omit<KeyOrder, "collation">): SortColumn => ({
    column: input.column(expr),
    order: { collation: expr.collation?.name ?? "BINARY", ...order },
  });
  return [
    call.partitionBy.map((expr) => inOrder(expr, { descending: false, nulls: "first" })),
    call.orderBy.map(({ expr, descending, nulls }) => inOrder(expr, { descending, nulls })),
    (call.arrival ?? []).map(({ expr, descending, nulls }) => inOrder(expr, { descending, nulls })),
  ];
}

function frameText({ unit, from, to, exclude }: AnalysedFrame): string {
  const bounds = [from, to].map((bound) => "offset" in bound ? `${bound.offset}/${bound.kind}` : bound.kind);
  return `${unit}|${bounds}|${exclude}`;
}

function framesOf(
  { orderBy: [key] }: PlanWindowCall,
  frame: AnalysedFrame,
  order: WindowOrder,
  input: WindowInput,
  memory: WindowMemory,
): Frames {
  const keys = key === undefined ? null : rangeKeys(order, frame, input.column(key.expr), {
    collation: key.expr.collation?.name ?? "BINARY",
    descending: key.descending,
    nulls: key.nulls,
  }, memory);
  return findFrames(order, frame, keys, memory);
}
