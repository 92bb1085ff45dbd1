import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import type { BoxedAggregate } from "./boxed_aggregate.ts";
import { compareValues } from "./compare.ts";

function isSame(a: ExactValue, b: ExactValue): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return Object.is(a, b);
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function refuse(): never {
  throw new RuntimeDecline(
    "a column neither grouped by nor aggregated has several values in a group, so SQLite picks a row",
  );
}

/** The value of a column in a group, all rows agreeing. */
export function bareColumn(): BoxedAggregate {
  let value: ExactValue | undefined;
  return {
    step: ([argument = null]) => {
      if (value === undefined) value = argument;
      else if (!isSame(value, argument)) refuse();
    },
    finish: () => value ?? null,
  };
}

/**
 * The value of a column in the row that holds the least or the greatest value of another one: what SQLite shows beside the only min()
 * or max() of a query. Takes in that other value first. Where several rows hold it they must agree.
 *
 * @param sign 1 for the greatest, -1 for the least.
 */
export function bareColumnAt(sign: 1 | -1, collation: string): BoxedAggregate {
  let best: ExactValue = null;
  let value: ExactValue | undefined;
  let isOpen = false;
  return {
    step: ([key = null, argument = null]) => {
      if (key === null && best !== null) return;
      const order = key === null || best === null ? 0 : compareValues(key, best, collation) * sign;
      if (order < 0) return;
      const isBetter = order > 0 || (key !== null && best === null) || value === undefined;
      if (isBetter) {
        [best, value, isOpen] = [key, argument, false];
      } else if (!isSame(value!, argument)) isOpen = true;
    },
    finish: () => isOpen ? refuse() : value ?? null,
  };
}
