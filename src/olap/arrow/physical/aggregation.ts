import type { AggregatePlan, PlanAggregate } from "../plan/plan.ts";
import { type Accumulator, emitUpdate } from "./accumulators.ts";
import type { Emitter } from "./emitter.ts";
import { type Consumer, type Run, withColumns } from "./run.ts";
import type { Fragment } from "./fragment.ts";
import { GroupIndex } from "./group_index.ts";
import { definingCode, type KeyCode, keyForm } from "./key_codes.ts";
import { NO_VALUES, readStored, RelationBuilder } from "./relation.ts";

interface Groups {
  readonly rows: RelationBuilder;
  readonly accumulators: Map<PlanAggregate, Accumulator>;
}

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

function isAny(call: PlanAggregate): boolean {
  return call.name === "any";
}

function emitGrouping(execution: Run, e: Emitter, plan: AggregatePlan, { rows, accumulators }: Groups): void {
  const { budget } = execution.context;
  rows.begin(e);
  const group = plan.keys.length === 0 ? null : emitGroup(execution, e, plan, rows);
  if (group === null) {
    const firsts = plan.calls.filter(isAny).map((call) => e.compile(call.arguments[0]!));
    rows.prepare(e, firsts);
  }
  for (const call of plan.calls) {
    if (isAny(call)) continue;
    const place = { e, rows, group, budget, rowsMax: ROWS_MAX, keyed: group !== null };
    accumulators.set(call, emitUpdate(place, call));
  }
  rows.end();
}

/** Rows a table can have here: positions are 31 bits. Joins may multiply them, but no run gets that far. */
const ROWS_MAX = 2 ** 31;

/** Emits finding the group of the row; gives the variable holding its number. */
function emitGroup(execution: Run, e: Emitter, plan: AggregatePlan, rows: RelationBuilder): string {
  const keys = plan.keys.map((key) => e.compile(key.expr));
  const codes = keys.map((key) => key.rep === "null" ? null : definingCode(e, key, keyForm(key)));
  const firsts = plan.calls.filter(isAny).map((call) => e.compile(call.arguments[0]!));
  const extras: Fragment[] = [];
  const columnOf: number[] = [];
  keys.forEach((key, at) => {
    const code = codes[at];
    const direct = key.rep === "int" || key.rep === "real" || key.rep === "number" ||
      (key.rep === "text" && key.heap.heap.unique);
    if (code === null || direct) columnOf.push(at);
    else {columnOf.push(
        keys.length + firsts.length + extras.push({ rep: "int", code: code!.code, isNull: code!.isNull, range: null }) -
          1,
      );}
  });
  const stored = keys.map((key, at) => {
    const code = codes[at];
    return code === null || columnOf[at] !== at ? key : { ...key, code: code!.code } as Fragment;
  });
  const values = [...stored, ...firsts, ...extras];
  rows.prepare(e, values);
  const present = codes.flatMap((code, at) => code === null ? [] : [{ code, column: columnOf[at]! }]);
  const index = GroupIndex.for(present.map(({ code }) => code!), e.expectedRows, execution.context.budget);
  const hashes = index.direct ? null : rows.addState(e, "i32");
  const same = (row: string) =>
    present.map(({ code, column }) => sameKey(rows, column, code!, row)).join(" && ") || "true";
  return index.emitFind(e, present.map(({ code }) => code!), {
    same,
    hashes,
    count: rows.countName,
    create: (group) => {
      e.line(`${group} = ${rows.countName};`);
      rows.emitAppend(e, values);
    },
  });
}

function sameKey(rows: RelationBuilder, column: number, code: KeyCode, row: string): string {
  const equal = `${rows.dataName(column)}[${row}] === ${code.code}`;
  const nulls = rows.nullsName(column);
  return nulls === null ? equal : `${equal} && ${nulls}[${row}] === (${code.isNull ?? "false"} ? 1 : 0)`;
}
