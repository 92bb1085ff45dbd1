import { invariant } from "../../../errors/mod.ts";
import type { ColumnVector } from "../../../types/mod.ts";
import { DistinctSketch } from "./distinct_sketch.ts";
import { grown, sharedArray, type SharedNumbers } from "./shared_memory.ts";
import type { StoredColumn } from "./stored_column.ts";
import type { ColumnData, ColumnView, ValueRange } from "./table_snapshot.ts";
import { Validity } from "./validity.ts";
import { ZoneStatistics } from "./zone_statistics.ts";

/** Forms from narrow to wide; each holds the values of those before it. */
const FORMS = [Int8Array, Int16Array, Int32Array, Float64Array, BigInt64Array] as const;
const FLOAT64 = 3;
const INT64 = 4;
/** The high word of an integer is within these exactly if a double holds the integer: from -2^53 to 2^53 - 1. */
const EXACT_HIGH_LEAST = -(2 ** 21);
const EXACT_HIGH_END = 2 ** 21;
/** Values brought into the form of doubles at a time: they stay in the processor's caches. */
const SLICE_ROWS = 1 << 14;
/** More than the rounding of any 64-bit integer to a double. */
const INT64_ROUNDING = 1024;

/** Where values are brought into the form of doubles. */
let scratch = new Float64Array(SLICE_ROWS);

/** Columns of class `integer` in the narrowest form their values allow, and of `real` and `number`. */
export class NumberColumn implements StoredColumn {
  readonly #integers: boolean;
  readonly #validity = new Validity();
  readonly #zones = new ZoneStatistics();
  readonly #sketch = new DistinctSketch();
  #form: number;
  #values: SharedNumbers;
  #length = 0;
  #markedLength = 0;
  #least = Infinity;
  #most = -Infinity;

  /** @param columnClass Class of the column; only `integer` has several forms. */
  constructor(columnClass: "integer" | "real" | "number") {
    this.#integers = columnClass === "integer";
    this.#form = this.#integers ? 0 : FLOAT64;
    this.#values = sharedArray<SharedNumbers>(FORMS[this.#form]!, 0);
  }

  get length(): number {
    return this.#length;
  }

  append(vector: ColumnVector, count: number): void {
    if (vector.class === "integer") {
      const words = new Int32Array(vector.data.buffer, vector.data.byteOffset, count * 2);
      if (this.#form !== INT64 && toDoubles(words, vector.nulls, count)) {
        this.appendDoubles(scratch, count, vector.nulls);
      } else this.#appendWords(words, count, vector.nulls);
      return;
    }
    invariant(vector.class === "real" || vector.class === "number", "numbers go into columns of numbers");
    if (vector.nulls === null) return this.appendDoubles(vector.data, count, null);
    reserveScratch(count);
    for (let row = 0; row < count; row++) scratch[row] = vector.nulls[row] !== 0 ? 0 : vector.data[row]!;
    this.appendDoubles(scratch, count, vector.nulls);
  }

