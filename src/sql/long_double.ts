import process from "node:process";

/**
 * SQLite 3.45 converts between decimal text and REAL in the C compiler's `long double`, scaling by powers of ten that are themselves
 * rounded. Its answers can only be met by repeating that arithmetic bit by bit.
 */

/** Bits of a `long double`'s significand where libSQL is compiled; `null` where it is a plain double and SQLite goes another way. */
export const LONG_DOUBLE_BITS = longDoubleBits(process.arch, process.platform);

function longDoubleBits(arch: string, platform: string): number | null {
  if (arch === "x64" && platform !== "win32") return 64;
  return arch === "arm64" && platform === "linux" ? 113 : null;
}

/** `significand * 2 ** exponent`, the significand holding exactly as many bits as the `long double` has. */
export interface LongDouble {
  readonly significand: bigint;
  readonly exponent: number;
}

const bitLength = (value: bigint): number => {
  const hexadecimal = value.toString(16);
  return hexadecimal.length * 4 - Math.clz32(parseInt(hexadecimal[0]!, 16)) + 28;
};

/** Divides by a power of two, rounding half to even. */
function shiftRight(value: bigint, bits: number): bigint {
  if (bits <= 0) return value << BigInt(-bits);
  const shift = BigInt(bits);
  const quotient = value >> shift;
  const rest = value - (quotient << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

/** The `long double` nearest to `value * 2 ** exponent`, `value` being positive. */
export function longDouble(value: bigint, exponent: number, bits: number): LongDouble {
  const excess = bitLength(value) - bits;
  const significand = shiftRight(value, excess);
  // Rounding up may have carried into one bit more.
  return significand >> BigInt(bits) !== 0n
    ? { significand: significand >> 1n, exponent: exponent + excess + 1 }
    : { significand, exponent: exponent + excess };
}

/** The nearest `long double` to a power of ten, as the C compiler makes its constants. */
function powerOfTen(power: number, bits: number): LongDouble {
  if (power >= 0) return longDouble(10n ** BigInt(power), 0, bits);
  // Far more bits than are kept; the last one set stands for the remainder, so that no tie is seen where there is none.
  const scale = 3 * bits - 4 * power;
  return longDouble(((1n << BigInt(scale)) / 10n ** BigInt(-power)) | 1n, -scale, bits);
}

/** Steps of ten in which SQLite scales. */
export const DECIMAL_STEPS = [100, 10, 1] as const;

const POWERS = new Map(
  LONG_DOUBLE_BITS === null
    ? []
    : DECIMAL_STEPS.flatMap((step) => [step, -step]).map((power) => [power, powerOfTen(power, LONG_DOUBLE_BITS)]),
);

/**
 * The rounded product with a power of ten.
 *
 * @param power One of {@linkcode DECIMAL_STEPS} or its negative.
 */
export function scaleByTen(value: LongDouble, power: number, bits: number): LongDouble {
  const factor = POWERS.get(power)!;
  return longDouble(value.significand * factor.significand, value.exponent + factor.exponent, bits);
}

/** The nearest double; infinite beyond the range of doubles. */
export function doubleFrom({ significand, exponent }: LongDouble, bits: number): number {
  // A double keeps 53 bits, and fewer below 2 ** -1022: its last bit is never worth less than 2 ** -1074.
  const lastBit = Math.max(exponent + bits - 53, -1074);
  const rounded = Number(shiftRight(significand, lastBit - exponent));
  // In two steps, because 2 ** lastBit alone may be beyond a double's range at either end.
  const half = Math.trunc(lastBit / 2);
  return rounded * 2 ** half * 2 ** (lastBit - half);
}
