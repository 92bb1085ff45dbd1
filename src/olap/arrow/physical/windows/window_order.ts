import type { StoredColumn } from "../relation.ts";
import { packWords, RADIX_ROW_BYTES, radixOrder, type SortWord } from "../radix_sort.ts";
import { type KeyOrder, sortWordBytes, sortWords } from "../sort_words.ts";
import type { WindowMemory } from "./window_memory.ts";

/** Rows as a window sees them: sorted by partition, then by the window's order. */
export interface WindowOrder {
  /** The row at each position. */
  readonly rows: Int32Array;
  /** Positions at which partitions begin, and the number of rows at the end. */
  readonly partitions: Int32Array;
  /** Positions at which groups of rows that tie begin, and the number of rows at the end. */
  readonly groups: Int32Array;
}

/** A column rows are sorted by. */
export interface SortColumn {
  readonly column: StoredColumn;
  readonly order: KeyOrder;
}

/**
 * Sorts rows; those that tie come by `arrival`, or else stay as they were given.
 *
 * @param tick Called now and then; may throw to end the work.
 */
export function windowOrder(
  rows: Int32Array,
  capacity: number,
  partitionBy: readonly SortColumn[],
  orderBy: readonly SortColumn[],
  arrival: readonly SortColumn[],
  memory: WindowMemory,
  scratch: WindowMemory,
  tick: () => void,
): WindowOrder {
  const wordsOf = (columns: readonly SortColumn[]) =>
    packWords(columns.flatMap(({ column, order }) => {
      scratch.take(sortWordBytes(column) * capacity);
      return sortWords(order, column, capacity, tick);
    }));
  const partitionWords = wordsOf(partitionBy);
  const words = [...partitionWords, ...wordsOf(orderBy)];
  const allWords = [...words, ...wordsOf(arrival)];
  memory.take(RADIX_ROW_BYTES * rows.length);
  const sorted = radixOrder(allWords, rows.slice(), tick);
  const partitions = boundaries(sorted, partitionWords, memory);
  return {
    rows: sorted,
    partitions,
    groups: words.length === partitionWords.length ? partitions : boundaries(sorted, words, memory),
  };
}

/** Where rows begin that differ from those before in some word; the number of rows at the end. */
function boundaries(rows: Int32Array, words: readonly SortWord[], memory: WindowMemory): Int32Array {
  const count = rows.length;
  if (count === 0) return new Int32Array(1);
  const begins = new Uint8Array(count);
  begins[0] = 1;
  for (const { values } of words) {
    for (let at = 1; at < count; at++) if (values[rows[at - 1]!] !== values[rows[at]!]) begins[at] = 1;
  }
  let found = 0;
  for (let at = 0; at < count; at++) found += begins[at]!;
  const starts = memory.ints(found + 1);
  let next = 0;
  for (let at = 0; at < count; at++) {
    if (begins[at] === 1) starts[next++] = at;
  }
  starts[found] = count;
  return starts;
}