  /** Adds doubles, integral and exact ones to a column of integers; those of NULLs are 0. */
  appendDoubles(values: Float64Array, count: number, nulls: Uint8Array | null): void {
    if (this.#form === INT64) return this.#appendWords(toWords(values, count), count, nulls);
    const first = this.#length;
    let least = Infinity;
    let most = -Infinity;
    for (let row = 0; row < count; row++) {
      if (nulls !== null && nulls[row] !== 0) continue;
      const value = values[row]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (least <= most) {
      this.#least = Math.min(this.#least, least);
      this.#most = Math.max(this.#most, most);
      if (this.#integers) this.#widen(formOf(this.#least, this.#most));
    }
    this.#values = grown(this.#values, first, first + count);
    (this.#values as Float64Array).set(values.subarray(0, count), first);
    this.#zones.append(values, first, count, nulls);
    this.#sketch.addDoubles(values, count, nulls);
    this.#validity.append(nulls, first, count);
    this.#length = first + count;
  }

  /** Adds values in any of the forms; those of NULLs are 0. */
  appendStored(values: SharedNumbers, nulls: Uint8Array | null): void {
    for (let from = 0; from < values.length; from += SLICE_ROWS) {
      const slice = values.subarray(from, from + SLICE_ROWS);
      const sliceNulls = nulls?.subarray(from, from + SLICE_ROWS) ?? null;
      if (slice instanceof BigInt64Array) {
        this.append({ class: "integer", data: slice, nulls: sliceNulls }, slice.length);
      } else {
        reserveScratch(slice.length);
        scratch.set(slice);
        this.appendDoubles(scratch, slice.length, sliceNulls);
      }
    }
  }

  appendFrom(source: StoredColumn, positions: Int32Array): void {
    invariant(source instanceof NumberColumn, "numbers come from a column of numbers");
    const count = positions.length;
    const nulls = source.#nullsAt(positions);
    if (source.#form === INT64) {
      const from = source.#values as BigInt64Array;
      const values = new BigInt64Array(count);
      for (let row = 0; row < count; row++) values[row] = from[positions[row]!]!;
      return this.append({ class: "integer", data: values, nulls }, count);
    }
    const from = source.#values as Float64Array;
    reserveScratch(count);
    for (let row = 0; row < count; row++) scratch[row] = from[positions[row]!]!;
    this.appendDoubles(scratch, count, nulls);
  }

  mark(): void {
    this.#markedLength = this.#length;
    this.#validity.mark();
  }

  rollback(): void {
    this.#validity.restore(this.#markedLength);
    this.#length = this.#markedLength;
  }

  view(): ColumnView {
    return {
      validity: this.#validity.bits,
      nullCount: this.#validity.nullCount,
      data: this.#data(),
      range: this.#range(),
      distinctEstimate: this.#sketch.estimate(this.#length - this.#validity.nullCount),
    };
  }

  emptied(length: number): NumberColumn {
    const column = new NumberColumn(this.#integers ? "integer" : "real");
    column.#values = grown(column.#values, 0, length);
    return column;
  }

  #data(): ColumnData {
    const values = this.#values;
    if (values instanceof BigInt64Array) return { kind: "int64", values };
    const zones = { least: this.#zones.least, most: this.#zones.most };
    if (values instanceof Int8Array) return { kind: "int8", values, zones };
    if (values instanceof Int16Array) return { kind: "int16", values, zones };
    if (values instanceof Int32Array) return { kind: "int32", values, zones };
    return { kind: "float64", values, zones };
  }

  #range(): ValueRange | null {
    if (this.#least > this.#most) return null;
    const rounding = this.#form === INT64 ? INT64_ROUNDING : 0;
    return { least: this.#least - rounding, most: this.#most + rounding };
  }

  #nullsAt(positions: Int32Array): Uint8Array | null {
    if (this.#validity.nullCount === 0) return null;
    const nulls = new Uint8Array(positions.length);
    for (let row = 0; row < nulls.length; row++) nulls[row] = this.#validity.isNull(positions[row]!) ? 1 : 0;
    return nulls;
  }

  /** Adds integers of which some may be beyond the doubles. */
  #appendWords(words: Int32Array, count: number, nulls: Uint8Array | null): void {
    this.#widen(INT64);
    const first = this.#length;
    const values = grown(this.#values as BigInt64Array, first, first + count);
    const target = new Int32Array(values.buffer);
    for (let row = 0; row < count; row++) {
      const low = words[2 * row]!;
      const high = words[2 * row + 1]!;
      if (nulls !== null && nulls[row] !== 0) {
        target.fill(0, 2 * (first + row), 2 * (first + row + 1));
        continue;
      }
      target[2 * (first + row)] = low;
      target[2 * (first + row) + 1] = high;
      const value = high * 2 ** 32 + (low >>> 0);
      if (value < this.#least) this.#least = value;
      if (value > this.#most) this.#most = value;
    }
    this.#values = values;
    this.#sketch.addWords(words, count, nulls);
    this.#validity.append(nulls, first, count);
    this.#length = first + count;
  }

  #widen(form: number): void {
    if (form <= this.#form) return;
    const before = this.#values as Float64Array;
    const wider = sharedArray<SharedNumbers>(FORMS[form]!, before.length);
    if (wider instanceof BigInt64Array) {
      new Int32Array(wider.buffer).set(toWords(before.subarray(0, this.#length), this.#length));
    } else {
      wider.set(before.subarray(0, this.#length));
    }
    this.#values = wider;
    this.#form = form;
  }
}

/** The narrowest form for integers between the two. */
function formOf(least: number, most: number): number {
  if (least >= -(2 ** 7) && most < 2 ** 7) return 0;
  if (least >= -(2 ** 15) && most < 2 ** 15) return 1;
  return least >= -(2 ** 31) && most < 2 ** 31 ? 2 : FLOAT64;
}

/** Brings integers into `scratch`, 0 for NULLs; `false` if some are beyond the doubles. Many times faster than going through BigInt. */
function toDoubles(words: Int32Array, nulls: Uint8Array | null, count: number): boolean {
  reserveScratch(count);
  for (let row = 0; row < count; row++) {
    if (nulls !== null && nulls[row] !== 0) {
      scratch[row] = 0;
      continue;
    }
    const high = words[2 * row + 1]!;
    if (high < EXACT_HIGH_LEAST || high >= EXACT_HIGH_END) return false;
    scratch[row] = high * 2 ** 32 + (words[2 * row]! >>> 0);
  }
  return true;
}

/** Integral doubles as 64-bit integers of two words. */
function toWords(values: Float64Array, count: number): Int32Array {
  const words = new Int32Array(count * 2);
  for (let row = 0; row < count; row++) {
    const value = values[row]!;
    words[2 * row] = value;
    words[2 * row + 1] = Math.floor(value / 2 ** 32);
  }
  return words;
}

function reserveScratch(count: number): void {
  if (scratch.length < count) scratch = new Float64Array(count);
}
