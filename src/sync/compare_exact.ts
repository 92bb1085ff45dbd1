import type { ExactValue } from "../types/mod.ts";

/** Rank of a value's class in SQLite's order: NULL, numbers, text, blobs. */
function rank(value: ExactValue): number {
  if (value === null) return 0;
  if (typeof value === "string") return 2;
  return typeof value === "object" ? 3 : 1;
}

/**
 * Order of two values as SQLite sorts them under BINARY: numbers by value whatever their class, text and blobs by bytes. The
 * surrogate halves of UTF-16 sort before U+E000…U+FFFF, in UTF-8 after them.
 */
export function compareValues(a: ExactValue, b: ExactValue): number {
  const byRank = rank(a) - rank(b);
  if (byRank !== 0 || a === null || b === null) return byRank;
  if (typeof a === "string") return compareText(a, b as string);
  if (typeof a === "object") return compareBytes(a, b as Uint8Array);
  return a < (b as number | bigint) ? -1 : a > (b as number | bigint) ? 1 : 0;
}

function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** A UTF-16 unit's place in the order of UTF-8 bytes: surrogates, which stand for U+10000 and above, come last. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** Order of blobs, and of texts as UTF-8. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = a[at]! - b[at]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Order of two keys. */
export function compareKeys(a: readonly ExactValue[], b: readonly ExactValue[]): number {
  for (let at = 0; at < a.length; at++) {
    const order = compareValues(a[at] ?? null, b[at] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether two values are the same: storage class, every bit of a number (0.0 is not -0.0), every byte. */
export function sameValue(a: ExactValue, b: ExactValue): boolean {
  if (Object.is(a, b)) return true;
  return a instanceof Uint8Array && b instanceof Uint8Array && compareBytes(a, b) === 0;
}
