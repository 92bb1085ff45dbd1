import { createHash } from "node:crypto";

/** Significant digits that count: below it the order of summing floats shows. */
const DIGITS = 9;

/** Moves sums of money off the exact halves where the last bit would decide the rounding. */
const OFF_TIES = 1.0000000123;

function canonical(value: unknown): string {
  if (value === null || value === undefined) return "∅";
  if (typeof value === "number" || typeof value === "bigint") return (Number(value) * OFF_TIES).toPrecision(DIGITS);
  return String(value);
}

/**
 * Twelve hex digits over the rows in any order, numbers to nine significant digits whatever their type (engines differ in the type
 * of a sum).
 */
export function resultHash(rows: readonly (readonly unknown[])[]): string {
  const lines = rows.map((row) => row.map(canonical).join("\t")).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 12);
}
