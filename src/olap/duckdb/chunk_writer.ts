import duckdb from "@duckdb/node-bindings";
import { RheiError } from "../../errors/mod.ts";
import type { ColumnVector, Utf8Texts } from "../../types/mod.ts";
import { CHUNK_ROWS } from "./chunk_pool.ts";
import { INLINE_BYTES, STRING_BYTES } from "./column_type.ts";

/** UTF-16 units or bytes of text and blobs after which a chunk ends early: bounds the scratch memory. */
const CHUNK_TEXT_LENGTH = 4 << 20;
/** Scratch memory kept between chunks, in bytes; a single value may need more. */
const SCRATCH_BYTES_MAX = 16 << 20;

const encoder = new TextEncoder();

/** What went into a chunk. */
export interface Filled {
  /** The row after the last that went in. */
  readonly end: number;
  /** Memory of strings outside the vectors. */
  readonly stringBytes: number;
}

/**
 * Copies columns of a batch into DuckDB chunks.
 *
 * Numbers are copied as they lie. Strings of a chunk are joined, encoded in one go unless they came in UTF-8, and stored as a
 * single heap string, into which the chunk's `duckdb_string_t`s then point: 65 ns a string (20 ns in UTF-8), where assigning each
 * takes 450 ns (bench/olap_apply.ts). The heap string belongs to the vector until the chunk is reset.
 */
export class ChunkWriter {
  readonly #validity = new Uint8Array(CHUNK_ROWS / 8);
  readonly #strings = new Uint8Array(CHUNK_ROWS * STRING_BYTES);
  readonly #stringWords = new Uint32Array(this.#strings.buffer);
  readonly #lengths = new Uint32Array(CHUNK_ROWS);
  #bytes = new Uint8Array(1 << 16);
  #stringBytes = 0;

  /** Fills an empty chunk, whose columns are of the classes of `columns`, with rows from `from` on but none from `to` on. */
  fill(chunk: duckdb.DataChunk, columns: readonly ColumnVector[], from: number, to: number): Filled {
    this.#stringBytes = 0;
    const end = chunkEnd(columns, from, to);
    duckdb.data_chunk_set_size(chunk, end - from);
    for (let index = 0; index < columns.length; index++) {
      this.#writeColumn(duckdb.data_chunk_get_vector(chunk, index), columns[index]!, from, end);
    }
    if (this.#bytes.byteLength > SCRATCH_BYTES_MAX) this.#bytes = new Uint8Array(1 << 16);
    return { end, stringBytes: this.#stringBytes };
  }

  #writeColumn(vector: duckdb.Vector, column: ColumnVector, from: number, to: number): void {
    switch (column.class) {
      case "integer":
      case "real":
      case "number": {
        const slice = column.data.subarray(from, to);
        const { buffer, byteOffset, byteLength } = slice.buffer instanceof ArrayBuffer ? slice : slice.slice();
        duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength);
        if (column.nulls !== null) this.#writeNulls(vector, column.nulls.subarray(from, to));
        return;
      }
      case "text": {
        if (column.utf8 !== undefined) {
          this.#writeUtf8(vector, column.utf8, from, to);
          return;
        }
        const values = column.data.slice(from, to);
        const total = this.#encodeTexts(values);
        this.#writeStrings(vector, values.length, this.#bytes.subarray(0, total), 0);
        this.#writeMissing(vector, values);
        return;
      }
      case "blob": {
        const values = column.data.slice(from, to);
        const total = this.#joinBlobs(values);
        this.#writeStrings(vector, values.length, this.#bytes.subarray(0, total), 0);
        this.#writeMissing(vector, values);
        return;
      }
    }
  }

