import { RuntimeDecline } from "../../olap_backend.ts";
import { Unanalysable } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import { type BoxedAggregate, boxedAggregate, compareUtf8, sortCompare } from "../kernels/mod.ts";
import type { PlanAggregate } from "../plan/plan.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import { boxed, isNumericRep, unboxed } from "./conversions.ts";
import type { Emitter } from "./emitter.ts";
import { EXACT_MAX, type Fragment, type TextHeap } from "./fragment.ts";
import { definingCode, keyForm, keyText } from "./key_codes.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { PairSet } from "./pair_set.ts";
import { ranksOf } from "./ranks.ts";
import type { RelationBuilder } from "./relation.ts";
import { utf8Arguments, utf8Text } from "./utf8_operand.ts";
import { valueBytes } from "./value_bytes.ts";

type NumericFragment = Extract<Fragment, { readonly rep: "int" | "real" | "number" }>;

/** An aggregate's state per group, as generated code keeps it. */
export interface Accumulator {
  /** Emits reading the result of the group held by variable `group`, in the function that reads the groups. */
  read(e: Emitter, group: string): Fragment;
  /** Parts of exact sums that grew too large for a double, by group. */
  readonly spills?: Map<number, bigint>;
  /**
   * Emits adding a part's state to that of the group at another place: `part(i)` is the i-th of the states that the accumulator added
   * to its rows. Gives the accumulator of that place. `null` for one whose parts cannot be added up.
   */
  readonly merge: ((place: Place, part: (state: number) => string) => Accumulator) | null;
}

/** What emitting an update needs. */
export interface Place {
  readonly e: Emitter;
  readonly rows: RelationBuilder;
  /** The variable holding the group's number; `null` when there is one group only, whose state is kept in variables. */
  readonly group: string | null;
  readonly budget: MemoryBudget;
  /** Rows one group may have at most. */
  readonly rowsMax: number;
  /** Whether a group exists only because a row was counted in. */
  readonly keyed: boolean;
  /** Whether no other thread has rows of the group. */
  readonly ownGroups: boolean;
}

/** Emits counting the current row in for one aggregate. */
export function emitUpdate(place: Place, call: PlanAggregate): Accumulator {
  const { e } = place;
  if (call.filter === null) return emitCall(place, call);
  const test = e.condition(call.filter, true);
  let accumulator: Accumulator | null = null;
  e.block(`if (${test})`, () => {
    accumulator = emitCall({ ...place, keyed: false }, call);
  });
  return accumulator!;
}

function emitCall(place: Place, call: PlanAggregate): Accumulator {
  const { e } = place;
  const [argument] = call.arguments;
  if (argument === undefined) {
    return call.name === "count" ? counter(place, "1") : boxedAccumulator(place, call);
  }
  if (call.orderBy.length > 0 || call.arguments.length > 1) return boxedAccumulator(place, call);
  const value = e.compile(argument);
  let accumulator: Accumulator | null = null;
  const collation = argument.collation?.name ?? "BINARY";
  if (collation !== "BINARY" && !isNumericRep(value.rep)) {
    if (call.name === "min" || call.name === "max") return boxedAccumulator(place, call);
    if (call.distinct) throw new Unanalysable("collation", `${call.name}(DISTINCT) of text compared by ${collation}`);
  }
  const body = () => {
    accumulator = once(place, call, value, () => update(place, call, value));
  };
  const always = value.isNull === null || call.name === "json_group_array" || call.name === "bare";
  if (always) body();
  else e.block(`if (!(${value.isNull}))`, body);
  return accumulator!;
}

/** Emits `update` only for values the group has not met, if the call says DISTINCT. */
function once(place: Place, call: PlanAggregate, value: Fragment, update: () => Accumulator): Accumulator {
  const extreme = call.name === "min" || call.name === "max";
  if (!call.distinct || extreme || value.rep === "null") return update();
  const { e, group, budget, ownGroups } = place;
  if (!ownGroups) e.refuseSharing();
  const code = definingCode(e, { ...value, isNull: null }, keyForm(value, budget), ownGroups);
  let accumulator: Accumulator | null = null;
  e.block(`if (${e.bind("met", new PairSet(budget))}.add(${group ?? 0}, ${code.code}))`, () => {
    accumulator = update();
  });
  return accumulator!;
}

