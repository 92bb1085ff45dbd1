/**
 * Bounds every number of a column keeps, rounded outward to 0 or a power of two of either sign, so that new rows seldom move them;
 * infinite where nothing is known.
 */
export interface ColumnBounds {
  readonly least: number;
  readonly most: number;
}

/** Bounds of a table's numeric columns by name. Replaced as a whole when one of them widens, else the same object. */
export type TableBounds = ReadonlyMap<string, ColumnBounds>;

/** Bounds of a mirror table, `undefined` while unknown. A query made with them is valid while they stay the same object. */
export type BoundsOf = (table: string) => TableBounds | undefined;

/** What the integers of a column lie within, to the last one; `null` for a column without values. */
export type ColumnRange = { readonly least: bigint; readonly most: bigint } | null;

/** Ranges of a table's integer columns by name. They move with almost every commit: who counts on one looks again after the query. */
export type TableRanges = ReadonlyMap<string, ColumnRange>;

/** Ranges of a mirror table, `undefined` while unknown. */
export type RangesOf = (table: string) => TableRanges | undefined;

const UNKNOWN: ColumnBounds = { least: -Infinity, most: Infinity };

/** Of a column without values. */
export const NO_VALUES: ColumnBounds = { least: 0, most: 0 };

/** Reads what DuckDB's function `stats` says of a numeric column: `[Min: 1, Max: 50][Has Null: false, …`. */
export function boundsFromStatistics(text: string): ColumnBounds {
  const [, min, max] = /^\[Min: (\S+), Max: (\S+)\]/.exec(text) ?? [];
  if (min === undefined || max === undefined) return UNKNOWN;
  if (min === "NULL" && max === "NULL") return NO_VALUES;
  return between(min, max);
}

/** Bounds of some numbers, none of them NaN. */
export function boundsOfNumbers(numbers: readonly (bigint | number)[]): ColumnBounds {
  const [first] = numbers;
  if (first === undefined) return NO_VALUES;
  let [min, max] = [first, first];
  for (const number of numbers) {
    if (number < min) min = number;
    if (number > max) max = number;
  }
  return between(String(min), String(max));
}

/** Bounds of what lies between two numbers, which may be written as DuckDB or as JavaScript does. */
function between(min: string, max: string): ColumnBounds {
  const [least, most] = [outward(min), outward(max)];
  if (least === null || most === null) return UNKNOWN;
  // Without values DuckDB starts from extremes the wrong way round.
  return least > most ? NO_VALUES : { least: Math.min(least, 0), most: Math.max(most, 0) };
}

/** Reads the same text for the exact range of an integer column; `undefined` where it tells none. */
export function rangeFromStatistics(text: string): ColumnRange | undefined {
  const [, min, max] = /^\[Min: (-?\d+|NULL), Max: (-?\d+|NULL)\]/.exec(text) ?? [];
  if (min === undefined || max === undefined) return undefined;
  if (min === "NULL" || max === "NULL") return min === max ? null : undefined;
  const [least, most] = [BigInt(min), BigInt(max)];
  return least > most ? null : { least, most };
}

/** The range of the first `rowCount` integers, those that are NULL left out. */
export function rangeOfIntegers(data: BigInt64Array, nulls: Uint8Array | null, rowCount: number): ColumnRange {
  let range: { least: bigint; most: bigint } | null = null;
  for (let row = 0; row < rowCount; row++) {
    if (nulls?.[row] === 1) continue;
    const integer = data[row]!;
    if (range === null) range = { least: integer, most: integer };
    else if (integer < range.least) range.least = integer;
    else if (integer > range.most) range.most = integer;
  }
  return range;
}

/** The narrowest range that holds what either holds. */
export function widestRange(a: ColumnRange, b: ColumnRange): ColumnRange {
  if (a === null || b === null) return a ?? b;
  return { least: a.least < b.least ? a.least : b.least, most: a.most > b.most ? a.most : b.most };
}

/** The narrowest bounds that hold what either holds. */
export function widestBounds(a: ColumnBounds, b: ColumnBounds): ColumnBounds {
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}

/** The power of two next to a number, away from 0. */
function outward(text: string): number | null {
  const unsigned = text.replace(/^-/, "");
  const magnitude = unsigned === "inf" ? Infinity : Number(unsigned);
  if (!(magnitude >= 0)) return null;
  if (magnitude === 0 || magnitude === Infinity) return text.startsWith("-") ? -magnitude : magnitude;
  let power = 2 ** Math.floor(Math.log2(magnitude));
  const isShort = () => power < magnitude || (/^\d+$/.test(unsigned) && BigInt(power) < BigInt(unsigned));
  while (isShort()) power *= 2;
  return text.startsWith("-") ? -power : power;
}
