import { INTEGER, REAL } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import type { PlanExpr } from "../plan/plan_expr.ts";
import type { Fragment } from "./fragment.ts";
import type { AggregatePlan, Plan, PlanAggregate } from "../plan/plan.ts";
import type { Accumulator, Place } from "./accumulator.ts";
import { emitUpdate } from "./accumulators.ts";
import type { Emitter } from "./emitter.ts";
import { emitGroup, type EmittedGroup, type Groups, type GroupValues, isPartitionable } from "./groups.ts";
import { DividedGroups, MergedGroups } from "./merge_groups.ts";
import { NO_VALUES, readStored, RelationBuilder } from "./relation.ts";
import { type Consumer, type Run, withColumns } from "./run.ts";

/** Groups the rows of the input and counts each into its group, then pushes the groups. */
export function aggregate(execution: Run, plan: AggregatePlan, consume: Consumer): void {
  const groups: Groups = { rows: new RelationBuilder(execution.context.budget), accumulators: new Map() };
  if (plan.keys.length === 0) groups.rows.count = 1;
  const needed = withColumns(new Set(), [
    ...plan.keys.map((key) => key.expr),
    ...plan.calls.flatMap((call) => [...call.arguments, call.filter, ...call.orderBy.map((key) => key.expr)]),
  ]);
  execution.produce(plan.input, needed, (e) => emitGrouping(execution, e, plan, groups));
  const { rows, accumulators } = groups;
  execution.pipeline(rows.count, (e) => {
    e.block("for (let g = begin; g < end; g++)", () => {
      const firsts = [...plan.keys.map((key) => key.column), ...plan.calls.filter(isAny).map((call) => call.column)];
      firsts.forEach((column, at) => e.define(column.id, () => readStored(e, rows.columns[at] ?? NO_VALUES, "g")));
      for (const [call, accumulator] of accumulators) {
        e.define(call.column.id, () => accumulator.read(e, "g"));
        // One that nobody reads is here because it may overflow, which must not go unnoticed.
        if (call.name === "sum") e.column(call.column.id);
      }
      consume(e);
    });
  });
}

/** A key's value. Arithmetic that left 64 bits may end in a REAL that equals another row's INTEGER: such are refused. */
function settledKey(e: Emitter, expr: PlanExpr): Fragment {
  const key = e.compile(expr);
  if (key.rep === "boxed" && (expr.type.classes & (INTEGER | REAL)) === INTEGER) {
    e.line(`${e.bind("refuseWhole", refuseWholeReal)}(${key.code});`);
  }
  return key;
}

function refuseWholeReal(value: ExactValue): void {
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 2 ** 63) {
    throw new RuntimeDecline("a key of integers beyond 64 bits that come back to them");
  }
}

function isAny(call: PlanAggregate): boolean {
  return call.name === "any";
}

function emitGrouping(execution: Run, e: Emitter, plan: AggregatePlan, groups: Groups): void {
  const { budget, team, division } = execution.context;
  const { rows, accumulators } = groups;
  rows.begin(e);
  const values: GroupValues = {
    keys: plan.keys.map(({ expr }) => settledKey(e, expr)),
    firsts: plan.calls.filter(isAny).map((call) => e.compile(call.arguments[0]!)),
  };
  const byKey = team.size > 1 && dividesByKey(execution, e, plan, values);
  const found = plan.keys.length === 0 ? null : emitGroup(e, values, rows, budget, byKey);
  if (found === null) {
    rows.prepare(e, values.firsts);
    if (values.firsts.length > 0) e.refuseSharing();
  }
  const firstState = rows.states.length;
  const group = found?.group ?? null;
  const place: Place = { e, rows, group, budget, rowsMax: ROWS_MAX, keyed: group !== null, ownGroups: byKey };
  const states = new Map<Accumulator, number>();
  for (const call of plan.calls) {
    if (isAny(call)) continue;
    const first = rows.states.length;
    const accumulator = emitUpdate(place, call);
    accumulators.set(call, accumulator);
    states.set(accumulator, first);
  }
  if (byKey) shareByKey(execution, e, groups, found!);
  else e.share(new MergedGroups({ groups, values, states, firstState, place, divisionGroups: division.groups }));
  rows.end();
}

function shareByKey({ context: { team, budget } }: Run, e: Emitter, groups: Groups, found: EmittedGroup): void {
  e.share(new DividedGroups(groups, budget));
  // Should sharing be refused after all, each thread makes all groups.
  if (e.sharing !== null) found.takeOnly({ index: team.index, count: team.size });
}

/**
 * Whether threads better divide the groups by key, each looking at all rows, than the rows and merge their groups: where there are
 * many groups, and looking at a row costs little.
 */
function dividesByKey({ context }: Run, e: Emitter, plan: AggregatePlan, { keys }: GroupValues): boolean {
  if (e.expectedRows < context.division.rows || !isPartitionable(keys)) {
    return false;
  }
  const columns = scannedColumns(plan.input);
  if (columns === null) return false;
  const groups = plan.keys.map(({ expr }) => {
    const place = expr.kind === "column" ? columns.get(expr.id) : undefined;
    return place === undefined ? 1 : context.table(place.table).columns[place.index]!.distinctEstimate;
  });
  return Math.max(1, ...groups) >= Math.max(context.division.groups, e.expectedRows / ROWS_PER_GROUP);
}

/** Rows per group up to which merging groups costs more than looking at all rows once more. */
const ROWS_PER_GROUP = 16;

type ScannedColumns = ReadonlyMap<
  number,
  { readonly table: Parameters<Run["context"]["table"]>[0]; readonly index: number }
>;

/** The columns of a plan that only scans, filters and computes; `null` of any other. */
function scannedColumns(plan: Plan): ScannedColumns | null {
  switch (plan.kind) {
    case "scan":
      return new Map(plan.columns.map(({ id }, at) => [id, { table: plan.table, index: plan.indexes[at]! }]));
    case "filter":
    case "project":
      return scannedColumns(plan.input);
    default:
      return null;
  }
}

/** Rows a table can have here: positions are 31 bits. Joins may multiply them, but no run gets that far. */
const ROWS_MAX = 2 ** 31;
