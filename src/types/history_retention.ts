/** What of a history is kept; whatever it says, the present rows are. */
export type HistoryRetention =
  /** Versions that ended less than so many milliseconds ago. */
  | { readonly kind: "age"; readonly milliseconds: number }
  /** The newest so many versions of each row, the present one included. */
  | { readonly kind: "versions"; readonly count: number };

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads what a user writes: an age in minutes, hours, days or weeks (`"30m"`, `"12h"`, `"90d"`, `"4w"`), or `"10 versions"`.
 *
 * @throws {RangeError} If it is neither.
 */
export function parseRetention(text: string): HistoryRetention {
  const [, digits, unit] = /^\s*(\d+)\s*(m|h|d|w|versions?)\s*$/i.exec(text) ?? [];
  const number = Number(digits);
  if (unit === undefined || !Number.isSafeInteger(number) || number < 1) {
    throw new RangeError(
      `History is kept for an age or a number of versions, such as "90d", "12h" or "10 versions", not "${text}"`,
    );
  }
  const unitMs = UNIT_MS[unit.toLowerCase()];
  return unitMs === undefined ? { kind: "versions", count: number } : { kind: "age", milliseconds: number * unitMs };
}