function update(place: Place, call: PlanAggregate, value: Fragment): Accumulator {
  switch (call.name) {
    case "count":
      return value.rep === "null" ? NOTHING_COUNTED : counter(place, "1");
    case "sum":
    case "total":
    case "avg":
      return sum(place, call, value) ?? boxedAccumulator(place, call);
    case "min":
    case "max":
      return extreme(place, call, value);
    default:
      return boxedAccumulator(place, call);
  }
}

const COUNT_RANGE = { least: 0, most: 2 ** 31 - 1 };

const NOTHING_COUNTED: Accumulator = {
  read: (e) => ({ rep: "int", code: e.bind("zero", 0), isNull: null, range: { least: 0, most: 0 } }),
  merge: () => NOTHING_COUNTED,
};

function counter(place: Place, step: string): Accumulator {
  const count = state(place, "i32");
  place.e.line(`${count.at} += ${step};`);
  return {
    read: (reader, index) => {
      const name = reader.fresh("v");
      reader.line(`const ${name} = ${count.read(reader, index)};`);
      return { rep: "int", code: name, isNull: null, range: COUNT_RANGE };
    },
    merge: (other, part) => counter(other, part(0)),
  };
}

interface State {
  /** The state of the current row's group. */
  readonly at: string;
  /** The final state of a group. */
  read(e: Emitter, group: string): string;
}

function state({ e, rows, group }: Place, kind: "f64" | "i32" | "u8"): State {
  const name = rows.addState(e, kind);
  const at = rows.states.length - 1;
  const read = (reader: Emitter, index: string) =>
    `${reader.bindArray("acc", rows.states[at]!.array as Float64Array)}[${index}]`;
  if (group !== null) return { at: `${name}[${group}]`, read };
  const variable = e.fresh("total");
  e.prologue.push(`let ${variable} = ${e.bind("rows", rows)}.states[${at}].array[0];`);
  e.epilogue.push(`${e.bind("rows", rows)}.states[${at}].array[0] = ${variable};`);
  return { at: variable, read };
}

/** How many values were counted in, where that is not known to be at least one. */
function values(place: Place, counted: boolean, step: string): { read(e: Emitter, group: string): string } | null {
  if (!counted) return null;
  const count = state(place, "i32");
  place.e.line(`${count.at} += ${step};`);
  return count;
}

function needsCount(place: Place, value: Fragment, name: string): boolean {
  return name === "avg" || !place.keyed || value.isNull !== null;
}

/** sum(), total() and avg() of numbers; `null` where only the boxed form is exact. */
function sum(place: Place, call: PlanAggregate, value: Fragment): Accumulator | null {
  if (value.rep !== "int" && value.rep !== "real" && value.rep !== "number") return null;
  const counted = needsCount(place, value, call.name);
  if (value.rep === "int") {
    return value.range === null ? null : integerSum(place, call, value.range, counted, value.code, "1");
  }
  const checked = mayOverflow(value.range, place.rowsMax);
  const added: RealStep = { value: value.code, error: null, magnitude: null, step: "1" };
  if (value.rep === "number" && call.name === "sum") {
    return mixedSum(place, { counted, checked }, {
      ...added,
      real: `!(${value.integer})`,
      all: `Math.abs(${value.code})`,
    });
  }
  return realSum(place, call.name, { counted, checked }, added);
}

/** What is added to a sum of REALs: a value, or another such sum. */
interface RealStep {
  readonly value: string;
  /** The error and the magnitude of the sum that is added. */
  readonly error: string | null;
  readonly magnitude: string | null;
  /** How many values it stands for. */
  readonly step: string;
}

/** What is kept of a sum of REALs beside the sum and its error: how many values there were, and whether it may overflow. */
interface RealForm {
  readonly counted: boolean;
  readonly checked: boolean;
}

function realSum(place: Place, name: string, form: RealForm, added: RealStep): Accumulator {
  const count = values(place, form.counted, added.step);
  const total = compensated(place, form, added);
  return {
    read: (reader, index) => finishReal(reader, name, total(reader, index), count?.read(reader, index) ?? null),
    merge: (other, part) =>
      realSum(other, name, form, { ...partOf(form, part, form.counted ? 1 : 0), step: form.counted ? part(0) : "1" }),
  };
}

/** Another sum whose states begin at `first`. */
function partOf({ checked }: RealForm, part: (state: number) => string, first: number): Omit<RealStep, "step"> {
  const main = checked ? first + 1 : first;
  return { magnitude: checked ? part(first) : null, value: part(main), error: part(main + 1) };
}

/**
 * Adds with the error of each addition kept apart, rounding for rounding as SQLite does since 3.43 (Neumaier, "Rundungsfehleranalyse
 * einiger Verfahren zur Summation endlicher Summen", 1974).
 */
