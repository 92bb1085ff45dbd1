import { decimalDigits } from "./decimal_digits.ts";

/** Significant digits SQLite gives a REAL as text. */
const DIGITS = 15;

/** A REAL as text: 15 significant digits, always with a point (`1.0`), an exponent below 1e-4 and from 1e15 on. */
export function realToText(value: number): string {
  const shortest = String(value);
  if (shortest.length <= DIGITS + 1) {
    // Up to 15 digits the shortest form that stands for a double is what rounding it to 15 digits gives.
    if (Number.isInteger(value)) {
      if (value === 0) return "0.0";
      if (value > -1e15 && value < 1e15) return `${shortest}.0`;
    } else if (value >= 1e-4 || value <= -1e-4) {
      if (value === Infinity) return "Inf";
      if (value !== -Infinity) return shortest;
    }
  }
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf";
  const { digits, point } = roundedDigits(Math.abs(value));
  return (value < 0 ? "-" : "") + layOut(digits, point);
}

/** Beyond these distances from the middle between two decimals the digits that SQLite's arithmetic gets wrong do not matter. */
const TIE_LEAST = 4900;
const TIE_MOST = 5100;

function roundedDigits(value: number): { readonly digits: string; readonly point: number } {
  const precise = value.toExponential(DIGITS + 3);
  const rest = Number(precise.slice(DIGITS + 1, DIGITS + 5));
  if (rest >= TIE_LEAST && rest <= TIE_MOST) return decimalDigits(value, { kind: "significant", digits: DIGITS }, 26);
  // Fifteen digits are an exact integer.
  const head = Number(precise[0]! + precise.slice(2, DIGITS + 1)) + (rest > TIE_MOST ? 1 : 0);
  const digits = String(head);
  const point = Number(precise.slice(DIGITS + 6)) + 1 + digits.length - DIGITS;
  return { digits: digits.replace(/0+$/, ""), point };
}

function layOut(digits: string, point: number): string {
  const exponent = point - 1;
  if (exponent < -4 || exponent >= DIGITS) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits[0]}.${digits.slice(1) || "0"}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  return `${digits.slice(0, point).padEnd(point, "0")}.${digits.slice(point) || "0"}`;
}
