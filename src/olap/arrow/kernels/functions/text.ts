import { Buffer } from "node:buffer";
import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { integerOf, textOf } from "../cast.ts";
import { lowerAscii, upperAscii } from "../compare.ts";
import { glob, like } from "../like.ts";
import { utf8Bytes } from "../text_bytes.ts";
import { readCodePoint } from "../text_pattern.ts";
import { type FunctionTable, strict } from "./function_table.ts";
import { smallInteger } from "./integer_argument.ts";

/** Number of characters (code points). */
export function lengthText(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    if (isLead(text.charCodeAt(i))) count--;
  }
  return count;
}

/** Whether a unit begins a pair that makes up one character. */
const isLead = (unit: number): boolean => (unit & 0xfc00) === 0xd800;

/** The position after so many characters from a position on, at most the end. */
function skip(text: string, from: number, characters: number): number {
  const { length } = text;
  let position = from;
  for (let left = characters; left > 0 && position < length; left--) {
    position += isLead(text.charCodeAt(position)) ? 2 : 1;
  }
  return position;
}

/** More characters than any text has. */
const ALL = 1_000_000_000;

/** Where `substr` begins, counted from 0, and how many it takes, by its arguments. */
function stretch(start: number, count: number | null, size: () => number): readonly [start: number, count: number] {
  let from = start;
  let taken = count === null ? ALL : Math.abs(count);
  if (from < 0) {
    from += size();
    if (from < 0) {
      taken = Math.max(taken + from, 0);
      from = 0;
    }
  } else if (from > 0) from--;
  else if (taken > 0) taken--;
  if (count !== null && count < 0) {
    from -= taken;
    if (from < 0) {
      taken += from;
      from = 0;
    }
  }
  return [from, taken];
}

/**
 * `substr(text, start, count)` by characters.
 *
 * @param start From 1; from the end if negative. 0 is the place before the first character.
 * @param count `null` for all that follow; negative for those before `start`.
 */
function substrText(text: string, start: number, count: number | null): string {
  const [from, taken] = stretch(start, count, () => lengthText(text));
  const begin = skip(text, 0, from);
  return taken >= text.length - begin ? text.slice(begin) : text.slice(begin, skip(text, begin, taken));
}

/** `substr` of a blob, by bytes; of an empty one NULL. */
function substrBlob(bytes: Uint8Array, start: number, count: number | null): Uint8Array | null {
  if (bytes.length === 0) return null;
  const [from, taken] = stretch(start, count, () => bytes.length);
  return bytes.slice(from, from + taken);
}

/** Position of a part in characters from 1, or 0. */
export function instrText(text: string, part: string): number {
  const index = text.indexOf(part);
  if (index < 0) return 0;
  let position = index + 1;
  for (let i = 0; i < index; i++) {
    if (isLead(text.charCodeAt(i))) position--;
  }
  return position;
}

function instrBlob(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(part) + 1;
}

/** Strips characters of a set from the sides wanted. */
function trimText(text: string, set: string, left: boolean, right: boolean): string {
  const characters = [...set];
  let begin = 0;
  let end = text.length;
  const strips = (character: string, at: number): boolean =>
    character.length <= end - begin && text.startsWith(character, at);
  while (left && begin < end) {
    const found = characters.find((character) => strips(character, begin));
    if (found === undefined) break;
    begin += found.length;
  }
  while (right && begin < end) {
    const found = characters.find((character) => strips(character, end - character.length));
    if (found === undefined) break;
    end -= found.length;
  }
  return text.slice(begin, end);
}

const trimmer = (left: boolean, right: boolean) =>
  strict((value, set = " ") => trimText(textOf(value), textOf(set), left, right));

function lengthOf(value: NonNullable<ExactValue>): bigint {
  if (typeof value === "object") return BigInt(value.length);
  return BigInt(typeof value === "string" ? lengthText(value) : textOf(value).length);
}

function octetLength(value: NonNullable<ExactValue>): bigint {
  if (typeof value === "object") return BigInt(value.length);
  return BigInt(utf8Bytes(textOf(value)).length);
}

