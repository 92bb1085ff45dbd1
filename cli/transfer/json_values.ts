import type { ExactValue } from "../../src/types/mod.ts";
import { realExactText } from "../render/mod.ts";

/** Numbers JSON.parse could change: long integers lose digits, and `1.0` or `1e3` would look like an INTEGER. */
const NEEDS_SOURCE = /\d{16}|\d\.|\d[eE]/;

/** Parses JSON with INTEGER as `bigint` and REAL as `number`, every digit of an integer kept. */
export function parseExactJson(text: string): unknown {
  if (!NEEDS_SOURCE.test(text)) return JSON.parse(text, integersAsBigints);
  return JSON.parse(text, numbersFromSource as (key: string, value: unknown) => unknown);
}

function integersAsBigints(_key: string, value: unknown): unknown {
  return typeof value === "number" ? BigInt(value) : value;
}

const INT64_MAX = 2n ** 63n - 1n;

function numbersFromSource(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined || !/^-?\d+$/.test(context.source)) return value;
  const integer = BigInt(context.source);
  // Beyond 64 bits SQLite reads an integer literal as REAL too.
  return integer > INT64_MAX || integer < -INT64_MAX - 1n ? value : integer;
}

/** The object's values in the order of `keys`; a missing key is NULL. */
export function rowOfObject(object: Readonly<Record<string, unknown>>, keys: readonly string[]): ExactValue[] {
  return keys.map((key) => Object.hasOwn(object, key) ? exactOfJson(object[key]) : null);
}

/** A JSON value as SQLite stores it: booleans are 1 and 0, arrays and objects their JSON text. */
export function exactOfJson(value: unknown): ExactValue {
  switch (typeof value) {
    case "bigint":
    case "number":
    case "string":
      return value;
    case "boolean":
      return value ? 1n : 0n;
    default:
      return value === null ? null : jsonText(value);
  }
}

/** JSON text of a parsed value, with the digits of its numbers as they were. */
function jsonText(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return realExactText(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
