import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import { withoutNan } from "./arithmetic.ts";
import { bareColumn, bareColumnAt } from "./bare_column.ts";
import type { BoxedAggregate } from "./boxed_aggregate.ts";
import { applyNumeric, realOf, textOf } from "./cast.ts";
import { compareValues } from "./compare.ts";
import { RealSum } from "./real_sum.ts";

const FACTORIES: ReadonlyMap<string, (collation: string) => BoxedAggregate> = new Map(Object.entries({
  any: () => anyOf(),
  avg: () => average(),
  bare: () => bareColumn(),
  bare_at_max: (collation: string) => bareColumnAt(1, collation),
  bare_at_min: (collation: string) => bareColumnAt(-1, collation),
  count: () => count(),
  group_concat: () => concatenation(),
  max: (collation: string) => extreme((order) => order < 0, collation),
  only: () => onlyValue(),
  min: (collation: string) => extreme((order) => order > 0, collation),
  string_agg: () => concatenation(),
  sum: () => sum(),
  total: () => total(),
}));

/**
 * Makes accumulators of an aggregate function over any values, or is `null` for a function that is not known. `any` gives any of the
 * values, all being the same; `bare`, `bare_at_max` and `bare_at_min` read columns that are neither grouped by nor aggregated; `only` sees to it that those that are not NULL are the same, for texts and numbers.
 *
 * @param name Lower case.
 * @param collation By which `min` and `max` compare text.
 */
export function boxedAggregate(name: string, collation: string): (() => BoxedAggregate) | null {
  const factory = FACTORIES.get(name);
  return factory === undefined ? null : () => factory(collation);
}

function anyOf(): BoxedAggregate {
  let value: ExactValue = null;
  return {
    step: ([argument = null]) => {
      value = argument;
    },
    finish: () => value,
  };
}

/** The value all rows share. SQLite shows that of one of them, and which it is depends on the order of rows. */
function onlyValue(): BoxedAggregate {
  let value: ExactValue = null;
  return {
    step: ([argument = null]) => {
      if (value === null) value = argument;
      else if (argument !== value) throw new RuntimeDecline("values that are equal but not the same under one key");
    },
    finish: () => value,
  };
}

function count(): BoxedAggregate {
  let rows = 0;
  return {
    step: ([argument]) => {
      if (argument !== null) rows++;
    },
    finish: () => BigInt(rows),
  };
}

/** SQLite gives the first of values that are equal but not the same (`1` and `1.0`), and which that is depends on the order of rows. */
function extreme(isBetter: (order: number) => boolean, collation: string): BoxedAggregate {
  let best: ExactValue = null;
  let isAmbiguous = false;
  return {
    step: ([argument = null]) => {
      if (argument === null) return;
      const order = best === null ? null : compareValues(best, argument, collation);
      if (order === 0) isAmbiguous ||= typeof argument === "object" ? false : argument !== best;
      else if (order === null || isBetter(order)) {
        best = argument;
        isAmbiguous = false;
      }
    },
    finish: () => {
      if (isAmbiguous) throw new RuntimeDecline("min() or max() of values that are equal but not the same");
      return best;
    },
  };
}

/** What `sum`, `total` and `avg` keep. */
class SumState {
  rows = 0;
  hasReal = false;
  /** Sums of the integers alone by sign: no partial sum in any order leaves these bounds. */
  positive = 0n;
  negative = 0n;
  integers = 0n;
  /** Sum of the magnitudes of finite REALs: if it overflows, what the sum comes to depends on the order of rows. */
  magnitude = 0;
  /** Since the first value that is no INTEGER, or whose addition overflowed. */
  reals: RealSum | null = null;

  step(argument: ExactValue): void {
    if (argument === null) return;
    this.rows++;
    const value = applyNumeric(argument)!;
    if (typeof value === "bigint") this.#addInteger(value);
    else {
      this.hasReal = true;
      const real = realOf(value);
      if (Number.isFinite(real)) this.magnitude += Math.abs(real);
      this.#realSum().add(real);
    }
  }

  #addInteger(value: bigint): void {
    if (value < 0n) this.negative += value;
    else this.positive += value;
    if (this.reals !== null) return this.reals.addInteger(value);
    const sum = this.integers + value;
    if (BigInt.asIntN(64, sum) === sum) this.integers = sum;
    else this.#realSum().addInteger(value);
  }

  #realSum(): RealSum {
    if (this.reals === null) {
      this.reals = new RealSum();
      this.reals.startFrom(this.integers);
    }
    return this.reals;
  }

  /** Whether in some order of rows a partial sum of integers leaves 64 bits. Among REALs that does no harm. */
  mayOverflow(): boolean {
    if (this.hasReal) return false;
    return this.positive > 9223372036854775807n || this.negative < -9223372036854775808n;
  }

  asReal(): number {
    if (this.magnitude === Infinity) throw new RuntimeDecline("a sum of numbers so large that their order matters");
    return this.reals === null ? Number(this.integers) : this.reals.value();
  }
}

/** SQLite fails when a partial sum of integers leaves 64 bits, which depends on the order of rows. */
function sum(): BoxedAggregate {
  const state = new SumState();
  return {
    step: ([argument = null]) => state.step(argument),
    finish: () => {
      if (state.mayOverflow()) throw new RuntimeDecline("sum() of integers that might overflow");
      if (state.rows === 0) return null;
      return state.reals === null ? state.integers : withoutNan(state.asReal());
    },
  };
}

function total(): BoxedAggregate {
  const state = new SumState();
  return {
    step: ([argument = null]) => state.step(argument),
    finish: () => withoutNan(state.asReal()),
  };
}

function average(): BoxedAggregate {
  const state = new SumState();
  return {
    step: ([argument = null]) => state.step(argument),
    finish: () => state.rows === 0 ? null : withoutNan(state.asReal() / state.rows),
  };
}

/** Rows have to come in the wanted order. */
function concatenation(): BoxedAggregate {
  let text: string | null = null;
  return {
    step: ([argument = null, separator]) => {
      if (argument === null) return;
      const added = textOf(argument);
      if (text === null) text = added;
      else text += (separator === undefined ? "," : separator === null ? "" : textOf(separator)) + added;
    },
    finish: () => text,
  };
}
