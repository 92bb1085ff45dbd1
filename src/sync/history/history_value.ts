import type { ImageValue } from "../../cdc/mod.ts";
import { UndecodableText } from "../../types/mod.ts";
import { compareBytes, compareValues } from "../compare_exact.ts";

/** A value as history keeps it: any that SQLite can store. */
export type HistoryValue = ImageValue;

/** A table's values in some order of its columns. */
export type HistoryRow = readonly HistoryValue[];

/** A key by which a Map finds it. */
export type MapKey = string | number | bigint;

/** Characters made of bytes at a time: arguments of a call have a limit. */
const CHARACTERS_MAX = 8192;

/** Begins what is not a text: text of SQLite is UTF-8, which has no halves of characters. */
const NO_TEXT = "\ud800";

/** Whether two values are the same: storage class, every bit of a number (0.0 is not -0.0), every byte. */
export function sameHistoryValue(a: HistoryValue, b: HistoryValue): boolean {
  if (a === b) return a !== 0 || Object.is(a, b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof UndecodableText) return b instanceof UndecodableText && sameBytes(a.bytes, b.bytes);
  return !(b instanceof UndecodableText) && sameBytes(a, b);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** The same for the first `width` values of rows. */
export function sameHistoryRow(a: HistoryRow, b: HistoryRow, width: number): boolean {
  for (let at = 0; at < width; at++) if (!sameHistoryValue(a[at]!, b[at]!)) return false;
  return true;
}

const UTF8 = new TextEncoder();

/** Order of two keys as SQLite sorts them under BINARY: a text by its bytes, decodable or not. */
export function compareHistoryKeys(a: HistoryRow, b: HistoryRow): number {
  for (let at = 0; at < a.length; at++) {
    const order = compareHistoryValues(a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return 0;
}

function compareHistoryValues(a: HistoryValue, b: HistoryValue): number {
  if (!(a instanceof UndecodableText) && !(b instanceof UndecodableText)) return compareValues(a, b);
  const [bytes, otherBytes] = [textBytes(a), textBytes(b)];
  if (bytes !== null && otherBytes !== null) return compareBytes(bytes, otherBytes);
  // Next to what is no text, one is like any other.
  return compareValues(a instanceof UndecodableText ? "" : a, b instanceof UndecodableText ? "" : b);
}

function textBytes(value: HistoryValue): Uint8Array | null {
  if (typeof value === "string") return UTF8.encode(value);
  return value instanceof UndecodableText ? value.bytes : null;
}

/** Equal exactly for keys that are one key to SQLite: 1 is 1.0 there, whatever a column's collation says of texts is not. */
export function mapKey(key: HistoryRow): MapKey {
  if (key.length === 1) return partKey(key[0]!);
  let text = NO_TEXT;
  for (const value of key) {
    const part = partKey(value);
    text += typeof part === "string" ? `${part.length}:${part}` : `${part};`;
  }
  return text;
}

function partKey(value: HistoryValue): MapKey {
  switch (typeof value) {
    case "bigint": {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    case "number":
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
    case "string":
      return value;
    default:
      if (value === null) return NO_TEXT;
      return value instanceof UndecodableText ? `${NO_TEXT}u${latin1(value.bytes)}` : `${NO_TEXT}b${latin1(value)}`;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += CHARACTERS_MAX) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHARACTERS_MAX));
  }
  return text;
}
