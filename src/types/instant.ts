import type { ExactValue } from "./value.ts";

/** A point in time as `YYYY-MM-DD[T]HH:MM[:SS[.ffffff]][Z|±HH:MM]` or the date alone. */
const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s?(?:[Zz]|([+-])(\d\d):(\d\d))?)?$/;

const MS_MIN = Date.UTC(-1, 11, 31) + 86_400_000;
const MS_MAX = Date.UTC(10_000, 0, 1) - 1;

/**
 * Reads a point in time: ISO 8601 text (a date alone is its midnight; UTC unless an offset is written; up to six decimals), or a
 * number of milliseconds since 1970, whose fraction tells microseconds.
 *
 * @returns Microseconds since 1970 UTC, or `null` for anything else and beyond the years 0 to 9999.
 */
export function readInstant(value: ExactValue): bigint | null {
  if (typeof value === "string") return readText(value);
  if (typeof value === "bigint") return inYears(value) ? value * 1000n : null;
  if (typeof value !== "number" || !inYears(value)) return null;
  return BigInt(Math.round(value * 1000));
}

function inYears(ms: number | bigint): boolean {
  return ms >= MS_MIN && ms <= MS_MAX;
}

function readText(text: string): bigint | null {
  const match = INSTANT.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second, offsetHour, offsetMinute] = [1, 2, 3, 4, 5, 6, 9, 10].map((at) =>
    Number(match[at] ?? 0)
  ) as [number, number, number, number, number, number, number, number];
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = (match[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  const seconds = date.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second;
  return BigInt(seconds) * 1_000_000n + BigInt((match[7] ?? "").padEnd(6, "0"));
}

/** The second whose text was made last: versions made together lie together. */
let second = NaN;
let secondText = "";

/** A point in time as `YYYY-MM-DDTHH:MM:SS.ffffffZ`: of one width, so that texts sort as the times do. */
export function instantText(microseconds: bigint | number): string {
  // Beyond the year 2255 a double cannot hold every microsecond.
  const exact = Number(microseconds);
  const whole = Number.isSafeInteger(exact) ? Math.floor(exact / 1e6) : Number(floorSeconds(BigInt(microseconds)));
  const fraction = Number.isSafeInteger(exact)
    ? exact - whole * 1e6
    : Number(BigInt(microseconds) - BigInt(whole) * 1_000_000n);
  if (whole !== second) {
    secondText = new Date(whole * 1000).toISOString().slice(0, -5);
    second = whole;
  }
  return `${secondText}.${String(fraction).padStart(6, "0")}Z`;
}

function floorSeconds(microseconds: bigint): bigint {
  const rest = microseconds % 1_000_000n;
  return (microseconds - rest) / 1_000_000n - (rest < 0n ? 1n : 0n);
}
