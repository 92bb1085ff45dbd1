import { Unanalysable } from "../../../sql/mod.ts";
import type { PlanAggregate } from "../plan/plan.ts";
import { type Accumulator, type Place, state } from "./accumulator.ts";
import { boxedAccumulator } from "./boxed_accumulators.ts";
import { isNumericRep } from "./conversions.ts";
import { extreme } from "./extremes.ts";
import type { Fragment } from "./fragment.ts";
import { definingCode, keyForm } from "./key_codes.ts";
import { PairSet } from "./pair_set.ts";
import { sum } from "./sums.ts";

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
