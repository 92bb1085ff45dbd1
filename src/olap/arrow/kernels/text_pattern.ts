/** A piece of a LIKE or GLOB pattern. */
export type PatternPart =
  /** Any text, also none. */
  | { readonly kind: "any" }
  /** One character. */
  | { readonly kind: "one" }
  /** These characters, at least one. */
  | { readonly kind: "literal"; readonly text: string }
  /** One character for which the test holds. */
  | { readonly kind: "set"; readonly has: (codePoint: number) => boolean };

/** Tests whole texts against a pattern. */
export type TextMatcher = (text: string) => boolean;

/** A part that takes at least one character. */
export type SinglePart = Exclude<PatternPart, { readonly kind: "any" }>;

/**
 * The test of a pattern's parts.
 *
 * @param foldsCase Whether ASCII letters match in either case.
 */
export function matcherOf(parts: readonly PatternPart[], foldsCase: boolean): TextMatcher {
  if (!parts.some((part) => part.kind === "literal" && NONCHARACTER.test(part.text))) {
    return rawMatcher(parts, foldsCase);
  }
  const plain = parts.map((part) =>
    part.kind === "literal" ? { ...part, text: withoutNoncharacters(part.text) } : part
  );
  const matches = rawMatcher(plain, foldsCase);
  return (text) => matches(withoutNoncharacters(text));
}

/** SQLite reads U+FFFE and U+FFFF as U+FFFD. */
export const NONCHARACTER = /[\ufffd-\uffff]/;

const withoutNoncharacters = (text: string): string => text.replaceAll(/[\ufffe\uffff]/g, "\ufffd");

/** The code point that SQLite reads. */
export function readCodePoint(codePoint: number): number {
  return codePoint === 0xfffe || codePoint === 0xffff ? 0xfffd : codePoint;
}

function rawMatcher(parts: readonly PatternPart[], foldsCase: boolean): TextMatcher {
  const segments = splitAtAny(parts);
  const literals = segments.map(literalOf);
  return literals.every((literal) => literal !== null)
    ? literalMatcher(literals, foldsCase)
    : partsMatcher(segments, foldsCase);
}

/** The parts between those that match any text: always one more than there are of the latter. */
export function splitAtAny(parts: readonly PatternPart[]): SinglePart[][] {
  const segments: SinglePart[][] = [[]];
  for (const part of parts) {
    if (part.kind === "any") segments.push([]);
    else segments.at(-1)!.push(part);
  }
  return segments;
}

/** The text a segment matches, if it is only one. */
function literalOf(segment: readonly SinglePart[]): string | null {
  let text = "";
  for (const part of segment) {
    if (part.kind !== "literal") return null;
    text += part.text;
  }
  return text;
}

/** A fixed text, or one up to the case of letters. */
interface Needle {
  readonly length: number;
  readonly isAt: (text: string, position: number) => boolean;
  /** Its first position from `from` on, or -1. */
  readonly find: (text: string, from: number) => number;
  readonly isIn: TextMatcher;
  readonly isAll: TextMatcher;
}

const LETTER = /[A-Za-z]/;

function needleOf(literal: string, foldsCase: boolean): Needle {
  const { length } = literal;
  if (!foldsCase || !LETTER.test(literal)) {
    return {
      length,
      isAt: (text, position) => text.startsWith(literal, position),
      find: (text, from) => text.indexOf(literal, from),
      isIn: (text) => text.includes(literal),
      isAll: (text) => text === literal,
    };
  }
  // The flag `i` would fold letters beyond ASCII too. Faster than searching a folded copy of each text.
  const source = literal.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
    .replaceAll(/[A-Za-z]/g, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
  const anywhere = new RegExp(source);
  const onwards = new RegExp(source, "g");
  const here = new RegExp(source, "y");
  const whole = new RegExp(`^${source}$`);
  return {
    length,
    isAt: (text, position) => {
      here.lastIndex = position;
      return here.test(text);
    },
    find: (text, from) => {
      onwards.lastIndex = from;
      return onwards.test(text) ? onwards.lastIndex - length : -1;
    },
    isIn: (text) => anywhere.test(text),
    isAll: (text) => text.length === length && whole.test(text),
  };
}

function literalMatcher(literals: readonly string[], foldsCase: boolean): TextMatcher {
  const [first, ...others] = literals.map((literal) => needleOf(literal, foldsCase));
  const last = others.pop();
  if (last === undefined) return first!.isAll;
  const middle = others.filter((needle) => needle.length > 0);
  const prefix = first!;
  const fixed = prefix.length + last.length;
  if (middle.length === 0) {
    if (fixed === 0) return () => true;
    if (last.length === 0) return (text) => prefix.isAt(text, 0);
    if (prefix.length === 0) return (text) => text.length >= fixed && last.isAt(text, text.length - fixed);
  }
  if (middle.length === 1 && fixed === 0) return middle[0]!.isIn;
  return (text) => {
    const end = text.length - last.length;
    if (text.length < fixed || !prefix.isAt(text, 0) || !last.isAt(text, end)) return false;
    let position = prefix.length;
    for (const needle of middle) {
      const found = needle.find(text, position);
      if (found < 0) return false;
      position = found + needle.length;
    }
    return position <= end;
  };
}

/** Any pattern: every segment at the first place where it matches, the last one at the end. */
function partsMatcher(segments: readonly (readonly SinglePart[])[], foldsCase: boolean): TextMatcher {
  const [first, ...others] = segments;
  const last = others.pop();
  return (text) => {
    let position: number = endOf(first!, text, 0, foldsCase);
    if (last === undefined || position < 0) return position === text.length;
    for (const segment of others) {
      position = findEnd(segment, text, position, foldsCase, false);
      if (position < 0) return false;
    }
    return findEnd(last, text, position, foldsCase, true) >= 0;
  };
}

/** The end of a segment's first match from a position on, or -1. */
function findEnd(
  segment: readonly SinglePart[],
  text: string,
  from: number,
  foldsCase: boolean,
  atEnd: boolean,
): number {
  for (let start = from; start <= text.length; start += widthAt(text, start)) {
    const end = endOf(segment, text, start, foldsCase);
    if (end >= 0 && (!atEnd || end === text.length)) return end;
  }
  return -1;
}

/** UTF-16 units of the character at a position. */
function widthAt(text: string, position: number): number {
  return text.codePointAt(position)! > 0xffff ? 2 : 1;
}

/** Where a segment that matches at a position ends, or -1. */
function endOf(segment: readonly SinglePart[], text: string, start: number, foldsCase: boolean): number {
  let position = start;
  for (const part of segment) {
    if (part.kind === "literal") {
      if (!isLiteralAt(part.text, text, position, foldsCase)) return -1;
      position += part.text.length;
      continue;
    }
    const codePoint = text.codePointAt(position);
    if (codePoint === undefined || (part.kind === "set" && !part.has(readCodePoint(codePoint)))) return -1;
    position += codePoint > 0xffff ? 2 : 1;
  }
  return position;
}

function isLiteralAt(literal: string, text: string, position: number, foldsCase: boolean): boolean {
  if (!foldsCase) return text.startsWith(literal, position);
  for (let i = 0; i < literal.length; i++) {
    if (foldUnit(literal.charCodeAt(i)) !== foldUnit(text.charCodeAt(position + i))) return false;
  }
  return true;
}

const foldUnit = (unit: number): number => unit >= 65 && unit <= 90 ? unit + 32 : unit;
