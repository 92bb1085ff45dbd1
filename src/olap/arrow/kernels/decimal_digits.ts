import { LONG_DOUBLE_BITS, type LongDouble, longDouble, scaleByTen } from "../../../sql/mod.ts";

/** A finite, positive double in decimal: `0.<digits> * 10 ** point`. */
export interface DecimalDigits {
  /** Without trailing zeros, never empty; the first is not 0 unless rounding to a position above it left nothing. */
  readonly digits: string;
  readonly point: number;
}

/** Where SQLite's printing rounds: to so many digits in all, or to so many behind the point; with none of these not at all. */
export type Rounding =
  | { readonly kind: "significant"; readonly digits: number }
  | { readonly kind: "decimals"; readonly digits: number };

const BITS = new DataView(new ArrayBuffer(8));

function exactLongDouble(value: number, bits: number): LongDouble {
  BITS.setFloat64(0, value);
  const raw = BITS.getBigUint64(0);
  const fraction = raw & 0xf_ffff_ffff_ffffn;
  const exponent = Number(raw >> 52n);
  return exponent === 0
    ? longDouble(fraction, -1074, bits)
    : longDouble(fraction | 0x10_0000_0000_0000n, exponent - 1075, bits);
}

interface Scaling {
  /** Scale while the value is at least (or, growing, below) this. */
  readonly bound: LongDouble;
  readonly step: number;
}

const least = (value: LongDouble, bound: LongDouble): boolean =>
  value.exponent === bound.exponent ? value.significand >= bound.significand : value.exponent > bound.exponent;

/** The bounds are written as `long double` constants. */
function decimalConstant(power: number, bits: number): LongDouble {
  if (power >= 0) return longDouble(10n ** BigInt(power), 0, bits);
  const scale = 3 * bits - 4 * power;
  return longDouble(((1n << BigInt(scale)) / 10n ** BigInt(-power)) | 1n, -scale, bits);
}

const scalings = (powers: readonly (readonly [number, number])[]): readonly Scaling[] =>
  LONG_DOUBLE_BITS === null
    ? []
    : powers.map(([power, step]) => ({ bound: decimalConstant(power, LONG_DOUBLE_BITS!), step }));

const SHRINKING = scalings([[119, 100], [29, 10], [19, 1]]);
const GROWING = scalings([[-97, 100], [7, 10], [17, 1]]);

/** The 18 or 19 digits SQLite works with, cut off, and the power of ten they are to be multiplied with. */
function leadingDigits(value: number): { readonly digits: string; readonly power: number } {
  const bits = LONG_DOUBLE_BITS;
  if (bits === null) return exactDigits(value);
  let scaled = exactLongDouble(value, bits);
  let power = 0;
  if (least(scaled, SHRINKING[2]!.bound)) {
    for (const { bound, step } of SHRINKING) {
      for (; least(scaled, bound); power += step) scaled = scaleByTen(scaled, -step, bits);
    }
  } else {
    for (const { bound, step } of GROWING) {
      for (; !least(scaled, bound); power -= step) scaled = scaleByTen(scaled, step, bits);
    }
  }
  const shift = BigInt(-scaled.exponent);
  return { digits: String(shift >= 0n ? scaled.significand >> shift : scaled.significand << -shift), power };
}

/** Where there is no `long double` SQLite computes with pairs of doubles: the same digits up to an error in the last. */
function exactDigits(value: number): { readonly digits: string; readonly power: number } {
  const [mantissa = "", exponent = "0"] = value.toExponential(18).split("e");
  return { digits: mantissa.replace(".", ""), power: Number(exponent) - 18 };
}

/** Below this a double times a power of ten is known to a thousandth. */
const SCALED_MAX = 1e12;

/**
 * A positive double times a power of ten, rounded to an integer as {@linkcode decimalDigits} rounds; `null` where that takes more care:
 * close to a half, and for large numbers.
 */
export function scaledInteger(value: number, decimals: number): number | null {
  if (decimals > 15) return null;
  const scaled = value * 10 ** decimals;
  if (!(scaled < SCALED_MAX)) return null;
  const whole = Math.floor(scaled);
  const rest = scaled - whole;
  if (rest < 0.499) return whole;
  return rest > 0.501 ? whole + 1 : null;
}

/**
 * A positive, finite double in decimal, rounded (halves up) as SQLite's printing rounds.
 *
 * @param most No more digits than this are kept: 16, or 26 for the `!` flag of printf().
 */
export function decimalDigits(value: number, rounding: Rounding, most: number): DecimalDigits {
  if (rounding.kind === "decimals" && rounding.digits > 0) {
    const whole = scaledInteger(value, rounding.digits);
    if (whole !== null) {
      return whole === 0 ? { digits: "0", point: -rounding.digits } : scaledDigits(whole, rounding.digits);
    }
  }
  const { digits, power } = leadingDigits(value);
  const point = digits.length + power;
  let kept = rounding.digits;
  if (rounding.kind === "decimals" && kept > 0) {
    kept = point + rounding.digits;
    if (kept === 0 && digits >= "5") return { digits: "1", point: point + 1 };
  }
  if (kept <= 0 || (kept >= digits.length && digits.length <= most)) return trimmed(digits, point);
  return rounded(digits, point, Math.min(kept, most));
}

function scaledDigits(whole: number, decimals: number): DecimalDigits {
  const digits = String(whole);
  return trimmed(digits, digits.length - decimals);
}

function rounded(digits: string, point: number, kept: number): DecimalDigits {
  const head = digits.slice(0, kept);
  if (!(digits[kept]! >= "5")) return trimmed(head, point);
  const raised = String(BigInt(head) + 1n);
  return trimmed(raised, point + raised.length - kept);
}

function trimmed(digits: string, point: number): DecimalDigits {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 48) end--;
  return { digits: digits.slice(0, end), point };
}
