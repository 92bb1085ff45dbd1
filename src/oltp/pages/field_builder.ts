import type { PackedVector } from "../packed_columns.ts";
import type { ScanColumn, StoredField } from "../column_scan.ts";
import { MISSING, type RecordRun } from "./record_run.ts";
import { Undecodable } from "./undecodable.ts";

/** Gathers a column's values from runs of records. */
export interface FieldBuilder {
  /** Adds the run's values; `false` at a value that is not of the column's class. */
  add(run: RecordRun): boolean;
  /** Memory of the values outside of fixed-width ones. */
  readonly bytes: number;
  /** The values, `null` if some text is faulty; the builder is spent then. */
  finish(): PackedVector | null;
}

/** @param rowsMax Rows that will be added at most. */
export function fieldBuilder(column: ScanColumn, field: StoredField, rowsMax: number): FieldBuilder {
  if (field.kind === "rowid") return new RowidBuilder(rowsMax);
  switch (column.class) {
    case "integer":
      return new IntegerBuilder(field, rowsMax);
    case "real":
    case "number":
      return new DoubleBuilder(field, column.class, rowsMax);
    case "text":
      return new TextBuilder(field, rowsMax);
    case "blob":
      return new BlobBuilder(field, rowsMax);
  }
}

type RecordField = Extract<StoredField, { kind: "field" }>;

const NULL = 0;
const REAL = 7;
const ONE = 9;
const FIRST_BLOB = 12;
const FIRST_TEXT = 13;
const INT64_EDGE = 2 ** 63;
const SEPARATOR = 0x1f;
/** Up to this length a loop copies faster than a call. */
const LOOP_BYTES_MAX = 24;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The NULL that stands for a field a record lacks. */
function missing(field: RecordField): typeof NULL {
  if (field.nullIfMissing) return NULL;
  throw new Undecodable("A record lacks a field whose default is not NULL");
}

/** Whether a stored integer stands for a whole REAL. */
function isStoredReal({ affinity }: RecordField): boolean {
  return affinity === "real";
}

class RowidBuilder implements FieldBuilder {
  readonly #data: BigInt64Array;
  readonly #words: Int32Array;
  readonly bytes = 0;
  #count = 0;

  constructor(rowsMax: number) {
    this.#data = new BigInt64Array(rowsMax);
    this.#words = new Int32Array(this.#data.buffer);
  }

  add({ rowidHigh, rowidLow, rowCount }: RecordRun): boolean {
    const words = this.#words;
    let at = this.#count * 2;
    for (let row = 0; row < rowCount; row++) {
      words[at++] = rowidLow[row]!;
      words[at++] = rowidHigh[row]!;
    }
    this.#count += rowCount;
    return true;
  }

  finish(): PackedVector {
    return { class: "integer", data: this.#data.subarray(0, this.#count), nulls: null };
  }
}

class IntegerBuilder implements FieldBuilder {
  readonly #field: RecordField;
  readonly #data: BigInt64Array;
  readonly #words: Int32Array;
  readonly #nulls: Uint8Array;
  readonly bytes = 0;
  #nullCount = 0;
  #count = 0;

  constructor(field: RecordField, rowsMax: number) {
    this.#field = field;
    this.#data = new BigInt64Array(rowsMax);
    this.#words = new Int32Array(this.#data.buffer);
    this.#nulls = new Uint8Array(rowsMax);
  }

