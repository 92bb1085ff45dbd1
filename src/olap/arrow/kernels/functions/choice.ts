import type { ExactValue } from "../../../../types/mod.ts";
import { storageClassOf } from "../../../../types/mod.ts";
import { truth } from "../arithmetic.ts";
import { compareValues } from "../compare.ts";
import type { FunctionTable } from "./function_table.ts";

const first = ([value]: readonly ExactValue[]): ExactValue => value!;

const firstNonNull = (args: readonly ExactValue[]): ExactValue => args.find((value) => value !== null) ?? null;

/** Of equal values `min` gives the last, `max` the first. */
function extreme(args: readonly ExactValue[], replaces: (order: number) => boolean, collation: string): ExactValue {
  let best = args[0]!;
  for (const value of args) {
    if (value === null || best === null) return null;
    if (value !== best && replaces(compareValues(best, value, collation))) best = value;
  }
  return best;
}

/** Functions that choose among their arguments, or tell something of them. */
export const CHOICE_FUNCTIONS: FunctionTable = {
  coalesce: { arity: [2, 127], call: firstNonNull },
  ifnull: { arity: [2, 2], call: firstNonNull },
  iif: { arity: [3, 3], call: ([test, then, otherwise]) => truth(test!) === true ? then! : otherwise! },
  likelihood: { arity: [2, 2], call: first },
  likely: { arity: [1, 1], call: first },
  max: { arity: [2, 127], call: (args, collation) => extreme(args, (order) => order < 0, collation) },
  min: { arity: [2, 127], call: (args, collation) => extreme(args, (order) => order >= 0, collation) },
  nullif: {
    arity: [2, 2],
    call: ([left = null, right = null], collation) =>
      left !== null && right !== null && compareValues(left, right, collation) === 0 ? null : left,
  },
  typeof: { arity: [1, 1], call: ([value]) => storageClassOf(value!) },
  unlikely: { arity: [1, 1], call: first },
};