function compensated(place: Place, { checked }: RealForm, added: RealStep): (e: Emitter, group: string) => string {
  const { e } = place;
  const code = added.value;
  const checkOverflow = checked ? overflowCheck(place, added) : () => {};
  const [main, error] = [state(place, "f64"), state(place, "f64")];
  const [before, after] = [e.fresh("s"), e.fresh("t")];
  e.line(`const ${before} = ${main.at}, ${after} = ${before} + ${code};`);
  const lost =
    `Math.abs(${before}) > Math.abs(${code}) ? (${before} - ${after}) + ${code} : (${code} - ${after}) + ${before}`;
  e.line(`${error.at} += ${added.error === null ? lost : `${added.error} + (${lost})`}; ${main.at} = ${after};`);
  return (reader, index) => {
    checkOverflow(reader, index);
    const [kept, name] = [reader.fresh("c"), reader.fresh("v")];
    reader.line(`const ${kept} = ${error.read(reader, index)};`);
    // Only an error that is no number is left out: an infinite one makes the sum NULL, in SQLite too.
    reader.line(
      `const ${name} = ${kept} !== ${kept} ? ${main.read(reader, index)} : ${main.read(reader, index)} + ${kept};`,
    );
    return name;
  };
}

/** Whether the parts of a sum may leave the range of doubles in some order of the rows. */
function mayOverflow(range: ValueRange | null, rowsMax: number): boolean {
  const most = range === null ? Infinity : Math.max(-range.least, range.most);
  return !(most * rowsMax < Number.MAX_VALUE);
}

/** Refuses sums whose parts leave the range of doubles in some order of the rows: what comes of them depends on that order. */
function overflowCheck(place: Place, { value, magnitude: added }: RealStep): (e: Emitter, group: string) => void {
  const magnitude = state(place, "f64");
  place.e.line(
    added === null
      ? `if (Math.abs(${value}) < Infinity) ${magnitude.at} += Math.abs(${value});`
      : `${magnitude.at} += ${added};`,
  );
  return (reader, index) =>
    reader.line(`if (${magnitude.read(reader, index)} === Infinity) ${reader.bind("refuse", refuseOverflow)}();`);
}

function refuseOverflow(): never {
  throw new RuntimeDecline("a sum of numbers so large that their order matters");
}

function finishReal(e: Emitter, name: string, sum: string, count: string | null): Fragment {
  const nan = `${sum} !== ${sum}`;
  if (name === "avg") {
    const result = e.fresh("v");
    e.line(`const ${result} = ${sum} / ${count};`);
    return { rep: "real", code: result, isNull: `${result} !== ${result}`, range: null };
  }
  if (name === "total" || count === null) return { rep: "real", code: sum, isNull: nan, range: null };
  return { rep: "real", code: sum, isNull: `(${count} === 0 || ${nan})`, range: null };
}

/** Sums kept in a double stay below this, so that adding any value is exact. */
const SPILL_AT = 2 ** 52;

/** Adds exactly: in a double, and what grows too large for one in a BigInt. */
function integerSum(
  place: Place,
  call: PlanAggregate,
  range: ValueRange,
  counted: boolean,
  value: string,
  step: string,
): Accumulator | null {
  const { e, rowsMax } = place;
  const most = Math.max(-range.least, range.most);
  // SQLite fails where a partial sum leaves 64 bits: with both signs that must be out of the question, with one the end tells.
  const oneSign = range.least >= 0 || range.most <= 0;
  if (most > SPILL_AT || (!oneSign && most * rowsMax >= 2 ** 63)) return null;
  const count = values(place, counted, step);
  const total = state(place, "f64");
  const spills = new Map<number, bigint>();
  e.line(`${total.at} += ${value};`);
  if (most * rowsMax > EXACT_MAX) {
    const spill = e.bind("spill", (group: number, part: number) => {
      spills.set(group, (spills.get(group) ?? 0n) + BigInt(part));
    });
    const beyond = `${total.at} > ${SPILL_AT} || ${total.at} < -${SPILL_AT}`;
    e.line(`if (${beyond}) { ${spill}(${place.group ?? 0}, ${total.at}); ${total.at} = 0; }`);
  }
  return {
    spills,
    read: (reader, index) =>
      readIntegerSum(reader, call.name, total.read(reader, index), count?.read(reader, index) ?? null, spills, index),
    merge: (other, part) =>
      counted
        ? integerSum(other, call, range, true, part(1), part(0))!
        : integerSum(other, call, range, false, part(0), "1")!,
  };
}

