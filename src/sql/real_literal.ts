import process from "node:process";

/**
 * SQLite 3.45 turns decimal text into a REAL in the C compiler's `long double`, multiplying by powers of ten that are themselves
 * rounded. About one literal in two thousand (`7.56e-20`, `580774.453469`) so ends in another double than the nearest one, which
 * is what `Number` gives. A comparison with a stored value must see SQLite's, so its arithmetic is repeated here bit by bit.
 */

/** Bits of a `long double`'s significand where libSQL is compiled; `null` where it is a plain double and SQLite goes another way. */
const SIGNIFICAND_BITS = longDoubleBits(process.arch, process.platform);

function longDoubleBits(arch: string, platform: string): number | null {
  if (arch === "x64" && platform !== "win32") return 64;
  return arch === "arm64" && platform === "linux" ? 113 : null;
}

/** `significand * 2 ** exponent`, the significand holding exactly as many bits as the `long double` has. */
interface Extended {
  readonly significand: bigint;
  readonly exponent: number;
}

const UINT64_MAX = 2n ** 64n - 1n;

/** Digits beyond this significand are dropped, unrounded. */
const SIGNIFICAND_LIMIT = (UINT64_MAX - 9n) / 10n;

const bitLength = (value: bigint): number => value.toString(2).length;

/** Divides by a power of two, rounding half to even. */
function shiftRight(value: bigint, bits: number): bigint {
  if (bits <= 0) return value << BigInt(-bits);
  const shift = BigInt(bits);
  const quotient = value >> shift;
  const rest = value - (quotient << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

function extended(value: bigint, exponent: number, bits: number): Extended {
  const excess = bitLength(value) - bits;
  const significand = shiftRight(value, excess);
  // Rounding up may have carried into one bit more.
  return bitLength(significand) > bits
    ? { significand: significand >> 1n, exponent: exponent + excess + 1 }
    : { significand, exponent: exponent + excess };
}

/** The nearest `long double` to a power of ten, as the C compiler makes its constants. */
function powerOfTen(power: number, bits: number): Extended {
  if (power >= 0) return extended(10n ** BigInt(power), 0, bits);
  // Far more bits than are kept; the last one set stands for the remainder, so that no tie is seen where there is none.
  const scale = 3 * bits - 4 * power;
  return extended(((1n << BigInt(scale)) / 10n ** BigInt(-power)) | 1n, -scale, bits);
}

const STEPS = [100, 10, 1] as const;
const POWERS = new Map(
  SIGNIFICAND_BITS === null
    ? []
    : STEPS.flatMap((step) => [step, -step]).map((power) => [power, powerOfTen(power, SIGNIFICAND_BITS)]),
);

function toDouble({ significand, exponent }: Extended, bits: number): number {
  // A double keeps 53 bits, and fewer below 2 ** -1022: its last bit is never worth less than 2 ** -1074.
  const lastBit = Math.max(exponent + bits - 53, -1074);
  const rounded = Number(shiftRight(significand, lastBit - exponent));
  // In two steps, because 2 ** lastBit alone may be beyond a double's range at either end.
  const half = Math.trunc(lastBit / 2);
  return rounded * 2 ** half * 2 ** (lastBit - half);
}

/**
 * The REAL that SQLite reads from an unsigned decimal number.
 *
 * @param text Digits with an optional fraction and exponent, as the tokenizer lets pass: `1.5`, `.5`, `5.`, `1e3`.
 */
export function realFromText(text: string): number {
  const [mantissa = "", exponentText = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  if (SIGNIFICAND_BITS === null) return Number(text);
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
  return scaled(significand, exponent, SIGNIFICAND_BITS);
}

/** `significand * 10 ** exponent` in as many roundings as SQLite makes. */
function scaled(significand: bigint, exponent: number, bits: number): number {
  let value = extended(significand, 0, bits);
  const sign = Math.sign(exponent);
  let left = Math.abs(exponent);
  for (const step of STEPS) {
    const factor = POWERS.get(sign * step);
    for (; left >= step && factor !== undefined; left -= step) {
      value = extended(value.significand * factor.significand, value.exponent + factor.exponent, bits);
    }
  }
  return toDouble(value, bits);
}
