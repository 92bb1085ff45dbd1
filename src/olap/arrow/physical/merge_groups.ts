import type { Accumulator, Place } from "./accumulator.ts";
import { Emitter } from "./emitter.ts";
import { gatherArrays } from "./gather.ts";
import { generate } from "./generate.ts";
import { emitGroup, type Groups, type GroupValues, isPartitionable, type Partition } from "./groups.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { readStored, RelationBuilder, type RowArray, type StoredColumn } from "./relation.ts";
import type { Sharing, Team } from "./team.ts";

/** What is known of groups once the function that makes them is emitted. */
export interface GroupsMade {
  readonly groups: Groups;
  /** The forms of what the groups' rows hold. */
  readonly values: GroupValues;
  /** Index of each accumulator's first state. */
  readonly states: ReadonlyMap<Accumulator, number>;
  /** States before it belong to the group index. */
  readonly firstState: number;
  readonly place: Place;
  /** Groups from which each thread merges only a part of them. */
  readonly divisionGroups: number;
}

/** Each thread's groups, to be merged: parts of one group may lie with several. */
export class MergedGroups implements Sharing {
  readonly divided = true;
  readonly #made: GroupsMade;

  constructor(made: GroupsMade) {
    this.#made = made;
  }

  /** Groups have no order. */
  begin(): void {}

  gather(team: Team): void {
    const { groups, values, place } = this.#made;
    const keyed = place.group !== null;
    const parts = this.#gatherParts(team);
    const divisible = keyed && isPartitionable(values.keys);
    const partition = divisible && parts.rows > this.#made.divisionGroups
      ? { index: team.index, count: team.size }
      : null;
    const spills = team.exchange(spillsOf(groups));
    const groupOf = spills.some((one) => one !== null) ? new Int32Array(parts.rows).fill(-1) : null;
    this.#merge(parts, partition, groupOf);
    if (groupOf !== null) addSpills(groups, spills, parts.counts, keyed ? groupOf : null);
    if (partition !== null) gatherGroups(team, groups, place.budget);
  }

  /** All threads' groups, one after the other. */
  #gatherParts(team: Team): Parts {
    const { groups: { rows }, values, firstState, place } = this.#made;
    const columns = rows.columns.slice(0, values.keys.length + values.firsts.length);
    const arrays = [
      ...rows.arrays.slice(0, columns.length * 3),
      ...rows.states.slice(firstState).map(({ array }) => array),
    ];
    const part = { arrays, begin: 0, end: rows.count, stretches: [{ number: team.index, begin: 0 }] };
    const whole = gatherArrays(team, part, place.budget);
    return {
      rows: whole.rows,
      counts: team.exchange(rows.count),
      columns: columns.map((column, at): StoredColumn => ({
        ...column,
        data: whole.arrays[3 * at]!,
        nulls: whole.arrays[3 * at + 1] as Uint8Array | null,
        integers: whole.arrays[3 * at + 2] as Uint8Array | null,
      })),
      states: whole.arrays.slice(columns.length * 3) as RowArray[],
    };
  }

  /** Makes new groups of the parts. `groupOf` is told which of them each went to. */
  #merge(parts: Parts, partition: Partition | null, groupOf: Int32Array | null): void {
    const { groups, values, states, firstState, place } = this.#made;
    const rows = new RelationBuilder(place.budget);
    const keyed = place.group !== null;
    if (!keyed) rows.count = 1;
    const e = new Emitter(place.e.compiler, parts.rows);
    rows.begin(e);
    e.block("for (let i = begin; i < end; i++)", () => {
      const stored = parts.columns.map((column) => readStored(e, column, "i"));
      const keys = stored.slice(0, values.keys.length);
      const found = keyed
        ? emitGroup(e, { keys, firsts: stored.slice(keys.length) }, rows, place.budget, partition !== null)
        : null;
      if (partition !== null) found?.takeOnly(partition);
      const group = found?.group ?? null;
      if (groupOf !== null) e.line(`${e.bindArray("groupOf", groupOf)}[i] = ${group ?? 0};`);
      const here = { ...place, e, rows, group };
      for (const [call, accumulator] of groups.accumulators) {
        const first = states.get(accumulator)! - firstState;
        const part = (state: number) => `${e.bindArray("part", parts.states[first + state] as Float64Array)}[i]`;
        groups.accumulators.set(call, accumulator.merge!(here, part));
      }
    });
    rows.end();
    generate(e)(0, parts.rows);
    groups.rows = rows;
  }
}

/** Groups that threads divided among themselves by key, each looking at all rows. */
export class DividedGroups implements Sharing {
  readonly divided = false;
  readonly #groups: Groups;
  readonly #budget: MemoryBudget;

  constructor(groups: Groups, budget: MemoryBudget) {
    this.#groups = groups;
    this.#budget = budget;
  }

  begin(): void {}

  gather(team: Team): void {
    gatherGroups(team, this.#groups, this.#budget);
  }
}

/** The groups of all threads as rows, columns and states apart. */
interface Parts {
  readonly rows: number;
  /** Groups of each thread. */
  readonly counts: readonly number[];
  readonly columns: readonly StoredColumn[];
  readonly states: readonly RowArray[];
}

/** What the sums of groups spilled, by accumulator and group; `null` when nothing. */
type Spills = readonly (readonly (readonly [group: number, amount: bigint])[])[] | null;

function spillsOf({ accumulators }: Groups): Spills {
  const all = [...accumulators.values()].map(({ spills }) => [...spills ?? []]);
  return all.some((one) => one.length > 0) ? all : null;
}

/** Adds what each thread's groups had spilled to the groups they went to; `null`: there is one group only. */
function addSpills(
  { accumulators }: Groups,
  spills: readonly Spills[],
  counts: readonly number[],
  groupOf: Int32Array | null,
): void {
  let offset = 0;
  spills.forEach((ofThread, thread) => {
    [...accumulators.values()].forEach((accumulator, at) => {
      for (const [part, amount] of ofThread?.[at] ?? []) {
        const group = groupOf === null ? 0 : groupOf[offset + part]!;
        const target = accumulator.spills!;
        if (group >= 0) target.set(group, (target.get(group) ?? 0n) + amount);
      }
    });
    offset += counts[thread]!;
  });
}

/** Brings together groups of which each thread has others. */
function gatherGroups(team: Team, groups: Groups, budget: MemoryBudget): void {
  const { rows, accumulators } = groups;
  const spills = team.exchange(spillsOf(groups));
  const counts = team.exchange(rows.count);
  const states = rows.states.map(({ array }) => array);
  const part = {
    arrays: [...rows.arrays, ...states],
    begin: 0,
    end: rows.count,
    stretches: [{ number: team.index, begin: 0 }],
  };
  const whole = gatherArrays(team, part, budget);
  rows.replace(whole.rows, whole.arrays);
  rows.states.forEach((state, at) => {
    state.array = whole.arrays[rows.columns.length * 3 + at] as typeof state.array;
  });
  for (const { spills } of accumulators.values()) spills?.clear();
  const identity = Int32Array.from({ length: spills.some((one) => one !== null) ? whole.rows : 0 }, (_, at) => at);
  addSpills(groups, spills, counts, identity);
}