function substr(
  value: NonNullable<ExactValue>,
  start: NonNullable<ExactValue>,
  count?: NonNullable<ExactValue>,
): ExactValue {
  const from = smallInteger(start);
  const taken = count === undefined ? null : smallInteger(count);
  if (typeof value === "object") return substrBlob(value, from, taken);
  return substrText(textOf(value), from, taken);
}

function instr(subject: NonNullable<ExactValue>, part: NonNullable<ExactValue>): ExactValue {
  if (typeof subject === "object" && typeof part === "object") return BigInt(instrBlob(subject, part));
  return BigInt(instrText(textOf(subject), textOf(part)));
}

/** An empty pattern gives back the subject as it is, although the result is otherwise sure to be text. */
function replace([subject = null, pattern = null, substitute = null]: readonly ExactValue[]): ExactValue {
  if (subject === null || pattern === null) return null;
  const wanted = textOf(pattern);
  if (wanted === "") {
    if (typeof subject !== "string") throw new RuntimeDecline("replace() of nothing in a value that is not text");
    return subject;
  }
  if (substitute === null) return null;
  const put = textOf(substitute);
  return textOf(subject).replaceAll(wanted, () => put);
}

/** Empty arguments add no separator, like NULLs. */
function joined(separator: string, args: readonly ExactValue[]): string {
  let text = "";
  for (const value of args) {
    const added = value === null ? "" : textOf(value);
    if (added !== "") text += text === "" ? added : separator + added;
  }
  return text;
}

function character(value: ExactValue): string {
  const wanted = value === null ? 0n : integerOf(value);
  const code = wanted < 0n || wanted > 0x10ffffn ? 0xfffd : Number(wanted);
  if (code === 0 || (code >= 0xd800 && code < 0xe000)) {
    throw new RuntimeDecline("char() of a code that is no character");
  }
  return String.fromCodePoint(code);
}

const SOUNDEX_CODES = "01230120022455012623010202";

function soundex(text: string): string {
  const start = text.search(/[A-Za-z]/);
  if (start < 0) return "?000";
  const code = (unit: number): string => {
    // SQLite looks at the lower seven bits of each byte.
    const letter = (unit & 0x7f) & ~0x20;
    return letter >= 65 && letter <= 90 ? SOUNDEX_CODES[letter - 65]! : "0";
  };
  const bytes = utf8Bytes(text.slice(start));
  let result = text[start]!.toUpperCase();
  let previous = code(bytes[0]!);
  for (let i = 0; i < bytes.length && result.length < 4; i++) {
    const next = code(bytes[i]!);
    if (next !== "0" && next !== previous) result += next;
    previous = next;
  }
  return result.padEnd(4, "0");
}

/** Functions of text and of blobs. */
export const TEXT_FUNCTIONS: FunctionTable = {
  char: { arity: [0, 127], call: (args) => args.map(character).join("") },
  concat: { arity: [1, 127], call: (args) => joined("", args) },
  concat_ws: {
    arity: [2, 127],
    call: ([separator = null, ...args]) => separator === null ? null : joined(textOf(separator), args),
  },
  glob: { arity: [2, 2], call: ([pattern, text]) => glob(text!, pattern!) },
  instr: { arity: [2, 2], call: strict(instr) },
  length: { arity: [1, 1], call: strict(lengthOf) },
  like: { arity: [2, 3], call: ([pattern, text, escape]) => like(text!, pattern!, escape) },
  lower: { arity: [1, 1], call: strict((value) => lowerAscii(textOf(value))) },
  ltrim: { arity: [1, 2], call: trimmer(true, false) },
  octet_length: { arity: [1, 1], call: strict(octetLength) },
  replace: { arity: [3, 3], call: replace },
  rtrim: { arity: [1, 2], call: trimmer(false, true) },
  soundex: { arity: [1, 1], call: ([value = null]) => soundex(value === null ? "" : textOf(value)) },
  substr: { arity: [2, 3], call: strict(substr) },
  substring: { arity: [2, 3], call: strict(substr) },
  trim: { arity: [1, 2], call: trimmer(true, true) },
  unicode: {
    arity: [1, 1],
    call: strict((value) => {
      const code = textOf(value).codePointAt(0);
      return code === undefined ? null : BigInt(readCodePoint(code));
    }),
  },
  upper: { arity: [1, 1], call: strict((value) => upperAscii(textOf(value))) },
};
