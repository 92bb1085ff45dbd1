import type * as Arrow from "apache-arrow";
import { RheiError } from "../errors/mod.ts";
import { type ColumnValues, type ExactValue, type StorageClass, storageClassOf } from "../types/mod.ts";

type ArrowModule = typeof Arrow;

/** A column of a result to bring into Arrow's layout. */
export interface ColumnToConvert {
  readonly name: string;
  readonly values: ColumnValues;
  /** Rows of the result. */
  readonly length: number;
  /** As in {@linkcode ColumnarRows}. */
  readonly order: Int32Array | null;
}

/** What every kind of column has. */
interface Base {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | null;
}

/** Offsets are signed integers of 32 bits. */
const TEXT_BYTES_MAX = 2 ** 31 - 1;

/**
 * A column as Arrow data. Its type follows its values, so that it is the same whichever engine gave them: see `QueryResult.toArrow`.
 *
 * @throws {RheiError} `FILE_FORMAT` if there is no type for them.
 */
export function arrowColumn(arrow: ArrowModule, column: ColumnToConvert): Arrow.Data {
  const { values, length } = column;
  if (values.kind === "exact") return exactColumn(arrow, column, values);
  const base = values.kind === "null" ? null : validityOf(column, values.nulls);
  if (values.kind === "null" || base === null || base.nullCount === length) {
    return arrow.makeData({ type: new arrow.Null(), length });
  }
  switch (values.kind) {
    case "integer":
      return arrow.makeData({ ...base, type: new arrow.Int64(), data: int64s(column, values.data) });
    case "real":
      return arrow.makeData({ ...base, type: new arrow.Float64(), data: doubles(column, values.data) });
    case "number":
      return numberColumn(arrow, column, values, base);
    case "text": {
      const { utf8 } = values.texts;
      const strings = utf8 === null ? encodedTexts(column, values) : gatheredTexts(column, values, utf8);
      return arrow.makeData({ ...base, type: new arrow.Utf8(), ...strings });
    }
  }
}

/** Which rows are NULL. */
function validityOf({ length, order }: ColumnToConvert, nulls: Uint8Array | null): Base {
  if (nulls === null) return { length, nullCount: 0, nullBitmap: null };
  const nullBitmap = new Uint8Array((length + 7) >>> 3);
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    if (nulls[order === null ? row : order[row]!] === 1) nullCount++;
    else nullBitmap[row >> 3]! |= 1 << (row & 7);
  }
  return { length, nullCount, nullBitmap: nullCount === 0 ? null : nullBitmap };
}

function int64s({ length, order }: ColumnToConvert, data: ArrayLike<number>): BigInt64Array {
  const integers = new BigInt64Array(length);
  // Written as words: making a BigInt of each costs ten times as much.
  const words = new Int32Array(integers.buffer);
  for (let row = 0; row < length; row++) {
    const value = data[order === null ? row : order[row]!]!;
    words[2 * row] = value;
    words[2 * row + 1] = Math.floor(value / 2 ** 32);
  }
  return integers;
}

function doubles({ length, order }: ColumnToConvert, data: ArrayLike<number>): Float64Array {
  if (order === null && data instanceof Float64Array) return data.subarray(0, length);
  const values = new Float64Array(length);
  for (let row = 0; row < length; row++) values[row] = data[order === null ? row : order[row]!]!;
  return values;
}

function numberColumn(
  arrow: ArrowModule,
  column: ColumnToConvert,
  { data, integers, nulls }: Extract<ColumnValues, { kind: "number" }>,
  base: Base,
): Arrow.Data {
  let someReal = false;
  let exact = true;
  for (let row = 0; row < column.length; row++) {
    const index = column.order === null ? row : column.order[row]!;
    if (nulls?.[index] === 1) continue;
    if (integers[index] !== 1) someReal = true;
    else if (!Number.isSafeInteger(data[index]!)) exact = false;
  }
  if (!someReal) return arrow.makeData({ ...base, type: new arrow.Int64(), data: int64s(column, data) });
  if (!exact) throw mixesLargeIntegers(column.name);
  return arrow.makeData({ ...base, type: new arrow.Float64(), data: doubles(column, data) });
}

interface Strings {
  readonly valueOffsets: Int32Array;
  readonly data: Uint8Array;
}

