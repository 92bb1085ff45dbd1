import type { StoredColumn } from "../relation.ts";
import { rankValues } from "./value_ranks.ts";
import type { WindowMemory } from "./window_memory.ts";

/** A part of a sort key: unsigned numbers by row that order as the rows do, of which the lowest `bits` matter. */
export interface SortWord {
  readonly codes: Uint32Array;
  readonly bits: number;
}

/** How a key sorts. */
export interface KeyOrder {
  readonly collation: string;
  readonly descending: boolean;
  readonly nulls: "first" | "last";
}

/** The words of a sort key, the most significant first; none where all rows tie. */
export function sortWords(
  column: StoredColumn,
  rows: Int32Array,
  capacity: number,
  order: KeyOrder,
  memory: WindowMemory,
): SortWord[] {
  const { rep, data } = column;
  if (rep === "null" || data === null) return [];
  if (rep === "int" || rep === "real" || rep === "number") {
    const numbers = data as Int32Array | Float64Array;
    return smallIntegers(numbers, column.nulls, rows, capacity, order, memory) ??
      doubles(numbers, column.nulls, rows, capacity, order, memory);
  }
  const { ranks, count } = rankValues(column, rows, capacity, order.collation, memory);
  const nulls = rep === "boxed" ? nullFlags(data as unknown[], rows, capacity, memory) : column.nulls;
  return [codesFrom(ranks, 0, Math.max(count - 1, 0), nulls, rows, capacity, order, memory)];
}

function nullFlags(values: readonly unknown[], rows: Int32Array, capacity: number, memory: WindowMemory): Uint8Array {
  const flags = memory.bytes(capacity);
  for (let at = 0; at < rows.length; at++) if (values[rows[at]!] === null) flags[rows[at]!] = 1;
  return flags;
}

/** One word, if the values are integers near to each other. */
function smallIntegers(
  data: Int32Array | Float64Array,
  nulls: Uint8Array | null,
  rows: Int32Array,
  capacity: number,
  order: KeyOrder,
  memory: WindowMemory,
): SortWord[] | null {
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (nulls !== null && nulls[row] === 1) continue;
    const value = data[row]!;
    if (value < least) least = value;
    if (value > most) most = value;
    if (value !== Math.floor(value)) return null;
  }
  if (least > most) return [];
  // Beyond that, subtracting might round; an infinite bound fails too.
  if (!(most - least < 2 ** 32 - 2 && Math.abs(least) < 2 ** 52)) return null;
  return [codesFrom(data, least, most, nulls, rows, capacity, order, memory)];
}

function codesFrom(
  data: Int32Array | Float64Array,
  least: number,
  most: number,
  nulls: Uint8Array | null,
  rows: Int32Array,
  capacity: number,
  { descending, nulls: nullPlace }: KeyOrder,
  memory: WindowMemory,
): SortWord {
  const codes = memory.words(capacity);
  const shift = nulls !== null && nullPlace === "first" ? 1 : 0;
  const nullCode = nullPlace === "first" ? 0 : most - least + 1;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (nulls !== null && nulls[row] === 1) codes[row] = nullCode;
    else codes[row] = (descending ? most - data[row]! : data[row]! - least) + shift;
  }
  return { codes, bits: 32 - Math.clz32(most - least + (nulls === null ? 0 : 1)) };
}

/** The bits of doubles, changed so that they order as unsigned integers; no double has the codes used for NULL. */
function doubles(
  data: Int32Array | Float64Array,
  nulls: Uint8Array | null,
  rows: Int32Array,
  capacity: number,
  { descending, nulls: nullPlace }: KeyOrder,
  memory: WindowMemory,
): SortWord[] {
  const [high, low] = [memory.words(capacity), memory.words(capacity)];
  const double = new Float64Array(1);
  const [lowAt, highAt] = LITTLE_ENDIAN ? [0, 1] : [1, 0];
  const words = new Uint32Array(double.buffer);
  const flip = descending ? 0xffffffff : 0;
  const nullWord = nullPlace === "first" ? 0 : 0xffffffff;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (nulls !== null && nulls[row] === 1) {
      high[row] = nullWord;
      low[row] = nullWord;
      continue;
    }
    // Adding 0 makes -0 what it equals.
    double[0] = data[row]! + 0;
    const top = words[highAt]!;
    const negative = top >>> 31 === 1;
    high[row] = (negative ? ~top : top ^ 0x80000000) ^ flip;
    low[row] = (negative ? ~words[lowAt]! : words[lowAt]!) ^ flip;
  }
  return [{ codes: high, bits: 32 }, { codes: low, bits: 32 }];
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
