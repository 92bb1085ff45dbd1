import { utf8Bytes } from "../kernels/mod.ts";
import type { MemoryBudget } from "./memory_budget.ts";

/**
 * Distinct texts and their codes, looked up by their bytes, so that texts which lie in columns as UTF-8 need not be decoded to become
 * keys.
 */
export class Utf8Texts {
  count = 0;
  #bytes = new Uint8Array(1 << 12);
  /** Text `code` is `bytes[offsets[code] … offsets[code + 1])`. */
  #offsets = new Int32Array(1 << 8);
  /** By code. */
  #hashes = new Int32Array(1 << 8);
  /** The code plus one, 0 where a slot is free. A power of two of them, at least twice as many as codes. */
  #slots = new Int32Array(1 << 9);
  readonly #budget: MemoryBudget | null;

  /** @param budget Counts the memory; `null` for texts that stay when the statement has ended. */
  constructor(budget: MemoryBudget | null) {
    this.#budget = budget;
  }

  /** Where the texts lie, as Arrow has them. */
  get utf8(): { readonly offsets: Int32Array; readonly bytes: Uint8Array } {
    return { offsets: this.#offsets, bytes: this.#bytes };
  }

  /** The text's code, a new one if it was not met before. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end);
    const slot = this.#seek(hash, bytes, start, end);
    const known = this.#slots[slot]! - 1;
    return known >= 0 ? known : this.#add(slot, hash, bytes, start, end);
  }

  /** The text's code, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#seek(hashBytes(bytes, start, end), bytes, start, end)]! - 1;
  }

  /** The code of a text that is at hand as a string. */
  internText(text: string): number {
    const bytes = utf8Bytes(text);
    return this.intern(bytes, 0, bytes.length);
  }

  /** The code of a text that is at hand as a string, or -1; no text has that of `null`. */
  findText(text: string | null): number {
    if (text === null) return -1;
    const bytes = utf8Bytes(text);
    return this.find(bytes, 0, bytes.length);
  }

  /** The slot that holds the text, or the free one where it would stand. */
  #seek(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const hashes = this.#hashes;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      if (hashes[entry - 1] === hash && this.#isText(entry - 1, bytes, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isText(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#bytes;
    let at = this.#offsets[code]!;
    if (this.#offsets[code + 1]! - at !== end - start) return false;
    while (start < end) if (known[at++] !== bytes[start++]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const code = this.count++;
    if (this.count >= this.#hashes.length) this.#growCodes();
    const from = this.#offsets[code]!;
    const to = from + end - start;
    if (to > this.#bytes.length) this.#growBytes(to);
    const target = this.#bytes;
    for (let at = 0; at < end - start; at++) target[from + at] = bytes[start + at]!;
    this.#offsets[code + 1] = to;
    this.#hashes[code] = hash;
    this.#slots[slot] = code + 1;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    return code;
  }

  #growCodes(): void {
    const size = this.#hashes.length * 2;
    this.#budget?.take(size * 4);
    const offsets = new Int32Array(size);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const hashes = new Int32Array(size);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #growBytes(needed: number): void {
    const size = Math.max(needed, this.#bytes.length * 2);
    this.#budget?.take(size - this.#bytes.length);
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  #rehash(): void {
    const size = this.#slots.length * 4;
    this.#budget?.take((size - this.#slots.length) * 4);
    const slots = new Int32Array(size);
    const mask = slots.length - 1;
    for (let code = 0; code < this.count; code++) {
      let slot = this.#hashes[code]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }
}

/** FNV-1a by words of four bytes, its high bits mixed into the low ones that choose the slot. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
  return hash ^ (hash >>> 15);
}