/** Read once all rows are in: only then it is known whether any sum left the doubles. */
function readIntegerSum(
  e: Emitter,
  name: string,
  total: string,
  count: string | null,
  spills: Map<number, bigint>,
  index: string,
): Fragment {
  const result = e.fresh("v");
  if (spills.size === 0) {
    e.line(`const ${result} = ${total};`);
    if (name !== "sum") return finishReal(e, name, result, count);
    return {
      rep: "int",
      code: result,
      isNull: count === null ? null : `${count} === 0`,
      range: { least: -SPILL_AT, most: SPILL_AT },
    };
  }
  const whole = (group: number, part: number) => (spills.get(group) ?? 0n) + BigInt(part);
  if (name !== "sum") {
    e.line(
      `const ${result} = ${
        e.bind("whole", (group: number, part: number) => Number(whole(group, part)))
      }(${index}, ${total});`,
    );
    return finishReal(e, name, result, count);
  }
  const within = e.bind("whole", (group: number, part: number) => {
    const sum = whole(group, part);
    if (BigInt.asIntN(64, sum) !== sum) throw new RuntimeDecline("sum() of integers that overflows");
    return sum;
  });
  e.line(`const ${result} = ${count === null ? "" : `${count} === 0 ? null : `}${within}(${index}, ${total});`);
  return { rep: "boxed", code: result, isNull: count === null ? null : `${result} === null` };
}

/** What is added to a sum of INTEGERs and REALs: a value, or another such sum. */
interface MixedStep extends RealStep {
  /** Whether a REAL is among it. */
  readonly real: string;
  /** The sum of all magnitudes, infinite ones included. */
  readonly all: string;
}

/** The sum of INTEGERs and REALs: an INTEGER, and exact, if all were. */
function mixedSum(place: Place, form: RealForm, added: MixedStep): Accumulator {
  const { e } = place;
  const count = values(place, form.counted, added.step);
  const reals = state(place, "u8");
  const magnitude = state(place, "f64");
  e.line(`if (${added.real}) ${reals.at} = 1;`);
  e.line(`${magnitude.at} += ${added.all};`);
  const total = compensated(place, form, added);
  const first = form.counted ? 1 : 0;
  return {
    read: (reader, index) => {
      const name = total(reader, index);
      const allIntegers = reader.fresh("t");
      reader.line(`const ${allIntegers} = ${reals.read(reader, index)} === 0;`);
      const refuse = reader.bind("refuse", refuseWideSum);
      reader.line(`if (${allIntegers} && ${magnitude.read(reader, index)} >= ${EXACT_MAX}) ${refuse}();`);
      const values = count?.read(reader, index) ?? null;
      const isNull = values === null ? `${name} !== ${name}` : `(${values} === 0 || ${name} !== ${name})`;
      return { rep: "number", code: name, isNull, range: null, integer: allIntegers };
    },
    merge: (other, part) =>
      mixedSum(other, form, {
        step: form.counted ? part(0) : "1",
        real: `${part(first)} === 1`,
        all: part(first + 1),
        ...partOf(form, part, first + 2),
      }),
  };
}

function refuseWideSum(): never {
  throw new RuntimeDecline("sum() of integers beyond 2^53 among floating-point numbers");
}

/** Distinct texts up to which texts are compared by their ranks, which are found out once for all statements. */
const RANKED_TEXTS = 4096;

function extreme(place: Place, call: PlanAggregate, value: Fragment): Accumulator {
  const numeric = value.rep === "int" || value.rep === "real";
  const text = value.rep === "text" && (isRanked(value.heap.heap) || value.heap.heap.utf8 !== null);
  return numeric || text ? bestOf(place, call, value, value.code, null) : boxedAccumulator(place, call);
}

function isRanked({ unique, count, utf8 }: TextHeap): boolean {
  return unique && (count <= RANKED_TEXTS || utf8 === null);
}

