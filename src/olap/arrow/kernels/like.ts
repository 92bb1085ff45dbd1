import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import { textOf } from "./cast.ts";
import { utf8Bytes } from "./text_bytes.ts";
import { matcherOf, type PatternPart, readCodePoint, type TextMatcher } from "./text_pattern.ts";
import { type Utf8Matcher, utf8MatcherOf } from "./utf8_pattern.ts";

/** Bytes a pattern may have. */
const PATTERN_BYTES_MAX = 50_000;

const never = () => false;

function checkLength(pattern: string): void {
  if (pattern.length > PATTERN_BYTES_MAX / 4 && utf8Bytes(pattern).length > PATTERN_BYTES_MAX) {
    throw new RuntimeDecline("a LIKE or GLOB pattern of more than 50,000 bytes");
  }
}

function checkEscape(escape: string): void {
  if ([...escape].length !== 1) throw new RuntimeDecline("an ESCAPE that is not one character");
}

/**
 * The test `… LIKE pattern ESCAPE escape`: `%` stands for any text, `_` for a character, ASCII letters match in either case.
 *
 * @throws {RuntimeDecline} Where SQLite fails: the pattern is too long, or the escape not one character.
 */
export function compileLike(pattern: string, escape: string | null): TextMatcher {
  const parts = likeParts(pattern, escape);
  return parts === null ? never : matcherOf(parts, true);
}

/**
 * As {@linkcode compileLike}, for texts as they lie in a column; `null` where the pattern takes decoding them.
 *
 * @throws {RuntimeDecline} As {@linkcode compileLike}.
 */
export function compileLikeUtf8(pattern: string, escape: string | null): Utf8Matcher | null {
  const parts = likeParts(pattern, escape);
  return parts === null ? never : utf8MatcherOf(parts, true);
}

/** `null` for a pattern that matches nothing. */
function likeParts(pattern: string, escape: string | null): PatternPart[] | null {
  checkLength(pattern);
  if (escape !== null) checkEscape(escape);
  const parts: PatternPart[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    let character = characters[i]!;
    if (character === escape) {
      const escaped = characters[++i];
      // An escape that nothing follows matches nothing.
      if (escaped === undefined) return null;
      character = escaped;
    } else if (character === "%" || character === "_") {
      parts.push({ kind: character === "%" ? "any" : "one" });
      continue;
    }
    parts.push({ kind: "literal", text: character });
  }
  return parts;
}

/**
 * The test `… GLOB pattern`: `*` stands for any text, `?` for a character, `[a-z]` and `[^a-z]` for one of a set.
 *
 * @throws {RuntimeDecline} Where SQLite fails: the pattern is too long.
 */
export function compileGlob(pattern: string): TextMatcher {
  const parts = globParts(pattern);
  return parts === null ? never : matcherOf(parts, false);
}

/**
 * As {@linkcode compileGlob}, for texts as they lie in a column; `null` where the pattern takes decoding them.
 *
 * @throws {RuntimeDecline} As {@linkcode compileGlob}.
 */
export function compileGlobUtf8(pattern: string): Utf8Matcher | null {
  const parts = globParts(pattern);
  return parts === null ? never : utf8MatcherOf(parts, false);
}

/** `null` for a pattern that matches nothing. */
function globParts(pattern: string): PatternPart[] | null {
  checkLength(pattern);
  const parts: PatternPart[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === "*") parts.push({ kind: "any" });
    else if (character === "?") parts.push({ kind: "one" });
    else if (character === "[") {
      const set = parseSet(characters, i + 1);
      // A set that is not closed matches nothing.
      if (set === null) return null;
      parts.push({ kind: "set", has: set.has });
      i = set.end;
    } else parts.push({ kind: "literal", text: character });
  }
  return parts;
}

/** A set's test and the place of its `]`. A `]` that comes first, and a `-` that does not stand between two characters, are members. */
function parseSet(
  characters: readonly string[],
  start: number,
): { readonly has: (codePoint: number) => boolean; readonly end: number } | null {
  const inverted = characters[start] === "^";
  const codes = characters.map((character) => readCodePoint(character.codePointAt(0)!));
  const ranges: (readonly [least: number, most: number])[] = [];
  let i = inverted ? start + 1 : start;
  if (characters[i] === "]") {
    ranges.push([codes[i]!, codes[i]!]);
    i++;
  }
  let before: number | null = null;
  for (; i < characters.length && characters[i] !== "]"; i++) {
    const isRange = characters[i] === "-" && before !== null && i + 1 < characters.length && characters[i + 1] !== "]";
    if (isRange) {
      ranges.push([before!, codes[++i]!]);
      before = null;
    } else {
      before = codes[i]!;
      ranges.push([before, before]);
    }
  }
  if (i >= characters.length) return null;
  const has = (code: number) => ranges.some(([least, most]) => code >= least && code <= most) !== inverted;
  return { has, end: i };
}

/** The last pattern compiled; most calls repeat it. */
function remembering<Key extends readonly (string | null)[]>(
  compile: (...key: Key) => TextMatcher,
): (...key: Key) => TextMatcher {
  let lastKey: Key | null = null;
  let last: TextMatcher = never;
  return (...key) => {
    if (lastKey === null || key.some((part, index) => part !== lastKey![index])) {
      last = compile(...key);
      lastKey = key;
    }
    return last;
  };
}

const likeMatcher = remembering(compileLike);
const globMatcher = remembering(compileGlob);

/**
 * `text LIKE pattern [ESCAPE escape]` of any values; blobs are read as text.
 *
 * @throws {RuntimeDecline} As {@linkcode compileLike}, and for a blob that is no text.
 */
export function like(text: ExactValue, pattern: ExactValue, escape?: ExactValue): ExactValue {
  if (escape === null) return null;
  const escapeText = escape === undefined ? null : textOf(escape);
  // SQLite fails for a wrong escape even where an operand is NULL.
  if (escapeText !== null) checkEscape(escapeText);
  if (text === null || pattern === null) return null;
  return BigInt(likeMatcher(textOf(pattern), escapeText)(textOf(text)));
}

/**
 * `text GLOB pattern` of any values; blobs are read as text.
 *
 * @throws {RuntimeDecline} As {@linkcode compileGlob}, and for a blob that is no text.
 */
export function glob(text: ExactValue, pattern: ExactValue): ExactValue {
  if (text === null || pattern === null) return null;
  return BigInt(globMatcher(textOf(pattern))(textOf(text)));
}
