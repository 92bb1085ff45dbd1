import { type DecimalDigits, decimalDigits, type Rounding } from "../decimal_digits.ts";

/** How printf() lays out a REAL. */
export interface RealFormat {
  readonly style: "f" | "e" | "g";
  /** Of the exponent's letter. */
  readonly upperCase: boolean;
  /** Decimals, or significant digits for `g`. */
  readonly precision: number;
  /** Before numbers that are not negative. */
  readonly plus: "" | "+" | " ";
  /** The flag `#`: keeps the point and trailing zeros. */
  readonly alternate: boolean;
  /** The flag `!`: up to 26 digits instead of 16, and always a digit on either side of the point. */
  readonly full: boolean;
  readonly thousands: boolean;
  /** Characters to fill with zeros behind the sign. */
  readonly zeroWidth: number;
}

/** What {@linkcode formatReal} does if not told otherwise. */
export const PLAIN: RealFormat = {
  style: "f",
  upperCase: false,
  precision: 6,
  plus: "",
  alternate: false,
  full: false,
  thousands: false,
  zeroWidth: 0,
};

const ZERO: DecimalDigits = { digits: "0", point: 1 };

/** What infinity is printed as where zeros shall fill the width. */
const HUGE: DecimalDigits = { digits: "9", point: 1000 };

function roundingOf({ style, precision }: RealFormat): Rounding {
  if (style === "f") return { kind: "decimals", digits: precision };
  return { kind: "significant", digits: style === "g" ? Math.max(precision, 1) : precision + 1 };
}

/**
 * A REAL as SQLite's printf() writes it.
 *
 * @param fillsZeros Whether the flag `0` is given, which changes how infinity is written.
 */
export function formatReal(value: number, format: RealFormat, fillsZeros: boolean): string {
  const sign = value < 0 ? "-" : format.plus;
  const magnitude = Math.abs(value);
  if (magnitude === Infinity && !fillsZeros) return `${sign}Inf`;
  const decimal = magnitude === 0
    ? ZERO
    : magnitude === Infinity
    ? HUGE
    : decimalDigits(magnitude, roundingOf(format), format.full ? 26 : 16);
  const text = layOut(decimal, format);
  return sign + text.padStart(format.zeroWidth - sign.length, "0");
}

function layOut(decimal: DecimalDigits, format: RealFormat): string {
  const { style, precision } = format;
  const exponent = decimal.point - 1;
  if (style === "f") return fixed(decimal, precision, format.full, format);
  if (style === "e") return scientific(decimal, precision, format.full, format);
  const decimals = Math.max(precision, 1) - 1;
  const strips = !format.alternate;
  return exponent < -4 || exponent > decimals
    ? scientific(decimal, decimals, strips, format)
    : fixed(decimal, decimals - exponent, strips, format);
}

function fixed({ digits, point }: DecimalDigits, decimals: number, strips: boolean, format: RealFormat): string {
  const whole = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const zeros = "0".repeat(Math.min(Math.max(-point, 0), decimals));
  const rest = digits.slice(Math.max(point, 0), Math.max(point, 0) + decimals - zeros.length);
  const grouped = format.thousands ? whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ",") : whole;
  return grouped + fraction((zeros + rest).padEnd(decimals, "0"), strips, format);
}

function scientific({ digits, point }: DecimalDigits, decimals: number, strips: boolean, format: RealFormat): string {
  const exponent = point - 1;
  const rest = fraction(digits.slice(1, 1 + decimals).padEnd(decimals, "0"), strips, format);
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${rest}${format.upperCase ? "E" : "e"}${exponent < 0 ? "-" : "+"}${size}`;
}

/** The point and what follows it, perhaps nothing. */
function fraction(decimals: string, strips: boolean, { alternate, full }: RealFormat): string {
  if (decimals === "" && !alternate && !full) return "";
  const kept = strips ? decimals.replace(/0+$/, "") : decimals;
  if (kept === "" && strips) return full ? ".0" : "";
  return `.${kept}`;
}
