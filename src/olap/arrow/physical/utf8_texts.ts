import { utf8Bytes } from "../kernels/mod.ts";
import { hashBytes } from "../storage/hash_bytes.ts";
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
  /** Two numbers a slot, to be found in one place: the code plus one, 0 where free, and the hash. A power of two, twice as many as codes. */
  #slots = new Int32Array(2 << 9);
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

  /** The place of the slot that holds the text, or of the free one where it would stand. */
  #seek(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash << 1 & mask;
    for (let entry = slots[at]!; entry !== 0; entry = slots[at]!) {
      if (slots[at + 1] === hash && this.#isText(entry - 1, bytes, start, end)) return at;
      at = at + 2 & mask;
    }
    return at;
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
    if (this.count >= this.#offsets.length) this.#growOffsets();
    const from = this.#offsets[code]!;
    const to = from + end - start;
    if (to > this.#bytes.length) this.#growBytes(to);
    const target = this.#bytes;
    for (let at = 0; at < end - start; at++) target[from + at] = bytes[start + at]!;
    this.#offsets[code + 1] = to;
    this.#slots[slot] = code + 1;
    this.#slots[slot + 1] = hash;
    if (this.count * 4 > this.#slots.length) this.#growSlots();
    return code;
  }

  #growOffsets(): void {
    const size = this.#offsets.length * 2;
    this.#budget?.take(size * 2);
    const offsets = new Int32Array(size);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
  }

  #growBytes(needed: number): void {
    const size = Math.max(needed, this.#bytes.length * 2);
    this.#budget?.take(size - this.#bytes.length);
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  #growSlots(): void {
    const before = this.#slots;
    const size = before.length * 4;
    this.#budget?.take((size - before.length) * 4);
    const slots = new Int32Array(size);
    const mask = size - 1;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === 0) continue;
      let to = before[from + 1]! << 1 & mask;
      while (slots[to] !== 0) to = to + 2 & mask;
      slots[to] = before[from]!;
      slots[to + 1] = before[from + 1]!;
    }
    this.#slots = slots;
  }
}
