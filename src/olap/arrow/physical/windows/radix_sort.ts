import type { SortWord } from "./sort_words.ts";
import type { WindowMemory } from "./window_memory.ts";

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Rows ordered by words, the most significant first; rows that tie keep their order. `rows` stays as it is. */
export function radixSort(rows: Int32Array, words: readonly SortWord[], memory: WindowMemory): Int32Array {
  let from = memory.ints(rows.length);
  from.set(rows);
  let to: Int32Array | null = null;
  for (let at = words.length - 1; at >= 0; at--) {
    const { codes, bits } = words[at]!;
    if (isOrdered(from, codes)) continue;
    for (let shift = 0; shift < bits; shift += DIGIT_BITS) {
      to ??= memory.ints(rows.length);
      if (scatter(from, to, codes, shift)) [from, to] = [to, from];
    }
  }
  return from;
}

function isOrdered(rows: Int32Array, codes: Uint32Array): boolean {
  for (let at = 1; at < rows.length; at++) if (codes[rows[at - 1]!]! > codes[rows[at]!]!) return false;
  return true;
}

/** Orders by one digit; false when all rows have the same, then nothing is written. */
function scatter(from: Int32Array, to: Int32Array, codes: Uint32Array, shift: number): boolean {
  const places = new Int32Array(DIGITS);
  for (let at = 0; at < from.length; at++) {
    const digit = codes[from[at]!]! >>> shift & DIGITS - 1;
    places[digit] = places[digit]! + 1;
  }
  if (places[codes[from[0]!]! >>> shift & DIGITS - 1] === from.length) return false;
  let place = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = places[digit]!;
    places[digit] = place;
    place += count;
  }
  for (let at = 0; at < from.length; at++) {
    const row = from[at]!;
    const digit = codes[row]! >>> shift & DIGITS - 1;
    const target = places[digit]!;
    places[digit] = target + 1;
    to[target] = row;
  }
  return true;
}
