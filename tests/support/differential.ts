import { type ExactValue, type ResultColumn, storageClassOf } from "../../src/types/mod.ts";

/** What one engine said to a statement. */
export type Outcome =
  | {
    readonly kind: "rows";
    readonly columns: readonly ResultColumn[];
    readonly rows: readonly (readonly ExactValue[])[];
    /** Why the mirror left it to libSQL, if it did. */
    readonly leftToLibsql?: string;
  }
  | { readonly kind: "declined"; readonly cause: string; readonly reason: string }
  | { readonly kind: "error"; readonly code: string; readonly message: string };

/** What "the same answer" means for a statement. */
export interface ComparisonRules {
  /** Allowed relative difference of REAL values; 0 demands the same double (signed zeros aside, which SQLite prints alike). */
  readonly realTolerance: number;
  /**
   * `"all"`: the rows must come in the same order. A list of columns (from 0): the rows are ordered by them, and rows that tie
   * may come in any order. An empty list leaves the order free.
   */
  readonly order: "all" | readonly number[];
  /** Sort keys that differ only in case or trailing spaces tie (a NOCASE or RTRIM collation is about). */
  readonly looseText: boolean;
}

const CLASS_RANK = { null: 0, integer: 1, real: 1, text: 2, blob: 3 } as const;

function realsEqual(a: number, b: number, tolerance: number): boolean {
  if (a === b) return true;
  if (tolerance === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

/** Whether two values are the same in class and content. */
export function valuesEqual(a: ExactValue, b: ExactValue, realTolerance: number): boolean {
  const storageClass = storageClassOf(a);
  if (storageClass !== storageClassOf(b)) return false;
  if (storageClass === "real") return realsEqual(a as number, b as number, realTolerance);
  if (storageClass === "blob") return compareBytes(a as Uint8Array, b as Uint8Array) === 0;
  return a === b;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

/** A total order that puts numerically equal INTEGER and REAL side by side. */
function compareValues(a: ExactValue, b: ExactValue): number {
  const rank = CLASS_RANK[storageClassOf(a)] - CLASS_RANK[storageClassOf(b)];
  if (rank !== 0 || a === null || b === null) return rank;
  if (typeof a === "object" && typeof b === "object") return compareBytes(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

type Row = readonly ExactValue[];

/** Sorts REAL columns last, so that doubles which differ within the tolerance do not tear equal rows apart. */
function sortRows(rows: readonly Row[], width: number): Row[] {
  const isReal = Array.from({ length: width }, (_, i) => rows.some((row) => typeof row[i] === "number"));
  const positions = [...isReal.keys()].sort((i, j) => Number(isReal[i]) - Number(isReal[j]) || i - j);
  return [...rows].sort((a, b) => {
    for (const i of positions) {
      const order = compareValues(a[i]!, b[i]!);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function rowsEqual(a: Row, b: Row, tolerance: number): boolean {
  return a.length === b.length && a.every((value, i) => valuesEqual(value, b[i]!, tolerance));
}

/** The first row of `expected` that finds no partner in `actual`, each used once; `null` when all do. */
function unmatchedRow(expected: readonly Row[], actual: readonly Row[], width: number, tolerance: number): Row | null {
  const left = sortRows(expected, width);
  const right = sortRows(actual, width);
  if (left.every((row, i) => rowsEqual(row, right[i]!, tolerance))) return null;
  // Within a tolerance sorting may pair wrongly; matching one by one decides.
  for (const row of left) {
    const partner = right.findIndex((other) => rowsEqual(row, other, tolerance));
    if (partner < 0) return row;
    right.splice(partner, 1);
  }
  return null;
}

function tieKey(value: ExactValue, looseText: boolean): ExactValue {
  return looseText && typeof value === "string" ? value.replace(/ +$/, "").toLowerCase() : value;
}

function orderDifference(expected: readonly Row[], actual: readonly Row[], rules: ComparisonRules): string | null {
  const keys = rules.order;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [expected[i]!, actual[i]!];
    const same = keys === "all" ? rowsEqual(a, b, rules.realTolerance) : keys.every((key) => {
      const [left, right] = [tieKey(a[key]!, rules.looseText), tieKey(b[key]!, rules.looseText)];
      return compareValues(left, right) === 0 || valuesEqual(left, right, rules.realTolerance);
    });
    if (!same) return `order differs from row ${i + 1} on: ${formatRow(a)} instead of ${formatRow(b)}`;
  }
  return null;
}

function columnDifference(expected: readonly ResultColumn[], actual: readonly ResultColumn[]): string | null {
  for (const [what, key] of [["column names", "name"], ["declared types", "declaredType"]] as const) {
    const [left, right] = [expected, actual].map((columns) => JSON.stringify(columns.map((column) => column[key])));
    if (left !== right) return `${what} differ: ${left} and ${right}`;
  }
  return null;
}

/**
 * Says how the mirror's outcome differs from SQLite's, or `null` when it does not. A decline never differs; an error of SQLite
 * must be an error or a decline.
 */
export function differenceOf(expected: Outcome, actual: Outcome, rules: ComparisonRules): string | null {
  if (actual.kind === "declined") return null;
  if (expected.kind === "error") {
    return actual.kind === "error" ? null : `SQLite fails (${expected.message}), the mirror answers`;
  }
  if (expected.kind === "declined") throw new TypeError("The reference engine never declines");
  if (actual.kind === "error") return `the mirror fails (${actual.code}: ${actual.message}), SQLite answers`;
  const columns = columnDifference(expected.columns, actual.columns);
  if (columns !== null) return columns;
  if (expected.rows.length !== actual.rows.length) {
    return `SQLite gives ${expected.rows.length} rows, the mirror ${actual.rows.length}`;
  }
  const unmatched = unmatchedRow(expected.rows, actual.rows, expected.columns.length, rules.realTolerance);
  if (unmatched !== null) return `the mirror lacks the row ${formatRow(unmatched)}`;
  return orderDifference(expected.rows, actual.rows, rules);
}

/** Both outcomes are rows, or the same failure: a statement that SQLite refuses for another reason shows nothing. */
export function sameEnd(a: Outcome, b: Outcome): boolean {
  return a.kind === "error" ? b.kind === "error" && a.message === b.message : a.kind === b.kind;
}

/** A row with its storage classes visible: `1`, `1.0`, `'a'`, `x'00'`, `null`. */
function formatRow(row: Row): string {
  return `(${row.map(formatValue).join(", ")})`;
}

export function formatValue(value: ExactValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
  }
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
}

/** An outcome for people, at most `rowsMax` rows. */
export function formatOutcome(outcome: Outcome, rowsMax = 12): string {
  switch (outcome.kind) {
    case "declined":
      return `declined (${outcome.cause}): ${outcome.reason}`;
    case "error":
      return `error ${outcome.code}: ${outcome.message}`;
    case "rows": {
      const shown = outcome.rows.slice(0, rowsMax).map(formatRow);
      const more = outcome.rows.length > rowsMax ? [`… ${outcome.rows.length - rowsMax} more rows`] : [];
      return [`columns ${JSON.stringify(outcome.columns.map((column) => column.name))}`, ...shown, ...more].join("\n");
    }
  }
}
