import { RuntimeDecline } from "../../olap_backend.ts";
import type { PlanAggregate } from "../plan/plan.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import { type Accumulator, type Place, state } from "./accumulator.ts";
import type { Emitter } from "./emitter.ts";
import { EXACT_MAX, type Fragment } from "./fragment.ts";

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
export function sum(place: Place, call: PlanAggregate, value: Fragment): Accumulator | null {
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
