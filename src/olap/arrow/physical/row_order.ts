import { invariant } from "../../../errors/mod.ts";
import type { PlanSortKey } from "../plan/plan.ts";
import { gatherArrays } from "./gather.ts";
import { packWords, RADIX_ROW_BYTES, radixOrder, rowsUpTo, type SortWord } from "./radix_sort.ts";
import { NO_VALUES, type RelationBuilder, type StoredColumn } from "./relation.ts";
import type { Run } from "./run.ts";
import { keyOrder, sortWordBytes, sortWords } from "./sort_words.ts";
import { ALONE, type Team } from "./team.ts";

/** Rows in order. */
export interface SortedRows {
  readonly order: Int32Array;
  /** Whether the row at a place is equal in all keys to the one before. */
  tied(place: number): boolean;
}

/** Orders the rows of a builder by keys that stand in its columns from `first` on. Rows with equal keys stay in order. */
export class RowSorter {
  readonly #run: Run;
  readonly #rows: RelationBuilder;
  readonly #keys: readonly PlanSortKey[];
  readonly #first: number;

  constructor(run: Run, rows: RelationBuilder, keys: readonly PlanSortKey[], first: number) {
    this.#run = run;
    this.#rows = rows;
    this.#keys = keys;
    this.#first = first;
  }

  /** Where a key stands. */
  column(key: number): StoredColumn {
    return this.#rows.columns[this.#first + key] ?? NO_VALUES;
  }

  /**
   * @param team Threads that hold the same rows and divide the work.
   * @throws {RheiError} `CANCELLED`, or `SQL_ERROR` for want of memory.
   */
  sort(team: Team = ALONE): SortedRows {
    const { count } = this.#rows;
    return orderRows(this.#run, this.#keys, this.#keys.map((_, at) => this.column(at)), count, team);
  }
}

/**
 * Orders the rows `0 … count - 1` by keys held in columns. Rows with equal keys stay in order.
 *
 * @param team Threads that hold the same rows and divide the work.
 */
export function orderRows(
  run: Run,
  keys: readonly PlanSortKey[],
  columns: readonly StoredColumn[],
  count: number,
  team: Team = ALONE,
): SortedRows {
  const { budget } = run.context;
  const bytes = count * columns.reduce((sum, column) => sum + sortWordBytes(column), RADIX_ROW_BYTES);
  budget.take(bytes);
  const tick = () => run.checkCancelled();
  const words = packWords(keys.flatMap((key, at) => sortWords(keyOrder(key), columns[at]!, count, tick)));
  const order = team.size === 1 || count < run.context.division.rows || words.length === 0
    ? radixOrder(words, rowsUpTo(count), tick)
    : dividedOrder(words, count, team, run, tick);
  // The order itself stays.
  budget.release(bytes - count * 4);
  return { order, tied: (place) => place > 0 && place < count && isEqual(words, order[place - 1]!, order[place]!) };
}

/** Each thread orders the rows of a range of the first word, and all take over everyone's. */
function dividedOrder(words: readonly SortWord[], count: number, team: Team, run: Run, tick: () => void): Int32Array {
  const { values } = words[0]!;
  const bounds = boundsOf(values, count, team.size);
  const [from, to] = [bounds[team.index]!, bounds[team.index + 1]!];
  const rows = new Int32Array(count);
  let own = 0;
  for (let row = 0; row < count; row++) if (values[row]! >= from && values[row]! < to) rows[own++] = row;
  const ordered = radixOrder(words, rows.subarray(0, own), tick);
  const part = { arrays: [ordered], begin: 0, end: own, stretches: [{ number: team.index, begin: 0 }] };
  const { rows: all, arrays } = gatherArrays(team, part, run.context.budget);
  invariant(all === count, "every row is in one thread's range");
  return arrays[0] as Int32Array;
}

/** Rows looked at to find where to divide. */
const SAMPLED_ROWS = 4096;

/** Bounds between which about as many values lie each, found from a sample: one more than there are parts. */
function boundsOf(values: Uint32Array, count: number, parts: number): number[] {
  const step = Math.max(1, Math.floor(count / SAMPLED_ROWS));
  const sample = Uint32Array.from({ length: Math.floor(count / step) }, (_, at) => values[at * step]!).sort();
  const inner = Array.from({ length: parts - 1 }, (_, at) => sample[Math.floor(sample.length * (at + 1) / parts)]!);
  return [0, ...inner, Infinity];
}

function isEqual(words: readonly SortWord[], a: number, b: number): boolean {
  return words.every(({ values }) => values[a] === values[b]);
}
