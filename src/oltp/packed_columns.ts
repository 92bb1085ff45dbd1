import { invariant } from "../errors/mod.ts";
import {
  type ColumnBatch,
  type ColumnClass,
  type ColumnVector,
  type ExactValue,
  type Utf8Texts,
  utf8Vector,
} from "../types/mod.ts";
import type { ScanColumn } from "./column_scan.ts";

/**
 * Reading values one by one costs 0.3 µs each, most of it at the border to the native driver. So SQLite itself concatenates a column
 * of thousands of rows into one blob, and the parts are told apart here: 2 µs for a row of 16 columns instead of 5.
 *
 * Exactness: integers are digits; reals have 17 significant digits, which read back as the same double; texts are separated by
 * U+001F, and blobs are in hexadecimal. What this cannot tell apart (a text with the separator or a NUL inside, bytes that are not
 * UTF-8, a value of another class, -0.0) makes {@linkcode unpackBlock} or {@linkcode packBlock} give `null`: the block is then
 * read again, value by value.
 */
export interface PackedBlock {
  readonly rowCount: number;
  readonly vectors: readonly PackedVector[];
}

/**
 * Numbers are final; texts and blobs wait as bytes. Each has a buffer of its own, to be handed to another thread: the driver's cannot
 * be.
 */
export type PackedVector =
  | Extract<ColumnVector, { class: "integer" | "real" | "number" }>
  | { readonly class: "text"; readonly bytes: Uint8Array; readonly nullCount: number }
  | { readonly class: "blob"; readonly bytes: Uint8Array }
  /** Texts that need no more than that. */
  | { readonly class: "utf8" } & Utf8Texts
  /** Blobs as they are, behind one another; `ends` tells where each ends, `nulls` holds 1 where there is none. */
  | { readonly class: "rawBlob"; readonly bytes: Uint8Array; readonly ends: Uint32Array; readonly nulls: Uint8Array };

const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const MISFIT = 33; // "!"
/** Digits whose integer is surely exact in a double. */
const EXACT_DIGITS_MAX = 15;
const TEXT_SEPARATOR = "\x1f";
const INT64_EDGE = 2 ** 63;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LATIN1 = new TextDecoder("latin1");

/** SQL of the result columns that pack the column `name`: one, or two for text. */
export function packedExpressions(column: ScanColumn, name: string): string[] {
  const numbers = (arms: string) =>
    `cast(group_concat(CASE typeof(${name}) ${arms} WHEN 'null' THEN '' ELSE '!' END, ',') AS blob)`;
  switch (column.class) {
    case "integer":
      return [numbers(`WHEN 'integer' THEN ${name}`)];
    case "real":
      return [numbers(`WHEN 'real' THEN printf('%!.17g', ${name})`)];
    case "number":
      return [numbers(`WHEN 'integer' THEN ${name} WHEN 'real' THEN printf('%!.17g', ${name})`)];
    case "text":
      // NULL is one NUL, a misfit two: with count(), any other NUL shows.
      return [
        `cast(group_concat(CASE typeof(${name}) WHEN 'text' THEN ${name} WHEN 'null' THEN cast(x'00' AS text) ` +
        `ELSE cast(x'0000' AS text) END, char(31)) AS blob)`,
        `count(${name})`,
      ];
    case "blob":
      return [
        `cast(group_concat(CASE typeof(${name}) WHEN 'blob' THEN hex(${name}) WHEN 'null' THEN '-' ELSE '!' END, ',') ` +
        `AS blob)`,
      ];
  }
}

/** First half of the way: a result row of packed columns, `null` if a number does not fit its class or is unclear. */
export function packBlock(
  columns: readonly ScanColumn[],
  rowCount: number,
  packed: readonly ExactValue[],
): PackedBlock | null {
  const vectors: PackedVector[] = [];
  let at = 0;
  for (const column of columns) {
    const bytes = packed[at++];
    invariant(bytes instanceof Uint8Array, "a packed column is a blob");
    const vector = column.class === "text"
      ? { class: column.class, bytes: bytes.slice(), nullCount: rowCount - Number(packed[at++]) }
      : packVector(column, rowCount, bytes);
    if (vector === null) return null;
    vectors.push(vector);
  }
  return { rowCount, vectors };
}

function packVector(column: ScanColumn, rowCount: number, bytes: Uint8Array): PackedVector | null {
  switch (column.class) {
    case "integer":
      return parseIntegers(bytes, rowCount);
    case "real":
    case "number":
      return parseDoubles(bytes, rowCount, column.class, mayHoldNegativeZero(column));
    default:
      return { class: "blob", bytes: bytes.slice() };
  }
}

/** Columns of these affinities store -0.0 as 0; elsewhere it survives, and printf() loses its sign. */
function mayHoldNegativeZero(column: ScanColumn): boolean {
  return column.affinity !== "real" && column.affinity !== "numeric" && column.affinity !== "integer";
}

