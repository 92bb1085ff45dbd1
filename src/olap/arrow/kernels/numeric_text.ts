import { realFromText } from "../../../sql/mod.ts";

/** White space, sign, digits, fraction, exponent, white space. Matches any text, perhaps nothing of it. */
const NUMBER = /^[\t-\r ]*([+-]?)(\d*)(\.\d*)?([eE][+-]?(\d*))?[\t-\r ]*/;

const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);

/** How a text begins when read as a number. */
interface NumberScan {
  readonly negative: boolean;
  readonly digits: string;
  /** With the point, or empty. */
  readonly fraction: string;
  /** With the `e`, or empty; `e` alone is no exponent. */
  readonly exponent: string;
  /** SQLite's verdict: the text is an integer, a number with point or exponent, begins with such a number, or is none of these. */
  readonly form: "integer" | "real" | "realPrefix" | "none";
}

function scan(text: string): NumberScan {
  const match = NUMBER.exec(text)!;
  const [whole, sign, digits = "", fraction = "", exponent = "", exponentDigits = ""] = match;
  const hasRest = whole.length < text.length;
  const hasDigits = digits !== "" || fraction.length > 1;
  const exponentWhole = exponent === "" || exponentDigits !== "";
  const parts = (fraction === "" ? 0 : 1) + (exponent === "" ? 0 : 1);
  let form: NumberScan["form"] = "none";
  if (hasDigits && !hasRest && exponentWhole) form = parts === 0 ? "integer" : "real";
  else if (hasDigits && (parts === 2 || (parts === 1 && exponentWhole))) form = "realPrefix";
  return { negative: sign === "-", digits, fraction, exponent: exponentWhole ? exponent : "", form };
}

function realOf({ negative, digits, fraction, exponent }: NumberScan): number {
  const magnitude = digits === "" && fraction.length < 2 ? 0 : decimalToReal(digits, fraction.slice(1), exponent);
  return negative ? -magnitude : magnitude;
}

/** Powers of ten that are exact doubles. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Splits a double into two of 26 bits (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;

/**
 * Nearly always the nearest double is what SQLite finds too. It is not only where the decimal lies so close to the middle between two
 * doubles that the few roundings to 64 bits SQLite makes carry it to the other side, so that alone is worked out bit by bit.
 */
function decimalToReal(digits: string, fraction: string, exponent: string): number {
  const significand = digits + fraction;
  if (exponent === "" && significand.length <= 15) return decimalQuotient(Number(significand), fraction.length);
  return realFromText(`${digits}.${fraction}${exponent}`);
}

/**
 * The REAL that SQLite reads from a decimal number.
 *
 * @param significand All its digits as an integer, below 2 ** 53.
 * @param decimals How many of them stand behind the point, at most 22.
 */
export function decimalQuotient(significand: number, decimals: number): number {
  const divisor = EXACT_POWERS[decimals]!;
  const quotient = significand / divisor;
  if (significand === 0 || decimals === 0 || isFarFromMiddle(significand, quotient, divisor)) return quotient;
  return realFromText(`${significand}e-${decimals}`);
}

const BITS = new DataView(new ArrayBuffer(8));

/** Whether the exact quotient is at most 0.49 units in the last place from the rounded one. */
function isFarFromMiddle(dividend: number, quotient: number, divisor: number): boolean {
  BITS.setFloat64(0, quotient);
  const high = BITS.getUint32(0);
  const isPowerOfTwo = (high & 0xfffff) === 0 && BITS.getUint32(4) === 0;
  // Below a power of two the doubles lie closer.
  const unit = 2 ** ((high >>> 20) - (isPowerOfTwo ? 1076 : 1075));
  const product = quotient * divisor;
  const c = SPLITTER * quotient;
  const quotientHigh = c - (c - quotient);
  const quotientLow = quotient - quotientHigh;
  const d = SPLITTER * divisor;
  const divisorHigh = d - (d - divisor);
  const divisorLow = divisor - divisorHigh;
  const productError = ((quotientHigh * divisorHigh - product) + quotientHigh * divisorLow +
    quotientLow * divisorHigh) + quotientLow * divisorLow;
  return Math.abs(dividend - product - productError) <= 0.49 * unit * divisor;
}

function clampedInteger({ negative, digits }: NumberScan): bigint {
  if (digits === "") return 0n;
  const magnitude = BigInt(digits);
  const value = negative ? -magnitude : magnitude;
  if (value > MAX_INTEGER) return MAX_INTEGER;
  return value < MIN_INTEGER ? MIN_INTEGER : value;
}

function fitsInteger({ negative, digits }: NumberScan): boolean {
  if (digits.length < 19) return true;
  const magnitude = BigInt(digits);
  return negative ? magnitude <= -MIN_INTEGER : magnitude <= MAX_INTEGER;
}

/** The number arithmetic takes a text for: that which it begins with, or 0. */
export function numericPrefix(text: string): bigint | number {
  const scanned = scan(text);
  const asInteger = (scanned.form === "integer" || scanned.form === "none") && fitsInteger(scanned);
  return asInteger ? clampedInteger(scanned) : realOf(scanned);
}

/** The integer a text begins with, kept within 64 bits; point and exponent end it. */
export function integerPrefix(text: string): bigint {
  return clampedInteger(scan(text));
}

/** The REAL a text begins with, or 0. */
export function realPrefix(text: string): number {
  return realOf(scan(text));
}

/** The number a text is as a whole, white space around it aside, or `null`. */
export function wholeNumber(text: string): bigint | number | null {
  const scanned = scan(text);
  switch (scanned.form) {
    case "integer":
      return fitsInteger(scanned) ? clampedInteger(scanned) : realOf(scanned);
    case "real":
      return realOf(scanned);
    default:
      return null;
  }
}

/** Below this magnitude CAST AS NUMERIC turns an integral REAL that was text into an INTEGER. */
const INTEGRAL_LIMIT = 2251799813685248;

/** What CAST AS NUMERIC makes of a text. */
export function castNumeric(text: string): bigint | number {
  const number = numericPrefix(text);
  if (typeof number === "bigint" || !Number.isInteger(number)) return number;
  return number >= -INTEGRAL_LIMIT && number < INTEGRAL_LIMIT ? BigInt(number) : number;
}
