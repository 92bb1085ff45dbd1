import { invariant } from "../../../errors/mod.ts";
import { sharedArray } from "../storage/shared_memory.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { RelationBuilder, RowArray } from "./relation.ts";
import type { Sharing, Team } from "./team.ts";

/** Rows of one thread that follow each other in the whole. */
interface Stretch {
  readonly number: number;
  /** Index of the first in the thread's arrays. */
  readonly begin: number;
}

/** A thread's rows. */
export interface Part {
  readonly arrays: readonly (RowArray | null)[];
  readonly begin: number;
  readonly end: number;
  readonly stretches: readonly Stretch[];
}

/** Rows up to which a thread sends copies at once instead of having everyone write to shared memory. */
const COPIED_ROWS = 4096;

interface Announced {
  readonly rows: number;
  readonly forms: string;
  readonly stretches: readonly Stretch[];
  readonly begin: number;
  /** The rows themselves, where they are few; of JavaScript arrays always. */
  readonly copies: readonly (RowArray | null)[];
}

interface Placed {
  readonly thread: number;
  readonly number: number;
  readonly from: number;
  readonly count: number;
}

/** Brings the rows of all threads together, in the order of their stretches. All threads must give arrays of the same forms. */
export function gatherArrays(
  team: Team,
  part: Part,
  budget: MemoryBudget,
): { rows: number; arrays: (RowArray | null)[] } {
  const { arrays, begin, end } = part;
  const few = end - begin <= COPIED_ROWS;
  const announced = team.exchange<Announced>({
    rows: end - begin,
    forms: formsOf(arrays),
    stretches: part.stretches,
    begin,
    copies: arrays.map((array) => array !== null && (few || Array.isArray(array)) ? array.slice(begin, end) : null),
  });
  const rows = announced.reduce((sum, one) => sum + one.rows, 0);
  const places = announced.flatMap((one, thread) => placesOf(one, thread)).sort((a, b) => a.number - b.number);
  for (const one of announced) {
    invariant(one.forms === announced[0]!.forms, "threads of a team find values of the same forms");
  }
  if (announced.every((one) => one.rows <= COPIED_ROWS)) {
    budget.take(rows * rowBytes(arrays));
    return { rows, arrays: arrays.map((array, at) => assembled(array, at, announced, places, rows)) };
  }
  if (team.index === 0) budget.take(rows * rowBytes(arrays));
  const whole = team.exchange(team.index === 0 ? arrays.map((array) => sharedLike(array, rows)) : null)[0]!;
  let to = 0;
  for (const { thread, from, count } of places) {
    if (thread === team.index) {
      whole.forEach((target, at) =>
        target?.set((arrays[at] as Uint8Array).subarray(begin + from, begin + from + count), to)
      );
    }
    to += count;
  }
  team.exchange(null);
  return {
    rows,
    arrays: whole.map((array, at) =>
      Array.isArray(arrays[at]) ? assembled(arrays[at]!, at, announced, places, rows) : array
    ),
  };
}

function placesOf({ stretches, rows, begin }: Announced, thread: number): Placed[] {
  return stretches.map(({ number, begin: first }, at) => {
    const next = stretches[at + 1]?.begin ?? begin + rows;
    return { thread, number, from: first - begin, count: next - first };
  });
}

function formsOf(arrays: readonly (RowArray | null)[]): string {
  return arrays.map((array) => array === null ? "-" : array.constructor.name).join();
}

/** JavaScript's own values are counted where they are appended. */
function rowBytes(arrays: readonly (RowArray | null)[]): number {
  return arrays.reduce((sum, array) => sum + (array === null || Array.isArray(array) ? 8 : array.BYTES_PER_ELEMENT), 0);
}

function sharedLike(array: RowArray | null, length: number): Uint8Array | null {
  if (array === null || Array.isArray(array)) return null;
  return sharedArray(array.constructor as typeof Uint8Array, length);
}

/** An array of all rows, from everyone's copies. */
function assembled(
  array: RowArray | null,
  at: number,
  announced: readonly Announced[],
  places: readonly Placed[],
  rows: number,
): RowArray | null {
  if (array === null) return null;
  if (Array.isArray(array)) {
    return places.flatMap(({ thread, from, count }) =>
      (announced[thread]!.copies[at] as unknown[]).slice(from, from + count)
    );
  }
  const whole = new (array.constructor as typeof Uint8Array)(rows);
  let to = 0;
  for (const { thread, from, count } of places) {
    whole.set((announced[thread]!.copies[at] as Uint8Array).subarray(from, from + count), to);
    to += count;
  }
  return whole;
}

/** Rows that a function appends to a builder. To be made before the function runs. */
export class GatheredRows implements Sharing {
  readonly divided = true;
  readonly #builder: RelationBuilder;
  readonly #stretches: Stretch[] = [];
  readonly #budget: MemoryBudget;
  readonly #before: number;
  readonly #ordered: boolean;

  /** @param ordered Whether rows stay in the order in which they are appended, and are to be in that of their stretches. */
  constructor(builder: RelationBuilder, budget: MemoryBudget, ordered = true) {
    this.#builder = builder;
    this.#budget = budget;
    this.#ordered = ordered;
    this.#before = builder.count;
  }

  begin(number: number): void {
    this.#stretches.push({ number, begin: this.#builder.count });
  }

  gather(team: Team): void {
    const builder = this.#builder;
    const before = this.#before;
    // Rows from before, the same for all, stay where they were: the first thread brings them along as a stretch of its own.
    const stretches = this.#ordered ? [...this.#stretches] : [{ number: team.index, begin: before }];
    if (before > 0 && team.index === 0) stretches.unshift({ number: -1, begin: 0 });
    const begin = team.index === 0 ? 0 : before;
    const part = { arrays: builder.arrays, begin, end: builder.count, stretches };
    const { rows, arrays } = gatherArrays(team, part, this.#budget);
    builder.replace(rows, arrays);
  }
}