  add({ view, types, offsets, stride, rowCount }: RecordRun): boolean {
    const words = this.#words;
    const isReal = isStoredReal(this.#field);
    let slot = this.#field.index;
    for (let row = 0; row < rowCount; row++, slot += stride) {
      let type = types[slot]!;
      if (type === MISSING) type = missing(this.#field);
      if (type === REAL || type > ONE || (isReal && type !== NULL)) return false;
      const at = offsets[slot]!;
      const low = lowHalf(view, type, at);
      const word = (this.#count + row) * 2;
      words[word] = low;
      words[word + 1] = type < 5 ? low >> 31 : type === 5 ? view.getInt16(at) : type === 6 ? view.getInt32(at) : 0;
      if (type === NULL) {
        this.#nulls[this.#count + row] = 1;
        this.#nullCount++;
      }
    }
    this.#count += rowCount;
    return true;
  }

  finish(): PackedVector {
    const nulls = this.#nullCount > 0 ? this.#nulls.subarray(0, this.#count) : null;
    return { class: "integer", data: this.#data.subarray(0, this.#count), nulls };
  }
}

/** The lower 32 bits of an integer of the given type, which begins at `at`. */
function lowHalf(view: DataView, type: number, at: number): number {
  switch (type) {
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getInt16(at);
    case 3:
      return (view.getInt8(at) << 16) | view.getUint16(at + 1);
    case 4:
      return view.getInt32(at);
    case 5:
      return view.getInt32(at + 2);
    case 6:
      return view.getInt32(at + 4);
    case ONE:
      return 1;
    default:
      return 0;
  }
}

class DoubleBuilder implements FieldBuilder {
  readonly #field: RecordField;
  readonly #class: "real" | "number";
  readonly #data: Float64Array;
  readonly #nulls: Uint8Array;
  readonly bytes = 0;
  #nullCount = 0;
  #count = 0;

  constructor(field: RecordField, columnClass: "real" | "number", rowsMax: number) {
    this.#field = field;
    this.#class = columnClass;
    this.#data = new Float64Array(rowsMax);
    this.#nulls = new Uint8Array(rowsMax);
  }

  add({ view, types, offsets, stride, rowCount }: RecordRun): boolean {
    const data = this.#data;
    let slot = this.#field.index;
    for (let row = 0; row < rowCount; row++, slot += stride) {
      let type = types[slot]!;
      if (type === MISSING) type = missing(this.#field);
      const at = offsets[slot]!;
      if (type === REAL) {
        const value = view.getFloat64(at);
        if (Number.isNaN(value)) this.#setNull(row); // as SQLite reads it
        else if (this.#fitsReal(value)) data[this.#count + row] = value;
        else return false;
      } else if (type === NULL) this.#setNull(row);
      else if (type >= FIRST_BLOB) return false;
      else {
        const value = wholeNumber(view, type, at);
        if (!this.#fitsInteger(value)) return false;
        data[this.#count + row] = value;
      }
    }
    this.#count += rowCount;
    return true;
  }

  #setNull(row: number): void {
    this.#nulls[this.#count + row] = 1;
    this.#nullCount++;
  }

  #fitsReal(value: number): boolean {
    return this.#class === "real" || !Number.isInteger(value) || Math.abs(value) >= INT64_EDGE;
  }

  /** Exactness ends at 2^53, which is left to the exact way. */
  #fitsInteger(value: number): boolean {
    const isClass = isStoredReal(this.#field) ? "real" : "number";
    return Number.isSafeInteger(value) && this.#class === isClass;
  }

  finish(): PackedVector {
    const nulls = this.#nullCount > 0 ? this.#nulls.subarray(0, this.#count) : null;
    return { class: this.#class, data: this.#data.subarray(0, this.#count), nulls };
  }
}

/** An integer of the given type as a double, rounded beyond 2^53. */
function wholeNumber(view: DataView, type: number, at: number): number {
  if (type === 6) return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
  if (type === 5) return view.getInt16(at) * 2 ** 32 + view.getUint32(at + 2);
  return lowHalf(view, type, at);
}

class TextBuilder implements FieldBuilder {
  readonly #field: RecordField;
  readonly #bytes = new GrowingBytes();
  readonly #ends: Uint32Array;
  readonly #nulls: Uint8Array;
  #nullCount = 0;
  #count = 0;

  constructor(field: RecordField, rowsMax: number) {
    this.#field = field;
    this.#ends = new Uint32Array(rowsMax);
    this.#nulls = new Uint8Array(rowsMax);
  }

  get bytes(): number {
    return this.#bytes.length;
  }

  add({ bytes, types, offsets, stride, rowCount }: RecordRun): boolean {
    let slot = this.#field.index;
    for (let row = 0; row < rowCount; row++, slot += stride) {
      let type = types[slot]!;
      if (type === MISSING) type = missing(this.#field);
      let length = 0;
      if (type >= FIRST_TEXT && (type & 1) === 1) length = (type - FIRST_TEXT) >>> 1;
      else if (type === NULL) {
        this.#nulls[this.#count] = 1;
        this.#nullCount++;
      } else return false;
      this.#bytes.push(bytes, offsets[slot]!, length, SEPARATOR);
      this.#ends[this.#count++] = this.#bytes.length - 1;
    }
    return true;
  }

  /** `null` at a text with NUL or one that is not UTF-8. The separator, as it is ASCII, keeps two faulty texts from making a good one. */
  finish(): PackedVector | null {
    const bytes = this.#bytes.view(this.#bytes.length - 1);
    if (bytes.includes(0) || !isUtf8(bytes)) return null;
    const nulls = this.#nullCount > 0 ? this.#nulls.subarray(0, this.#count) : null;
    return { class: "utf8", bytes, ends: this.#ends.subarray(0, this.#count), nulls };
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    UTF8.decode(bytes);
    return true;
  } catch {
    // That is how the decoder says no.
    return false;
  }
}

class BlobBuilder implements FieldBuilder {
  readonly #field: RecordField;
  readonly #bytes = new GrowingBytes();
  readonly #ends: Uint32Array;
  readonly #nulls: Uint8Array;
  #count = 0;

  constructor(field: RecordField, rowsMax: number) {
    this.#field = field;
    this.#ends = new Uint32Array(rowsMax);
    this.#nulls = new Uint8Array(rowsMax);
  }

  get bytes(): number {
    return this.#bytes.length;
  }

  add({ bytes, types, offsets, stride, rowCount }: RecordRun): boolean {
    let slot = this.#field.index;
    for (let row = 0; row < rowCount; row++, slot += stride) {
      let type = types[slot]!;
      if (type === MISSING) type = missing(this.#field);
      if (type === NULL) this.#nulls[this.#count] = 1;
      else if (type >= FIRST_BLOB && (type & 1) === 0) {
        this.#bytes.push(bytes, offsets[slot]!, (type - FIRST_BLOB) >>> 1, null);
      } else return false;
      this.#ends[this.#count++] = this.#bytes.length;
    }
    return true;
  }

  finish(): PackedVector {
    const bytes = this.#bytes.view(this.#bytes.length);
    const [ends, nulls] = [this.#ends.subarray(0, this.#count), this.#nulls.subarray(0, this.#count)];
    return { class: "rawBlob", bytes, ends, nulls };
  }
}

/** Bytes appended one piece after the other. */
class GrowingBytes {
  #bytes = new Uint8Array(1 << 12);
  length = 0;

  push(source: Uint8Array, start: number, count: number, end: number | null): void {
    if (this.length + count + 1 > this.#bytes.length) this.#grow(count + 1);
    const bytes = this.#bytes;
    let at = this.length;
    if (count > LOOP_BYTES_MAX) {
      bytes.set(source.subarray(start, start + count), at);
      at += count;
    } else {
      for (let i = 0; i < count; i++) bytes[at++] = source[start + i]!;
    }
    if (end !== null) bytes[at++] = end;
    this.length = at;
  }

  #grow(count: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }

  view(length: number): Uint8Array {
    return this.#bytes.subarray(0, length);
  }
}