/** Benchmarked by bench/oltp.ts (bulk scan). Writes each value as two 32-bit halves: making a BigInt costs three times as much. */
function parseIntegers(bytes: Uint8Array, rowCount: number): PackedVector | null {
  const data = new BigInt64Array(rowCount);
  const low = new Uint32Array(data.buffer);
  const high = new Int32Array(data.buffer);
  const nulls = new Uint8Array(rowCount);
  let nullCount = 0;
  let start = 0;
  for (let row = 0; row < rowCount; row++) {
    const negative = bytes[start] === MINUS;
    let at = negative ? start + 1 : start;
    let value = 0;
    for (let byte = bytes[at]; byte !== COMMA && byte !== undefined; byte = bytes[++at]) {
      if (byte === MISFIT) return null;
      value = value * 10 + (byte - ZERO);
    }
    if (at === start) {
      nulls[row] = 1;
      nullCount++;
    } else if (at - start > EXACT_DIGITS_MAX) {
      data[row] = BigInt(LATIN1.decode(bytes.subarray(start, at)));
    } else {
      const signed = negative ? -value : value;
      low[row * 2] = signed >>> 0;
      high[row * 2 + 1] = Math.floor(signed / 2 ** 32);
    }
    start = at + 1;
  }
  return { class: "integer", data, nulls: nullCount > 0 ? nulls : null };
}

function parseDoubles(
  bytes: Uint8Array,
  rowCount: number,
  columnClass: "real" | "number",
  zeroUnclear: boolean,
): PackedVector | null {
  const data = new Float64Array(rowCount);
  const nulls = new Uint8Array(rowCount);
  const text = LATIN1.decode(bytes);
  let nullCount = 0;
  let start = 0;
  for (let row = 0; row < rowCount; row++) {
    let end = text.indexOf(",", start);
    if (end < 0) end = text.length;
    if (end === start) {
      nulls[row] = 1;
      nullCount++;
    } else {
      const value = parseDouble(text.slice(start, end), columnClass);
      if (value === null || (zeroUnclear && value === 0)) return null;
      data[row] = value;
    }
    start = end + 1;
  }
  return { class: columnClass, data, nulls: nullCount > 0 ? nulls : null };
}

/** `null` for a misfit. SQLite writes infinities as `Inf`, and a point into every real. */
function parseDouble(text: string, columnClass: ColumnClass): number | null {
  if (text === "!") return null;
  const value = text === "Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
  if (columnClass === "real") return value;
  if (text.includes(".") || text.includes("I")) {
    return Number.isInteger(value) && Math.abs(value) < INT64_EDGE ? null : value;
  }
  // 2^53 is left to the exact way: 2^53 + 1 would round to it.
  return Number.isSafeInteger(value) ? value : null;
}

/** Second half of the way: texts and blobs become values; `null` if a text is unclear or a blob column holds something else. */
export function unpackBlock(block: PackedBlock): ColumnBatch | null {
  const columns: ColumnVector[] = [];
  for (const vector of block.vectors) {
    const unpacked = unpackVector(vector, block.rowCount);
    if (unpacked === null) return null;
    columns.push(unpacked);
  }
  return { rowCount: block.rowCount, columns };
}

function unpackVector(vector: PackedVector, rowCount: number): ColumnVector | null {
  switch (vector.class) {
    case "integer":
    case "real":
    case "number":
      return vector;
    case "text":
      return unpackTexts(vector.bytes, vector.nullCount, rowCount);
    case "blob":
      return unpackBlobs(vector.bytes);
    case "utf8":
      return utf8Vector(vector);
    case "rawBlob":
      return sliceBlobs(vector);
  }
}

function unpackTexts(bytes: Uint8Array, nullCount: number, rowCount: number): ColumnVector | null {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    // Not UTF-8: the exact reading names the column and the fault.
    return null;
  }
  if (countNuls(text) !== nullCount) return null;
  const data: (string | null)[] = text.split(TEXT_SEPARATOR);
  if (data.length !== rowCount) return null;
  if (nullCount > 0) {
    for (let row = 0; row < rowCount; row++) if (data[row] === "\0") data[row] = null;
  }
  return { class: "text", data };
}

function countNuls(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\0"); at >= 0; at = text.indexOf("\0", at + 1)) count++;
  return count;
}

function unpackBlobs(bytes: Uint8Array): ColumnVector | null {
  const data: (Uint8Array | null)[] = [];
  for (const part of LATIN1.decode(bytes).split(",")) {
    if (part === "!") return null;
    data.push(part === "-" ? null : Uint8Array.from({ length: part.length / 2 }, (_, i) => hexByte(part, i * 2)));
  }
  return { class: "blob", data };
}

function sliceBlobs({ bytes, ends, nulls }: Extract<PackedVector, { class: "rawBlob" }>): ColumnVector {
  const data: (Uint8Array | null)[] = [];
  for (let row = 0, start = 0; row < ends.length; row++) {
    const end = ends[row]!;
    data.push(nulls[row] === 1 ? null : bytes.slice(start, end));
    start = end;
  }
  return { class: "blob", data };
}

function hexByte(text: string, at: number): number {
  return hexDigit(text.charCodeAt(at)) * 16 + hexDigit(text.charCodeAt(at + 1));
}

/** SQLite writes upper case. */
function hexDigit(code: number): number {
  return code < 58 ? code - ZERO : code - 55;
}
