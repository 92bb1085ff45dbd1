import { RheiError } from "../../../errors/mod.ts";
import type { DistinctSketch } from "./distinct_sketch.ts";
import { grown, sharedArray } from "./shared_memory.ts";

/** UTF-16 units of texts that are encoded in one go: bounds the scratch memory. */
const JOINED_LENGTH = 1 << 20;
/** Scratch memory kept between calls, in bytes; a single text may need more. */
const SCRATCH_BYTES_MAX = 16 << 20;
/** Offsets are signed integers of 32 bits, in Arrow too. */
const BYTES_MAX = 2 ** 31 - 1;

const encoder = new TextEncoder();
let scratch = new Uint8Array(1 << 16);

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

  /**
   * Adds texts `from` to `to` (excluded) in UTF-8; `null` is an empty string. They are joined and encoded in one go, several times as
   * fast as one by one (bench/olap_apply.ts).
   */
  appendTexts(texts: readonly (string | null)[], from: number, to: number): void {
    this.#reserve(to - from, 0);
    while (from < to) {
      let end = from;
      let length = 0;
      do length += texts[end++]?.length ?? 0; while (end < to && length < JOINED_LENGTH);
      this.#appendJoined(texts, from, end, length);
      from = end;
    }
  }

  /** Adds blobs; `null` is an empty string. */
  appendBlobs(blobs: readonly (Uint8Array | null)[], count: number): void {
    let total = 0;
    for (let row = 0; row < count; row++) total += blobs[row]?.length ?? 0;
    this.#reserve(count, total);
    let end = this.byteLength;
    for (let row = 0; row < count; row++) {
      const blob = blobs[row] ?? null;
      if (blob !== null) this.bytes.set(blob, end);
      this.#push(end += blob?.length ?? 0);
    }
  }

  /** Adds strings of another heap; for a negative index an empty one. */
  appendFrom(source: ByteHeap, indexes: Int32Array): void {
    const { offsets, bytes } = source;
    let total = 0;
    for (const index of indexes) if (index >= 0) total += offsets[index + 1]! - offsets[index]!;
    this.#reserve(indexes.length, total);
    let end = this.byteLength;
    for (const index of indexes) {
      if (index >= 0) end = copyBytes(bytes, offsets[index]!, offsets[index + 1]!, this.bytes, end);
      this.#push(end);
    }
  }

  /** Adds strings as they lie in Arrow's layout: `count` of them, by `count + 1` offsets. */
  appendArrow(offsets: Int32Array, bytes: Uint8Array, count: number): void {
    if (count === 0) return; // then there need not be an offset
    const start = offsets[0]!;
    const total = offsets[count]! - start;
    this.#reserve(count, total);
    const shift = this.byteLength - start;
    this.bytes.set(bytes.subarray(start, start + total), this.byteLength);
    for (let row = 1; row <= count; row++) this.#push(offsets[row]! + shift);
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

  #reserve(count: number, byteLength: number): void {
    const end = this.byteLength;
    if (end + byteLength > BYTES_MAX) {
      throw new RheiError("SYNC_FAILED", "Cannot hold more than 2 GiB of text in one column of the mirror");
    }
    this.offsets = grown(this.offsets, this.#count + 1, this.#count + 1 + count);
    this.bytes = grown(this.bytes, end, end + byteLength);
  }

  #appendJoined(texts: readonly (string | null)[], from: number, to: number, length: number): void {
    if (scratch.length < length * 3) scratch = new Uint8Array(length * 3);
    // join() takes null for an empty string.
    const { written } = encoder.encodeInto(texts.slice(from, to).join(""), scratch);
    this.#reserve(0, written);
    const first = this.#count;
    const start = this.byteLength;
    let end = start;
    const ascii = written === length;
    for (let row = from; row < to; row++) {
      const text = texts[row] ?? "";
      this.#push(end += ascii ? text.length : utf8Length(text));
    }
    if (end - start === written) {
      this.bytes.set(scratch.subarray(0, written), start);
    } else {
      // Halves of a character that met when joined.
      this.#count = first;
      for (let row = from; row < to; row++) this.#appendOne(texts[row] ?? "");
    }
    if (scratch.length > SCRATCH_BYTES_MAX) scratch = new Uint8Array(1 << 16);
  }

  #appendOne(text: string): void {
    const { written } = encoder.encodeInto(text, scratch);
    this.#reserve(0, written);
    this.bytes.set(scratch.subarray(0, written), this.byteLength);
    this.#push(this.byteLength + written);
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

/** Bytes of a text in UTF-8; a lone surrogate counts as the replacement character it is encoded as. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    length++;
    if (unit < 0x800) continue;
    const isPair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    // Four bytes for two units, or three for one.
    length++;
    if (isPair) at++;
  }
  return length;
}