/** The least or greatest value. `present`: whether there is a value to look at; `null` when there is. */
function bestOf(place: Place, call: PlanAggregate, value: Fragment, code: string, present: string | null): Accumulator {
  const { e } = place;
  const met = state(place, "u8");
  const best = state(place, value.rep === "text" ? "i32" : "f64");
  const test = `(${met.at} === 0 || ${isBetter(e, call.name === "min" ? "<" : ">", value, code, best.at)})`;
  e.line(`if (${present === null ? "" : `${present} && `}${test}) { ${best.at} = ${code}; ${met.at} = 1; }`);
  return {
    read: (reader, index) => {
      const name = reader.fresh("v");
      reader.line(`const ${name} = ${best.read(reader, index)};`);
      const isNull = `${met.read(reader, index)} === 0`;
      if (value.rep === "text") {
        const { heap } = value.heap;
        return { rep: "text", code: name, isNull, heap: { variable: reader.bind("heap", heap), heap } };
      }
      const { rep, range } = value as Extract<Fragment, { rep: "int" | "real" }>;
      return { rep, code: name, isNull, range };
    },
    merge: (other, part) => bestOf(other, call, value, part(1), `${part(0)} === 1`),
  };
}

/** A JavaScript expression that tells whether a value of a form comes before or after another. */
function isBetter(e: Emitter, better: "<" | ">", form: Fragment, code: string, best: string): string {
  if (form.rep !== "text") return `${code} ${better} ${best}`;
  const { heap } = form.heap;
  if (!isRanked(heap)) {
    const [one, other] = [utf8Text(e, heap, code)!, utf8Text(e, heap, best)!];
    return `${e.bind("compareUtf8", compareUtf8)}(${utf8Arguments(one)}, ${utf8Arguments(other)}) ${better} 0`;
  }
  const ranks = e.bindArray("rank", ranksOf(heap));
  return `${ranks}[${code}] ${better} ${ranks}[${best}]`;
}

/** What an aggregate's object takes, with what it refers to. */
const ACCUMULATOR_BYTES = 200;

/** Any aggregate, value by value as SQLite does it. */
function boxedAccumulator(place: Place, call: PlanAggregate): Accumulator {
  const { e, rows, group } = place;
  const collation = call.arguments[0]?.collation?.name ?? "BINARY";
  const make = boxedAggregate(call.name, collation);
  if (make === null) throw new Unanalysable("function", `aggregate ${call.name}() is not implemented`);
  const ordered = call.orderBy.length > 0;
  const { budget } = place;
  const create = ordered ? () => new OrderedAggregate(make, call, budget) : make;
  const createCounted = () => {
    budget.take(ACCUMULATOR_BYTES);
    return create();
  };
  e.refuseSharing();
  const accumulators = rows.addState(e, "any");
  const at = rows.states.length - 1;
  const args = [...call.orderBy.map((key) => key.expr), ...call.arguments].map((argument) =>
    boxed(e, e.compile(argument))
  );
  e.line(`(${accumulators}[${group ?? 0}] ??= ${e.bind("make", createCounted)}()).step([${args.join(", ")}]);`);
  return {
    read: (reader, index) => {
      const array = reader.bind("acc", rows.states[at]!.array);
      const finish = reader.bind("finish", (one: BoxedAggregate | undefined): ExactValue => (one ?? create()).finish());
      return unboxed(reader, `${finish}(${array}[${index}])`, call.column.type.classes);
    },
    merge: null,
  };
}

/** What a row's array takes. */
const ROW_BYTES = 64;

/** An aggregate with ORDER BY: rows wait until all are there. */
class OrderedAggregate implements BoxedAggregate {
  readonly #inner: () => BoxedAggregate;
  readonly #call: PlanAggregate;
  readonly #rows: (readonly ExactValue[])[] = [];
  readonly #budget: MemoryBudget;

  constructor(inner: () => BoxedAggregate, call: PlanAggregate, budget: MemoryBudget) {
    this.#inner = inner;
    this.#call = call;
    this.#budget = budget;
  }

  step(args: readonly ExactValue[]): void {
    this.#budget.take(args.reduce<number>((bytes, value) => bytes + valueBytes(value), ROW_BYTES));
    this.#rows.push(args);
  }

  finish(): ExactValue {
    const { orderBy } = this.#call;
    this.#rows.sort((a, b) => {
      for (const [index, { expr, descending, nulls }] of orderBy.entries()) {
        const order = sortCompare(
          a[index]!,
          b[index]!,
          expr.collation?.name ?? "BINARY",
          descending,
          nulls === "first",
        );
        if (order !== 0) return order;
      }
      return 0;
    });
    const aggregate = this.#inner();
    const met = new Set<string>();
    for (const row of this.#rows) {
      const args = row.slice(orderBy.length);
      if (this.#call.distinct) {
        const key = keyText(args[0]!);
        if (met.has(key)) continue;
        met.add(key);
      }
      aggregate.step(args);
    }
    return aggregate.finish();
  }
}