/** Copies texts that lie in UTF-8 already. */
function gatheredTexts(
  { name, length, order }: ColumnToConvert,
  { indexes, nulls }: Extract<ColumnValues, { kind: "text" }>,
  { offsets, bytes }: { readonly offsets: Int32Array; readonly bytes: Uint8Array },
): Strings {
  const valueOffsets = new Int32Array(length + 1);
  let end = 0;
  for (let row = 0; row < length; row++) {
    const at = order === null ? row : order[row]!;
    if (nulls?.[at] !== 1) end += offsets[indexes[at]! + 1]! - offsets[indexes[at]!]!;
    if (end > TEXT_BYTES_MAX) throw tooLong(name);
    valueOffsets[row + 1] = end;
  }
  const data = new Uint8Array(end);
  for (let row = 0; row < length; row++) {
    const from = valueOffsets[row]!;
    const size = valueOffsets[row + 1]! - from;
    if (size === 0) continue;
    const start = offsets[indexes[order === null ? row : order[row]!]!]!;
    // Most texts are too short for `set` to pay.
    if (size > 64) data.set(bytes.subarray(start, start + size), from);
    else for (let at = 0; at < size; at++) data[from + at] = bytes[start + at]!;
  }
  return { valueOffsets, data };
}

function encodedTexts(
  { name, length, order }: ColumnToConvert,
  { indexes, texts, nulls }: Extract<ColumnValues, { kind: "text" }>,
): Strings {
  return encoded(name, length, (row) => {
    const at = order === null ? row : order[row]!;
    return nulls?.[at] === 1 ? "" : texts.text(indexes[at]!);
  });
}

const encoder = new TextEncoder();

/** Encodes texts behind one another. */
function encoded(name: string, length: number, text: (row: number) => string): Strings {
  const valueOffsets = new Int32Array(length + 1);
  let data = new Uint8Array(1024);
  let end = 0;
  for (let row = 0; row < length; row++) {
    const value = text(row);
    // No character of a string takes more than three bytes.
    const room = end + value.length * 3;
    if (room > data.length) {
      const longer = new Uint8Array(Math.max(room, data.length * 2));
      longer.set(data.subarray(0, end));
      data = longer;
    }
    end += encoder.encodeInto(value, data.subarray(end)).written;
    if (end > TEXT_BYTES_MAX) throw tooLong(name);
    valueOffsets[row + 1] = end;
  }
  return { valueOffsets, data: data.subarray(0, end) };
}

function exactColumn(
  arrow: ArrowModule,
  { name, length, order }: ColumnToConvert,
  { data, nulls }: Extract<ColumnValues, { kind: "exact" }>,
): Arrow.Data {
  const values: ExactValue[] = Array.from({ length }, (_, row) => {
    const at = order === null ? row : order[row]!;
    return nulls?.[at] === 1 ? null : data[at]!;
  });
  const storage = commonClass(name, values);
  if (storage === "null") return arrow.makeData({ type: new arrow.Null(), length });
  if (storage === "blob") return arrow.vectorFromArray(values, new arrow.Binary()).data[0]!;
  const column = { name, length, order: null, values: { kind: "null" } } as const;
  const base = validityOf(column, Uint8Array.from(values, (value) => value === null ? 1 : 0));
  switch (storage) {
    case "integer": {
      const integers = BigInt64Array.from(values, (value) => value as bigint | null ?? 0n);
      return arrow.makeData({ ...base, type: new arrow.Int64(), data: integers });
    }
    case "real":
      return arrow.makeData({ ...base, type: new arrow.Float64(), data: Float64Array.from(values, Number) });
    case "text": {
      const strings = encoded(name, length, (row) => values[row] as string | null ?? "");
      return arrow.makeData({ ...base, type: new arrow.Utf8(), ...strings });
    }
  }
}

/** The class all values can be given in, NULL aside. */
function commonClass(name: string, values: readonly ExactValue[]): StorageClass {
  const classes = new Set(values.map(storageClassOf));
  classes.delete("null");
  const [first = "null"] = classes;
  if (classes.size <= 1) return first;
  if (classes.size > 2 || !classes.has("integer") || !classes.has("real")) {
    throw formatError(name, `it mixes ${[...classes].sort().join(" and ")}`);
  }
  if (values.some((value) => typeof value === "bigint" && !Number.isSafeInteger(Number(value)))) {
    throw mixesLargeIntegers(name);
  }
  return "real";
}

function mixesLargeIntegers(name: string): RheiError {
  return formatError(name, "it mixes REAL with integers beyond ±2^53");
}

function tooLong(name: string): RheiError {
  return new RheiError("FILE_FORMAT", `Cannot make an Arrow column of "${name}": it holds more than 2 GiB of text`);
}

function formatError(name: string, why: string): RheiError {
  return new RheiError("FILE_FORMAT", `Cannot make an Arrow column of "${name}": ${why}`, {
    hint: "cast the column to one type in the query",
  });
}
