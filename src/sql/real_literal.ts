import { DECIMAL_STEPS, doubleFrom, LONG_DOUBLE_BITS, longDouble, scaleByTen } from "./long_double.ts";

/**
 * About one decimal number in two thousand (`7.56e-20`, `580774.453469`) becomes another double in SQLite than the nearest one, which
 * is what `Number` gives. A comparison with a stored value must see SQLite's.
 */

const UINT64_MAX = 2n ** 64n - 1n;

/** Digits beyond this significand are dropped, unrounded. */
const SIGNIFICAND_LIMIT = (UINT64_MAX - 9n) / 10n;

/**
 * The REAL that SQLite reads from an unsigned decimal number.
 *
 * @param text Digits with an optional fraction and exponent, as the tokenizer lets pass: `1.5`, `.5`, `5.`, `1e3`.
 */
export function realFromText(text: string): number {
  const [mantissa = "", exponentText = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  if (LONG_DOUBLE_BITS === null) return Number(text);
  let significand = 0n;
  let exponent = Math.min(Math.abs(Number(exponentText)), 10_000) * (exponentText.startsWith("-") ? -1 : 1);
  for (const [index, digit] of [...whole, ...fraction].entries()) {
    const taken = significand < SIGNIFICAND_LIMIT;
    if (taken) significand = significand * 10n + BigInt(digit);
    if (taken && index >= whole.length) exponent--;
    else if (!taken && index < whole.length) exponent++;
  }
  if (significand === 0n) return 0;
  while (exponent > 0 && significand < UINT64_MAX / 10n) [significand, exponent] = [significand * 10n, exponent - 1];
  while (exponent < 0 && significand % 10n === 0n) [significand, exponent] = [significand / 10n, exponent + 1];
  return scaled(significand, exponent, LONG_DOUBLE_BITS);
}

/** `significand * 10 ** exponent` in as many roundings as SQLite makes. */
function scaled(significand: bigint, exponent: number, bits: number): number {
  let value = longDouble(significand, 0, bits);
  const sign = Math.sign(exponent);
  let left = Math.abs(exponent);
  for (const step of DECIMAL_STEPS) {
    for (; left >= step; left -= step) value = scaleByTen(value, sign * step, bits);
  }
  return doubleFrom(value, bits);
}
