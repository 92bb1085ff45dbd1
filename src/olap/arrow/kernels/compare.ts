import type { ExactValue } from "../../../types/mod.ts";

/** Orders text as its UTF-8 bytes, which is by code points; `<` would order by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const shorter = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // Units of surrogate pairs stand for code points above all others.
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? raiseSurrogate(x) - raiseSurrogate(y) : x - y;
  }
  return a.length - b.length;
}

const raiseSurrogate = (unit: number): number => unit < 0xe000 ? unit + 0x10000 : unit;

/** Orders blobs bytewise, a prefix first. */
function compareBlobs(a: Uint8Array, b: Uint8Array): number {
  const shorter = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < shorter; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Orders text by a built-in collating sequence: `BINARY`, `NOCASE` (folds ASCII letters) or `RTRIM` (ignores trailing spaces). */
function compareCollated(a: string, b: string, collation: string): number {
  return collation === "BINARY"
    ? compareText(a, b)
    : compareText(collationKey(a, collation), collationKey(b, collation));
}

/** A text that two texts share exactly if they are equal under the collation. */
export function collationKey(text: string, collation: string): string {
  switch (collation) {
    case "BINARY":
      return text;
    case "NOCASE":
      return lowerAscii(text);
    case "RTRIM":
      return withoutTrailingSpaces(text);
    default:
      throw new RangeError(`Cannot compare by collation "${collation}": it is not built in`);
  }
}

const NOT_ASCII = /[^\0-\x7f]/;

/** Lower case of ASCII letters alone. */
export function lowerAscii(text: string): string {
  return NOT_ASCII.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase();
}

/** Upper case of ASCII letters alone. */
export function upperAscii(text: string): string {
  return NOT_ASCII.test(text) ? text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()) : text.toUpperCase();
}

function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Numbers before text before blobs. */
function rankOf(value: NonNullable<ExactValue>): number {
  if (typeof value === "string") return 1;
  return typeof value === "object" ? 2 : 0;
}

/** Orders two values that are not NULL as SQLite does, without converting any. Negative, 0 or positive. */
export function compareValues(a: NonNullable<ExactValue>, b: NonNullable<ExactValue>, collation: string): number {
  if (typeof a === "string") {
    return typeof b === "string" ? compareCollated(a, b, collation) : 1 - rankOf(b);
  }
  if (typeof a === "object") return typeof b === "object" ? compareBlobs(a, b) : 1;
  if (typeof b === "string" || typeof b === "object") return -1;
  // JavaScript compares BigInt with Number exactly.
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders two values, NULLs included, by one key of an ORDER BY. */
export function sortCompare(
  a: ExactValue,
  b: ExactValue,
  collation: string,
  descending: boolean,
  nullsFirst: boolean,
): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === nullsFirst ? -1 : 1;
  }
  const order = compareValues(a, b, collation);
  return descending ? -order : order;
}
