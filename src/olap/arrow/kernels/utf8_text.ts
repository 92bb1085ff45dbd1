/**
 * Operators over texts as they lie in a column: `bytes[start … end)`, valid UTF-8. Each gives what its sibling over strings gives,
 * without making one.
 */

/** Whether a text is the one whose bytes are given. */
export function utf8Equals(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  const length = end - start;
  if (length !== text.length) return false;
  for (let at = 0; at < length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

/** Orders two texts as `compareText` does: bytewise, a prefix first. */
export function compareUtf8(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shorter = Math.min(aEnd - aStart, bEnd - bStart);
  for (let at = 0; at < shorter; at++) {
    const difference = a[aStart + at]! - b[bStart + at]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/** Number of characters. */
export function utf8Length(bytes: Uint8Array, start: number, end: number): number {
  let count = end - start;
  for (let at = start; at < end; at++) if ((bytes[at]! & 0xc0) === 0x80) count--;
  return count;
}

/** The position after so many characters from a position on, at most the end. */
export function skipUtf8(bytes: Uint8Array, from: number, end: number, characters: number): number {
  let at = from;
  for (let left = characters; left > 0 && at < end; left--) {
    at++;
    while (at < end && (bytes[at]! & 0xc0) === 0x80) at++;
  }
  return at;
}

/** A fixed text to look for, prepared as R. N. Horspool describes ("Practical fast searching in strings", 1980). */
export class Utf8Needle {
  readonly length: number;
  /** The bytes looked for, folded. */
  readonly #bytes: Uint8Array;
  /** What a byte of a text counts as. */
  readonly #fold: Uint8Array;
  /** How far the next match is away at least when a byte of the text stands under the needle's last one; 0 where it may be one. */
  readonly #shifts: Uint8Array;
  /** The same for a byte that is the needle's last one, when it was no match. */
  readonly #onward: number;

  /** @param foldsCase Whether ASCII letters match in either case. */
  constructor(text: Uint8Array, foldsCase: boolean) {
    this.#fold = foldsCase ? FOLDED : PLAIN;
    this.#bytes = text.map((byte) => this.#fold[byte]!);
    this.length = text.length;
    const last = text.length - 1;
    // A shift that is too small only costs time.
    const shifts = new Uint8Array(256).fill(Math.min(text.length, 255));
    for (let at = 0; at < last; at++) shifts[this.#bytes[at]!] = Math.min(last - at, 255);
    // An empty needle has no last byte, and is found before any is read.
    const final = this.#bytes[last] ?? -1;
    this.#onward = shifts[final] ?? 1;
    this.#shifts = this.#fold.map((byte) => byte === final ? 0 : shifts[byte]!);
  }

  /** Its first position from `from` on that ends before `end`, or -1. */
  find(bytes: Uint8Array, from: number, end: number): number {
    const needle = this.#bytes;
    const fold = this.#fold;
    const shifts = this.#shifts;
    const last = needle.length - 1;
    if (last < 0) return from;
    let at = from + last;
    while (at < end) {
      const shift = shifts[bytes[at]!]!;
      if (shift !== 0) {
        at += shift;
        continue;
      }
      let back = 1;
      while (back <= last && fold[bytes[at - back]!] === needle[last - back]) back++;
      if (back > last) return at - last;
      at += this.#onward;
    }
    return -1;
  }

  /** Whether it stands at a position; the caller sees to it that the text is long enough. */
  isAt(bytes: Uint8Array, position: number): boolean {
    const needle = this.#bytes;
    const fold = this.#fold;
    for (let at = 0; at < needle.length; at++) if (fold[bytes[position + at]!] !== needle[at]) return false;
    return true;
  }
}

const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const FOLDED = PLAIN.map((byte) => byte >= 65 && byte <= 90 ? byte + 32 : byte);

/** Position of a part in characters from 1, or 0. */
export function utf8Instr(bytes: Uint8Array, start: number, end: number, part: Utf8Needle): number {
  const found = part.find(bytes, start, end);
  return found < 0 ? 0 : utf8Length(bytes, start, found) + 1;
}
