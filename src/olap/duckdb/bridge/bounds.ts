import { type ColumnBounds, widestBounds } from "../column_bounds.ts";
import type { IntegerRange, SqlValue } from "./sql_value.ts";

/** Bounds of a number's value as a double, `null` when not known. Rounding keeps order, so rounded integers stay in them. */
export function boundsOf({ rep, range, bounds, constant }: SqlValue): ColumnBounds | null {
  if (rep === "boolean") return { least: 0, most: 1 };
  if (rep === "integer") return range === null ? null : finite(Number(range.least), Number(range.most));
  const number = constant?.value;
  return typeof number === "number" ? finite(number, number) : bounds;
}

function finite(least: number, most: number): ColumnBounds | null {
  return Number.isFinite(least) && Number.isFinite(most) ? { least, most } : null;
}

/** Bounds of what DuckDB computes from bounded doubles. It rounds the corners as it rounds what is between them. */
export function computedBounds(
  operator: "+" | "-" | "*" | "/" | "%",
  a: ColumnBounds | null,
  b: ColumnBounds | null,
): ColumnBounds | null {
  if (a === null || b === null) return null;
  switch (operator) {
    case "+":
      return finite(a.least + b.least, a.most + b.most);
    case "-":
      return finite(a.least - b.most, a.most - b.least);
    case "*":
      return corners(a, b, (x, y) => x * y);
    case "/":
      return b.least > 0 || b.most < 0 ? corners(a, b, (x, y) => x / y) : null;
    case "%":
      return null;
  }
}

function corners(a: ColumnBounds, b: ColumnBounds, of: (x: number, y: number) => number): ColumnBounds | null {
  const values = [of(a.least, b.least), of(a.least, b.most), of(a.most, b.least), of(a.most, b.most)];
  return finite(Math.min(...values), Math.max(...values));
}

/** Bounds of `-x`. */
export function negatedBounds(bounds: ColumnBounds | null): ColumnBounds | null {
  return bounds === null ? null : { least: -bounds.most, most: -bounds.least };
}

/** Bounds of `abs(x)`. */
export function absoluteBounds(bounds: ColumnBounds | null): ColumnBounds | null {
  return bounds === null ? null : { least: 0, most: magnitudeOf(bounds) };
}

/** The greatest magnitude within bounds. */
export function magnitudeOf({ least, most }: ColumnBounds): number {
  return Math.max(Math.abs(least), Math.abs(most));
}

/** What holds of a value that is one of several; NULLs apart, which keep any bounds. */
export function limitsOfAny(values: readonly SqlValue[]): Pick<SqlValue, "range" | "bounds"> {
  const present = values.filter((value) => value.rep !== "null");
  const ranges = present.map((value) => (value.rep === "boolean" ? { least: 0n, most: 1n } : value.range));
  const bounds = present.map(boundsOf);
  return {
    range: present.length > 0 && ranges.every((range) => range !== null) ? ranges.reduce(widestRange) : null,
    bounds: present.length > 0 && bounds.every((each) => each !== null) ? bounds.reduce(widestBounds) : null,
  };
}

function widestRange(a: IntegerRange, b: IntegerRange): IntegerRange {
  return { least: a.least < b.least ? a.least : b.least, most: a.most > b.most ? a.most : b.most };
}

/** The greatest magnitude within a range. */
export function greatest({ least, most }: IntegerRange): bigint {
  return -least > most ? -least : most;
}
