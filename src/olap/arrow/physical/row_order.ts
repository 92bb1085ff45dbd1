import type { PlanSortKey } from "../plan/plan.ts";
import { packWords, RADIX_ROW_BYTES, radixOrder, rowsUpTo, type SortWord } from "./radix_sort.ts";
import { NO_VALUES, type RelationBuilder, type StoredColumn } from "./relation.ts";
import type { Run } from "./run.ts";
import { keyOrder, sortWordBytes, sortWords } from "./sort_words.ts";

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

  /** @throws {RheiError} `CANCELLED`, or `SQL_ERROR` for want of memory. */
  sort(): SortedRows {
    const { count } = this.#rows;
    return orderRows(this.#run, this.#keys, this.#keys.map((_, at) => this.column(at)), count);
  }
}

/** Orders the rows `0 … count - 1` by keys held in columns. Rows with equal keys stay in order. */
export function orderRows(
  run: Run,
  keys: readonly PlanSortKey[],
  columns: readonly StoredColumn[],
  count: number,
): SortedRows {
  const { budget } = run.context;
  const bytes = count * columns.reduce((sum, column) => sum + sortWordBytes(column), RADIX_ROW_BYTES);
  budget.take(bytes);
  const tick = () => run.checkCancelled();
  const words = packWords(keys.flatMap((key, at) => sortWords(keyOrder(key), columns[at]!, count, tick)));
  const order = radixOrder(words, rowsUpTo(count), tick);
  // The order itself stays.
  budget.release(bytes - count * 4);
  return { order, tied: (place) => place > 0 && place < count && isEqual(words, order[place - 1]!, order[place]!) };
}

function isEqual(words: readonly SortWord[], a: number, b: number): boolean {
  return words.every(({ values }) => values[a] === values[b]);
}
