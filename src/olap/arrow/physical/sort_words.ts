import { sortCompare } from "../kernels/mod.ts";
import type { PlanSortKey } from "../plan/plan.ts";
import { heapRanks, type Ranks, stringRanks, textRanks, TICK_MASK } from "./ranks.ts";
import type { SortWord } from "./radix_sort.ts";
import { type StoredColumn, storedValue } from "./relation.ts";

/** Distinct texts up to which all of a heap are ranked, which is done once for all statements. */
const RANKED_TEXTS = 4096;

/** How a key sorts. */
export interface KeyOrder {
  readonly collation: string;
  readonly descending: boolean;
  readonly nulls: "first" | "last";
}

export function keyOrder({ expr, descending, nulls }: PlanSortKey): KeyOrder {
  return { collation: expr.collation?.name ?? "BINARY", descending, nulls };
}

/** Bytes that making the words of a key takes for each row; values that are not numbers are ranked before. */
export function sortWordBytes({ rep }: StoredColumn): number {
  return rep === "text" || rep === "string" || rep === "boxed" ? 40 : 8;
}

/**
 * A sort key of rows `0 … count - 1` as words whose order is that of the key, equal exactly where it is.
 *
 * @param tick Called now and then; may throw to end the work.
 */
export function sortWords(key: KeyOrder, column: StoredColumn, count: number, tick: () => void): SortWord[] {
  switch (column.rep) {
    case "null":
      return [];
    case "int":
    case "real":
    case "number":
      return numberWords(key, column.data as Int32Array | Float64Array, column.nulls, count);
    case "text":
    case "string":
    case "boxed": {
      const { ranks, count: most } = rankRows(key.collation, column, count, tick);
      return integerWords(key, ranks, isNullOf(column, count), count, 0, Math.max(most - 1, 0));
    }
  }
}

function isNullOf(column: StoredColumn, count: number): Uint8Array | null {
  if (column.rep !== "boxed") return column.nulls;
  const values = column.data as unknown[];
  return Uint8Array.from({ length: count }, (_, row) => values[row] === null ? 1 : 0);
}

function rankRows(collation: string, column: StoredColumn, count: number, tick: () => void): Ranks {
  if (column.rep === "boxed") return boxedRanks(column, count, collation, tick);
  if (column.rep === "string") return stringRanks((row) => (column.data as string[])[row]!, count, collation, tick);
  const heap = column.heap!;
  const codes = (column.data as Int32Array).subarray(0, count);
  // All are NULL then.
  if (heap.count === 0) return { ranks: new Int32Array(count), count: 1 };
  if (!heap.unique || heap.count > Math.max(RANKED_TEXTS, count * 2)) {
    if (collation === "BINARY") return textRanks(heap, codes, tick);
    return stringRanks((row) => heap.text(codes[row]!), count, collation, tick);
  }
  const all = collation === "BINARY"
    ? heapRanks(heap, tick)
    : stringRanks((code) => heap.text(code), heap.count, collation, tick);
  return { ranks: codes.map((code) => all.ranks[code] ?? 0), count: all.count };
}

function boxedRanks(column: StoredColumn, count: number, collation: string, tick: () => void): Ranks {
  let compared = 0;
  const compare = (a: number, b: number) => {
    if ((++compared & TICK_MASK) === 0) tick();
    return sortCompare(storedValue(column, a), storedValue(column, b), collation, false, true);
  };
  const order = Int32Array.from({ length: count }, (_, row) => row).sort(compare);
  const ranks = new Int32Array(count);
  let rank = 0;
  for (let place = 1; place < count; place++) {
    if (compare(order[place - 1]!, order[place]!) !== 0) rank++;
    ranks[order[place]!] = rank;
  }
  return { ranks, count: rank + 1 };
}

function numberWords(
  key: KeyOrder,
  data: Int32Array | Float64Array,
  nulls: Uint8Array | null,
  count: number,
): SortWord[] {
  let least = Infinity;
  let most = -Infinity;
  let whole = true;
  for (let row = 0; row < count; row++) {
    if (nulls !== null && nulls[row] === 1) continue;
    const value = data[row]!;
    if (value < least) least = value;
    if (value > most) most = value;
    if (whole && !Number.isSafeInteger(value)) whole = false;
  }
  if (least > most) return integerWords(key, new Int32Array(count), nulls, count, 0, 0);
  return whole && most - least < 2 ** 52
    ? integerWords(key, data, nulls, count, least, most)
    : realWords(key, data as Float64Array, nulls, count);
}

/** Integers by their distance from the least one, with a place for NULL. */
function integerWords(
  { descending, nulls: nullPlace }: KeyOrder,
  data: Int32Array | Float64Array,
  nulls: Uint8Array | null,
  count: number,
  least: number,
  most: number,
): SortWord[] {
  const first = nulls !== null && nullPlace === "first" ? 1 : 0;
  const nullCode = first === 1 ? 0 : most - least + 1;
  const last = most - least + (nulls === null ? 0 : 1);
  const low = new Uint32Array(count);
  const high = last < 2 ** 32 ? null : new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const value = data[row]!;
    let code = (descending ? most - value : value - least) + first;
    if (nulls !== null && nulls[row] === 1) code = nullCode;
    low[row] = code;
    if (high !== null) high[row] = Math.floor(code / 2 ** 32);
  }
  if (high === null) return [{ values: low, bits: bitsOf(last) }];
  return [{ values: high, bits: bitsOf(Math.floor(last / 2 ** 32)) }, { values: low, bits: 32 }];
}

function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}

/** Doubles by their bits, turned so that they order as unsigned integers; NULLs apart. */
function realWords(
  { descending, nulls: nullPlace }: KeyOrder,
  data: Float64Array,
  nulls: Uint8Array | null,
  count: number,
): SortWord[] {
  const [high, low] = [new Uint32Array(count), new Uint32Array(count)];
  const words = new Uint32Array(data.buffer, data.byteOffset, count * 2);
  const flip = descending ? 0xffffffff : 0;
  for (let row = 0; row < count; row++) {
    const bottom = words[2 * row]!;
    const top = words[2 * row + 1]!;
    // -0 equals 0.
    const negative = top >>> 31 === 1 && data[row] !== 0;
    const mask = (negative ? 0xffffffff : 0) ^ flip;
    high[row] = (top | 0x80000000) ^ mask;
    low[row] = bottom ^ mask;
  }
  const values: SortWord[] = [{ values: high, bits: 32 }, { values: low, bits: 32 }];
  if (nulls === null) return values;
  const flags = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const isNull = nulls[row] === 1;
    flags[row] = isNull === (nullPlace === "first") ? 0 : 1;
    if (isNull) high[row] = low[row] = 0;
  }
  return [{ values: flags, bits: 1 }, ...values];
}
