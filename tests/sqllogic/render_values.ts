import { createHash } from "node:crypto";
import type { ExactValue } from "../../src/types/mod.ts";
import type { SortMode } from "./parse_script.ts";

/** A REAL as SQLite turns it into text: 15 significant digits, always with a decimal point. */
export function realText(value: number): string {
  if (value === Infinity) return "Inf";
  if (value === -Infinity) return "-Inf";
  if (value === 0) return "0.0";
  const [mantissa, exponentText] = value.toExponential(14).split("e") as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 15) {
    const sign = exponent < 0 ? "-" : "+";
    return `${withPoint(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return withPoint(value.toFixed(14 - exponent));
}

/** Without trailing zeros, but with a digit after the point. */
function withPoint(digits: string): string {
  const trimmed = digits.includes(".") ? digits.replace(/0+$/, "") : `${digits}.`;
  return trimmed.endsWith(".") ? `${trimmed}0` : trimmed;
}

function asText(value: Exclude<ExactValue, null>): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  return typeof value === "number" ? realText(value) : new TextDecoder("latin1").decode(value);
}

/** The value as an integer, the way SQLite converts when asked for one: the longest numeric prefix, towards zero. */
function asInteger(value: Exclude<ExactValue, null>): string {
  if (typeof value === "bigint") return value.toString();
  const number = typeof value === "number" ? value : Number(/^\s*[-+]?\d+/.exec(asText(value))?.[0] ?? 0);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)).toString() : "0";
}

function asReal(value: Exclude<ExactValue, null>): string {
  const number = typeof value === "string" || typeof value === "object"
    ? Number.parseFloat(asText(value))
    : Number(value);
  if (Number.isNaN(number)) return "0.000";
  // SQLite's printf stops at 16 significant digits and pads with zeros.
  if (Math.abs(number) < 1e12) return number.toFixed(3);
  const [digits, exponent] = number.toExponential(15).split("e+") as [string, string];
  return `${digits.replace(".", "").padEnd(Number(exponent) + (number < 0 ? 2 : 1), "0")}.000`;
}

function renderValue(value: ExactValue, type: string): string {
  if (value === null) return "NULL";
  if (type === "I") return asInteger(value);
  if (type === "R") return asReal(value);
  const text = asText(value);
  // Whatever is not printable ASCII becomes "@", byte by byte, as sqllogictest's documentation says.
  return text === "" ? "(empty)" : Array.from(new TextEncoder().encode(text), printable).join("");
}

function printable(byte: number): string {
  return byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : "@";
}

/** The values of a result as the lines of a script, sorted as asked. */
export function renderResult(rows: readonly (readonly ExactValue[])[], types: string, sort: SortMode): string[] {
  const rendered = rows.map((row) => row.map((value, i) => renderValue(value, types[i] ?? "T")));
  if (sort === "rowsort") rendered.sort(compareRows);
  const values = rendered.flat();
  return sort === "valuesort" ? values.sort(compareText) : values;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

/** MD5 over the values, each ended by a newline. */
export function hashValues(values: readonly string[]): string {
  const hash = createHash("md5");
  for (const value of values) hash.update(`${value}\n`);
  return hash.digest("hex");
}