  #writeUtf8(vector: duckdb.Vector, { bytes, ends, nulls }: Utf8Texts, from: number, to: number): void {
    const first = startOf(ends, from);
    for (let row = from, start = first; row < to; row++) {
      const end = ends[row]!;
      this.#lengths[row - from] = end - start;
      start = end + 1;
    }
    this.#writeStrings(vector, to - from, bytes.subarray(first, ends[to - 1]), 1);
    if (nulls !== null) this.#writeNulls(vector, nulls.subarray(from, to));
  }

  /** Marks rows NULL where `nulls` is not 0. A reset chunk has every row valid. */
  #writeNulls(vector: duckdb.Vector, nulls: Uint8Array): void {
    const validity = this.#validity.fill(255);
    let missing = 0;
    for (let row = 0; row < nulls.length; row++) {
      if (nulls[row] === 0) continue;
      validity[row >> 3]! &= ~(1 << (row & 7));
      missing++;
    }
    if (missing > 0) this.#copyValidity(vector);
  }

  #writeMissing(vector: duckdb.Vector, values: readonly unknown[]): void {
    if (!values.includes(null)) return;
    const validity = this.#validity.fill(255);
    for (let row = 0; row < values.length; row++) {
      if (values[row] === null) validity[row >> 3]! &= ~(1 << (row & 7));
    }
    this.#copyValidity(vector);
  }

  #copyValidity(vector: duckdb.Vector): void {
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, this.#validity.buffer, 0, this.#validity.byteLength);
  }

  /** Encodes all texts behind one another into the scratch bytes and their byte lengths; gives the total. NULL counts 0. */
  #encodeTexts(values: readonly (string | null)[]): number {
    const joined = values.join("");
    this.#reserve(joined.length * 3);
    const total = encoder.encodeInto(joined, this.#bytes).written;
    const lengths = this.#lengths;
    if (total === joined.length) { // all ASCII: one byte per UTF-16 unit
      for (let row = 0; row < values.length; row++) lengths[row] = values[row]?.length ?? 0;
      return total;
    }
    let counted = 0;
    for (let row = 0; row < values.length; row++) counted += lengths[row] = utf8Length(values[row] ?? "");
    if (counted !== total || !joined.isWellFormed()) {
      throw new RheiError("SYNC_FAILED", "Cannot mirror a text value: it holds a lone surrogate");
    }
    return total;
  }

  #joinBlobs(values: readonly (Uint8Array | null)[]): number {
    let total = 0;
    for (let row = 0; row < values.length; row++) total += this.#lengths[row] = values[row]?.byteLength ?? 0;
    this.#reserve(total);
    let offset = 0;
    for (const value of values) {
      if (value === null) continue;
      this.#bytes.set(value, offset);
      offset += value.byteLength;
    }
    return total;
  }

  #reserve(byteCount: number): void {
    if (this.#bytes.byteLength < byteCount) this.#bytes = new Uint8Array(byteCount + (byteCount >> 1));
  }

  /** Writes the `duckdb_string_t`s of rows whose bytes lie behind one another, `gap` bytes between them. */
  #writeStrings(vector: duckdb.Vector, rowCount: number, bytes: Uint8Array, gap: number): void {
    const words = this.#stringWords, strings = this.#strings, lengths = this.#lengths;
    let addressLow = 0, addressHigh = 0;
    this.#stringBytes += bytes.length;
    if (bytes.length > INLINE_BYTES) {
      duckdb.vector_assign_string_element_len(vector, 0, bytes);
      const first = duckdb.vector_get_data(vector, STRING_BYTES);
      const view = new DataView(first.buffer, first.byteOffset, STRING_BYTES);
      addressLow = view.getUint32(8, true);
      addressHigh = view.getUint32(12, true);
    }
    for (let row = 0, offset = 0; row < rowCount; row++) {
      const length = lengths[row]!, word = row * 4;
      words[word] = length;
      if (length <= INLINE_BYTES) { // the rest must be zero: DuckDB compares all 16 bytes
        words[word + 1] = words[word + 2] = words[word + 3] = 0;
        const target = row * STRING_BYTES + 4;
        for (let index = 0; index < length; index++) strings[target + index] = bytes[offset + index]!;
      } else {
        words[word + 1] = bytes[offset]! | bytes[offset + 1]! << 8 | bytes[offset + 2]! << 16 |
          bytes[offset + 3]! << 24;
        const low = addressLow + offset;
        words[word + 2] = low;
        words[word + 3] = low > 0xffffffff ? addressHigh + 1 : addressHigh;
      }
      offset += length + gap;
    }
    duckdb.copy_data_to_vector(vector, 0, strings.buffer, 0, rowCount * STRING_BYTES);
  }
}

/** Where the chunk that starts at `start` ends: after {@linkcode CHUNK_ROWS}, earlier when its strings grow long. */
function chunkEnd(columns: readonly ColumnVector[], start: number, to: number): number {
  let end = Math.min(to, start + CHUNK_ROWS);
  for (const column of columns) {
    if (column.class !== "text" && column.class !== "blob") continue;
    if (column.class === "text" && column.utf8 !== undefined) {
      const { ends } = column.utf8;
      const first = startOf(ends, start);
      while (end > start + 1 && ends[end - 1]! - first > CHUNK_TEXT_LENGTH) end--;
      continue;
    }
    const data: readonly { readonly length: number }[] = column.data as readonly (string & Uint8Array)[];
    let length = 0;
    for (let row = start; row < end; row++) {
      length += data[row]?.length ?? 0;
      if (length > CHUNK_TEXT_LENGTH) end = Math.max(row, start + 1);
    }
  }
  return end;
}

/** Where a text in UTF-8 begins. */
function startOf(ends: Uint32Array, row: number): number {
  return row === 0 ? 0 : ends[row - 1]! + 1;
}

/** Bytes of a well-formed string in UTF-8. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A surrogate pair is 4 bytes in 2 units, so each half adds one.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}
