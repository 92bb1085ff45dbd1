import type { ExactValue } from "./value.ts";
import type { ColumnClass } from "./schema.ts";

/**
 * Values of one column, one per row. `nulls` holds 1 where the value is NULL and is `null` when none is; the data slot of a
 * NULL is undefined. `number` columns carry doubles (see {@linkcode ColumnClass}).
 */
export type ColumnVector =
  | { readonly class: "integer"; readonly data: BigInt64Array; readonly nulls: Uint8Array | null }
  | { readonly class: "real" | "number"; readonly data: Float64Array; readonly nulls: Uint8Array | null }
  /** `utf8` holds the same values where they came that way; then `data` is made when first asked for. */
  | { readonly class: "text"; readonly data: readonly (string | null)[]; readonly utf8?: Utf8Texts }
  | { readonly class: "blob"; readonly data: readonly (Uint8Array | null)[] };

/** Texts in UTF-8, known to be valid and without NUL. They lie behind one another, each but the last followed by one byte to skip. */
export interface Utf8Texts {
  /** Ends with the last text. */
  readonly bytes: Uint8Array;
  /** Where each text ends; the next begins one byte later. */
  readonly ends: Uint32Array;
  /** As in {@linkcode ColumnVector}; the text of a NULL is empty. */
  readonly nulls: Uint8Array | null;
}

/** Rows in columnar form; every vector has `rowCount` entries, in the order of the mirror table's columns. */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly columns: readonly ColumnVector[];
}

const INT53 = 1n << 53n;
const INT64_EDGE = 2 ** 63;

/** Whether a value may stand in a column of the given class, as {@linkcode ColumnClass} defines it. */
export function fitsClass(value: ExactValue, columnClass: ColumnClass): boolean {
  if (value === null) return true;
  switch (columnClass) {
    case "integer":
      return typeof value === "bigint";
    case "real":
      return typeof value === "number";
    case "number":
      if (typeof value === "bigint") return value >= -INT53 && value <= INT53;
      return typeof value === "number" && (!Number.isInteger(value) || Math.abs(value) >= INT64_EDGE);
    case "text":
      return typeof value === "string";
    case "blob":
      return typeof value === "object";
  }
}

/** The value a `number` column's double stands for: INTEGER if integral and within ±2^63, REAL otherwise. */
export function numberToExact(value: number): bigint | number {
  return Number.isInteger(value) && Math.abs(value) < INT64_EDGE ? BigInt(value) : value;
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The column of texts in UTF-8. */
export function utf8Vector(utf8: Utf8Texts): Extract<ColumnVector, { class: "text" }> {
  let data: readonly (string | null)[] | null = null;
  return {
    class: "text",
    utf8,
    get data() {
      return data ??= decodeTexts(utf8);
    },
  };
}

function decodeTexts({ bytes, ends, nulls }: Utf8Texts): (string | null)[] {
  const text = UTF8.decode(bytes);
  const isAscii = text.length === bytes.length;
  const values: (string | null)[] = [];
  for (let row = 0, start = 0; row < ends.length; row++) {
    const end = ends[row]!;
    if (nulls?.[row] === 1) values.push(null);
    else values.push(isAscii ? text.slice(start, end) : UTF8.decode(bytes.subarray(start, end)));
    start = end + 1;
  }
  return values;
}
