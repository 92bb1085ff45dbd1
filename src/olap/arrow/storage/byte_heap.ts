import { RheiError } from "../../../errors/mod.ts";
import type { DistinctSketch } from "./distinct_sketch.ts";
import type { EncodedTexts } from "./encode_texts.ts";
import { grown, sharedArray } from "./shared_memory.ts";

/** Offsets are signed integers of 32 bits, in Arrow too. */
const BYTES_MAX = 2 ** 31 - 1;

interface Strings {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/**
 * Strings of bytes behind one another, in Arrow's layout: string `i` is `bytes[offsets[i] … offsets[i + 1])`. It only grows, but for
 * `truncate`.
 */
export class ByteHeap {
  offsets = sharedArray(Int32Array, 1);
  bytes = sharedArray(Uint8Array, 0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.offsets[this.#count]!;
  }

  /** Drops all strings but the first `count`. */
  truncate(count: number): void {
    this.#count = count;
  }

  /** Adds texts in UTF-8; NULLs are empty. */
  appendEncoded({ bytes, ends, rowCount }: EncodedTexts): void {
    if (rowCount === 0) return;
    this.reserve(rowCount, ends[rowCount - 1]! - (rowCount - 1));
    const { offsets, bytes: target } = this;
    const first = this.#count + 1;
    let end = this.byteLength;
    for (let row = 0, start = 0; row < rowCount; row++) {
      offsets[first + row] = end = copyBytes(bytes, start, ends[row]!, target, end);
      start = ends[row]! + 1;
    }
    this.#count += rowCount;
  }

  /** Adds one string; gives its index. */
  appendOne(bytes: Uint8Array, from: number, to: number): number {
    this.reserve(1, to - from);
    this.#push(copyBytes(bytes, from, to, this.bytes, this.byteLength));
    return this.#count - 1;
  }

  /** Adds blobs; `null` is an empty string. */
  appendBlobs(blobs: readonly (Uint8Array | null)[], count: number): void {
    let total = 0;
    for (let row = 0; row < count; row++) total += blobs[row]?.length ?? 0;
    this.reserve(count, total);
    let end = this.byteLength;
    for (let row = 0; row < count; row++) {
      const blob = blobs[row] ?? null;
      if (blob !== null) this.bytes.set(blob, end);
      this.#push(end += blob?.length ?? 0);
    }
  }

  /** Adds strings of another heap, or of a column in Arrow's layout; for a negative index an empty one. */
  appendFrom({ offsets, bytes }: Strings, indexes: Int32Array): void {
    let total = 0;
    for (const index of indexes) if (index >= 0) total += offsets[index + 1]! - offsets[index]!;
    this.reserve(indexes.length, total);
    const target = this.bytes;
    const ends = this.offsets.subarray(this.#count + 1);
    let end = this.byteLength;
    for (let row = 0; row < indexes.length; row++) {
      const index = indexes[row]!;
      if (index >= 0) end = copyBytes(bytes, offsets[index]!, offsets[index + 1]!, target, end);
      ends[row] = end;
    }
    this.#count += indexes.length;
  }

  /** Adds strings as they lie in Arrow's layout: `count` of them, by `count + 1` offsets. */
  appendArrow(offsets: Int32Array, bytes: Uint8Array, count: number): void {
    if (count === 0) return; // then there need not be an offset
    const start = offsets[0]!;
    const total = offsets[count]! - start;
    this.reserve(count, total);
    const shift = this.byteLength - start;
    this.bytes.set(bytes.subarray(start, start + total), this.byteLength);
    const ends = this.offsets.subarray(this.#count);
    for (let row = 1; row <= count; row++) ends[row] = offsets[row]! + shift;
    this.#count += count;
  }

  /** Adds the strings from `first` on to a sketch, but for empty ones. */
  sketch(sketch: DistinctSketch, first: number): void {
    for (let index = first; index < this.#count; index++) {
      const from = this.offsets[index]!;
      const to = this.offsets[index + 1]!;
      if (from < to) sketch.addBytes(this.bytes, from, to);
    }
  }

  #push(end: number): void {
    this.offsets[++this.#count] = end;
  }

  /** Makes room for so many strings more, of so many bytes together. */
  reserve(count: number, byteLength: number): void {
    const end = this.byteLength;
    if (end + byteLength > BYTES_MAX) {
      throw new RheiError("SYNC_FAILED", "Cannot hold more than 2 GiB of text in one column of the mirror");
    }
    this.offsets = grown(this.offsets, this.#count + 1, this.#count + 1 + count);
    this.bytes = grown(this.bytes, end, end + byteLength);
  }
}

/** Copies bytes; gives where they end. Most strings are too short for `set` to pay. */
function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  if (to - from > 64) {
    target.set(source.subarray(from, to), at);
    return at + to - from;
  }
  while (from < to) target[at++] = source[from++]!;
  return at;
}
