import { utf8Bytes } from "./text_bytes.ts";
import { NONCHARACTER, type PatternPart, type SinglePart, splitAtAny } from "./text_pattern.ts";
import { skipUtf8, Utf8Needle } from "./utf8_text.ts";

/** Tests texts in UTF-8, `bytes[start … end)`, against a pattern. */
export type Utf8Matcher = (bytes: Uint8Array, start: number, end: number) => boolean;

/** What stands between two places where any text may be. */
interface Segment {
  /** Bytes it takes at least. */
  readonly length: number;
  /** Where it ends if it stands at a position, or -1. */
  readonly endAt: (bytes: Uint8Array, position: number, end: number) => number;
  /** Where it ends at its first place from a position on, or -1. */
  readonly endOfNext: (bytes: Uint8Array, position: number, end: number) => number;
  /** Whether the text ends with it, not before a position. */
  readonly isLast: (bytes: Uint8Array, position: number, end: number) => boolean;
}

/**
 * The test of a pattern's parts over bytes; `null` for parts that take decoding: sets of characters, and characters that SQLite reads as
 * others.
 *
 * @param foldsCase Whether ASCII letters match in either case.
 */
export function utf8MatcherOf(parts: readonly PatternPart[], foldsCase: boolean): Utf8Matcher | null {
  for (const part of parts) {
    if (part.kind === "set" || (part.kind === "literal" && NONCHARACTER.test(part.text))) return null;
  }
  const [first, ...others] = splitAtAny(parts).map((segment) => segmentOf(segment, foldsCase));
  const last = others.pop();
  if (last === undefined) return (bytes, start, end) => first!.endAt(bytes, start, end) === end;
  const middle = others.filter((segment) => segment.length > 0);
  const fixed = first!.length + last.length;
  if (fixed === 0) return middleMatcher(middle);
  return (bytes, start, end) => {
    if (end - start < fixed) return false;
    let position = first!.endAt(bytes, start, end);
    if (position < 0) return false;
    for (const segment of middle) {
      position = segment.endOfNext(bytes, position, end);
      if (position < 0) return false;
    }
    return last.isLast(bytes, position, end);
  };
}

/** `%part%` and `%part%part%` are by far the most frequent patterns. */
function middleMatcher(segments: readonly Segment[]): Utf8Matcher {
  const [first, second, ...more] = segments.map((segment) => segment.endOfNext);
  if (first === undefined) return () => true;
  if (second === undefined) return (bytes, start, end) => first(bytes, start, end) >= 0;
  return (bytes, start, end) => {
    let position = first(bytes, start, end);
    if (position < 0) return false;
    position = second(bytes, position, end);
    for (const next of more) {
      if (position < 0) return false;
      position = next(bytes, position, end);
    }
    return position >= 0;
  };
}

function segmentOf(parts: readonly SinglePart[], foldsCase: boolean): Segment {
  const pieces = piecesOf(parts, foldsCase);
  const [only] = pieces;
  if (pieces.length === 0) return NOTHING;
  if (pieces.length === 1 && typeof only === "object") return needleSegment(only);
  return mixedSegment(pieces);
}

/** Literals joined, and how many characters of any kind stand between them. */
function piecesOf(parts: readonly SinglePart[], foldsCase: boolean): (Utf8Needle | number)[] {
  const pieces: (Utf8Needle | number)[] = [];
  let [text, ones] = ["", 0];
  const finishText = () => {
    if (text !== "") pieces.push(new Utf8Needle(utf8Bytes(text), foldsCase));
    text = "";
  };
  const finishOnes = () => {
    if (ones > 0) pieces.push(ones);
    ones = 0;
  };
  for (const part of parts) {
    if (part.kind === "literal") {
      finishOnes();
      text += part.text;
    } else {
      finishText();
      ones++;
    }
  }
  finishText();
  finishOnes();
  return pieces;
}

const NOTHING: Segment = {
  length: 0,
  endAt: (_, position) => position,
  endOfNext: (_, position) => position,
  isLast: () => true,
};

function needleSegment(needle: Utf8Needle): Segment {
  const { length } = needle;
  return {
    length,
    endAt: (bytes, position, end) => position + length <= end && needle.isAt(bytes, position) ? position + length : -1,
    endOfNext: (bytes, position, end) => {
      const found = needle.find(bytes, position, end);
      return found < 0 ? -1 : found + length;
    },
    isLast: (bytes, position, end) => position + length <= end && needle.isAt(bytes, end - length),
  };
}

function mixedSegment(pieces: readonly (Utf8Needle | number)[]): Segment {
  const length = pieces.reduce<number>((sum, piece) => sum + (typeof piece === "number" ? piece : piece.length), 0);
  const endAt = (bytes: Uint8Array, start: number, end: number) => {
    let position = start;
    for (const piece of pieces) {
      if (typeof piece === "number") {
        for (let left = piece; left > 0; left--) {
          if (position >= end) return -1;
          position = skipUtf8(bytes, position, end, 1);
        }
      } else {
        if (position + piece.length > end || !piece.isAt(bytes, position)) return -1;
        position += piece.length;
      }
    }
    return position;
  };
  const search = (bytes: Uint8Array, from: number, end: number, atEnd: boolean) => {
    for (let start = from; start + length <= end; start = skipUtf8(bytes, start, end, 1)) {
      const found = endAt(bytes, start, end);
      if (found >= 0 && (!atEnd || found === end)) return found;
    }
    return -1;
  };
  return {
    length,
    endAt,
    endOfNext: (bytes, position, end) => search(bytes, position, end, false),
    isLast: (bytes, position, end) => search(bytes, position, end, true) >= 0,
  };
}
