import type { ColumnBounds } from "../column_bounds.ts";
import { boundsOf, magnitudeOf } from "./bounds.ts";
import { toDouble } from "./coercions.ts";
import { doubleSql } from "./literals.ts";
import type { Aggregate } from "./printing.ts";
import { runtimeDecline, type SqlValue } from "./sql_value.ts";

/** With values up to here no sum overflows. */
const LARGE = 2 ** 900;

const CANCELLED = runtimeDecline("sum() of floating-point numbers that cancel out or overflow");

/**
 * A sum of doubles, as SQLite's Kahan-Babuska-Neumaier gives it: good as exact. Bounds of the values save what guards against
 * overflow and cancellation.
 */
export function realSum(operand: SqlValue, exact: boolean, aggregate: Aggregate): string {
  const x = toDouble(operand);
  const bounds = boundsOf(operand);
  if (exact) return exactSum(x, bounds, aggregate);
  return isOneSigned(bounds) ? aggregate("fsum", x) : shownSum(x, aggregate);
}

/** Whether numbers within the bounds cannot cancel out, nor their sums overflow. */
export function isOneSigned(bounds: ColumnBounds | null): boolean {
  return bounds !== null && (bounds.least >= 0 || bounds.most <= 0) && magnitudeOf(bounds) <= LARGE;
}

/**
 * A sum of doubles to be shown. DuckDB's fsum (Kahan) errs by two ulps of the sum of magnitudes. Where that might exceed 1e-12 of
 * the result, the query ends.
 */
function shownSum(x: string, aggregate: Aggregate): string {
  const sum = aggregate("fsum", x);
  const magnitude = aggregate("sum", `abs(${x})`);
  return `(CASE WHEN ${magnitude} < 1e300 AND abs(${sum}) * 1e3 >= ${magnitude} THEN ${sum} ` +
    `WHEN ${magnitude} IS NOT NULL THEN ${CANCELLED} END)`;
}

/** 1.5 · 2^39: adding and subtracting it rounds a double to a multiple of 2^-13. */
const SPLITTER = "824633720832e0";

/** Below this sum of magnitudes the coarse parts add up without any rounding. */
const SPLIT_MAX = 2 ** 39;

/** No group has more rows. */
const ROWS_MAX = 2 ** 31;

/**
 * A sum of doubles that something is decided by: the correctly rounded one, as SQLite's nearly always is. Each value is split into
 * a coarse part, whose naive sum is exact, and a rest too small for its rounding to matter.
 */
function exactSum(x: string, bounds: ColumnBounds | null, aggregate: Aggregate): string {
  const coarse = `((${x} + ${SPLITTER}) - ${SPLITTER})`;
  const sum = `(${aggregate("sum", coarse)} + ${aggregate("sum", `${x} - ${coarse}`)})`;
  const isExact = bounds !== null && magnitudeOf(bounds) * ROWS_MAX <= SPLIT_MAX;
  if (isExact || isOneSigned(bounds)) return sum;
  const magnitude = aggregate("sum", `abs(${x})`);
  const safe = `${magnitude} < ${doubleSql(SPLIT_MAX)} OR (${magnitude} < 1e300 AND abs(${sum}) * 1e3 >= ${magnitude})`;
  return `(CASE WHEN ${safe} THEN ${sum} WHEN ${magnitude} IS NOT NULL THEN ${CANCELLED} END)`;
}
