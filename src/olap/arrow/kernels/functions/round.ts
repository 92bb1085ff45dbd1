import { decimalDigits, scaledInteger } from "../decimal_digits.ts";
import { decimalQuotient, realPrefix } from "../numeric_text.ts";

/** From here on doubles have no fraction. */
const NO_FRACTION = 4503599627370496;

/** Decimals that are counted at most. */
const DECIMALS_MAX = 30;

/** `round(value, decimals)`, halves away from 0. */
export function roundReal(value: number, decimals: number): number {
  const places = Math.min(decimals, DECIMALS_MAX);
  if (value < -NO_FRACTION || value > NO_FRACTION) return value;
  // Adding 0 turns -0 to 0.
  if (places <= 0) return Math.trunc(value + (value < 0 ? -0.5 : 0.5)) + 0;
  if (value === 0) return 0;
  const magnitude = roundedMagnitude(Math.abs(value), places);
  return value < 0 ? -magnitude : magnitude;
}

function roundedMagnitude(value: number, places: number): number {
  const whole = scaledInteger(value, places);
  if (whole !== null) return decimalQuotient(whole, places);
  const { digits, point } = decimalDigits(value, { kind: "decimals", digits: places }, 26);
  // Digits that begin behind the last place wanted are not printed.
  return point <= -places ? 0 : realPrefix(`.${digits}e${point}`);
}
