import { Buffer } from "node:buffer";
import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { integerOf, textOf } from "../cast.ts";
import { utf8Bytes } from "../text_bytes.ts";
import { type FunctionTable, strict } from "./function_table.ts";

/** Bytes in hexadecimal, upper case. */
export function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex").toUpperCase();
}

function hex([value = null]: readonly ExactValue[]): ExactValue {
  if (value === null) return "";
  return hexadecimal(typeof value === "object" ? value : utf8Bytes(textOf(value)));
}

const PAIR = /^[0-9A-Fa-f]{2}/;
const DIGIT = /^[0-9A-Fa-f]/;

/** Pairs of digits, between which characters to be ignored may stand; NULL for anything else. */
function unhex(value: NonNullable<ExactValue>, ignored: NonNullable<ExactValue> = ""): ExactValue {
  const passed = new Set(textOf(ignored));
  const bytes: number[] = [];
  let rest = textOf(value);
  while (rest !== "") {
    if (PAIR.test(rest)) {
      bytes.push(parseInt(rest.slice(0, 2), 16));
      rest = rest.slice(2);
      continue;
    }
    const character = String.fromCodePoint(rest.codePointAt(0)!);
    if (DIGIT.test(character) || !passed.has(character)) return null;
    rest = rest.slice(character.length);
  }
  return Uint8Array.from(bytes);
}

/** Larger blobs are not worth making here. */
const ZEROBLOB_MAX = 1_000_000n;

function zeroblob([size = null]: readonly ExactValue[]): ExactValue {
  const bytes = size === null ? 0n : integerOf(size);
  if (bytes > ZEROBLOB_MAX) throw new RuntimeDecline("zeroblob() of more than a million bytes");
  return new Uint8Array(Math.max(Number(bytes), 0));
}

/** Functions between text and bytes. */
export const BYTE_FUNCTIONS: FunctionTable = {
  hex: { arity: [1, 1], call: hex },
  unhex: { arity: [1, 2], call: strict(unhex) },
  zeroblob: { arity: [1, 1], call: zeroblob },
};
