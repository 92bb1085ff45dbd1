import type { Emitter } from "./emitter.ts";
import type { Fragment } from "./fragment.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { RelationBuilder } from "./relation.ts";

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

/** A number kept per group. */
export interface State {
  /** The state of the current row's group. */
  readonly at: string;
  /** The final state of a group. */
  read(e: Emitter, group: string): string;
}

/** Adds a number per group, which begins at 0; of a single group it stands in a variable. */
export function state({ e, rows, group }: Place, kind: "f64" | "i32" | "u8"): State {
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
