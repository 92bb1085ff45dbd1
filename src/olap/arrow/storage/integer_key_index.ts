import { invariant } from "../../../errors/mod.ts";
import type { ColumnVector } from "../../../types/mod.ts";
import type { KeyIndex } from "./key_index.ts";
import type { PositionList } from "./position_list.ts";

/** A direct array may have so many slots per key. */
const SLOTS_PER_KEY = 8;
const SLOTS_MIN = 1 << 12;
/** Room that growing must gain, as a share of what is copied. */
const ROOM_SHARE_MIN = 0.25;
/** Keys within ±2^53 can be told apart as doubles. */
const EXACT_HIGH_LEAST = -(2 ** 21);
const EXACT_HIGH_END = 2 ** 21;

/**
 * Positions by one integer. While keys lie close together they index an array directly; otherwise a hash table with open addressing
 * holds them, as two words each: no BigInt is made for a key. Slots hold the position plus one, 0 where there is none.
 */
export class IntegerKeyIndex implements KeyIndex {
  readonly #rowCount: number;
  #table: DirectTable | HashTable = new DirectTable();

  /** @param rowCount Keys it is likely to get. */
  constructor(rowCount = 0) {
    this.#rowCount = rowCount;
  }

  put(keys: readonly ColumnVector[], rowCount: number, first: number, former: PositionList): void {
    this.putWords(wordsOf(keys, rowCount), rowCount, first, former);
  }

  /** {@linkcode IntegerKeyIndex.put} for keys given as two words each. */
  putWords(words: Int32Array, rowCount: number, first: number, former: PositionList): void {
    if (this.#table instanceof DirectTable && !this.#table.reserve(words, rowCount)) {
      this.#table = this.#table.toHashTable(Math.max(rowCount, this.#rowCount));
    }
    if (this.#table instanceof HashTable) this.#table.reserve(rowCount);
    this.#table.put(words, rowCount, first, former);
  }

  find(keys: readonly ColumnVector[], rowCount: number, found: PositionList): void {
    this.#table.find(wordsOf(keys, rowCount), rowCount, found);
  }

  remove(keys: readonly ColumnVector[], rowCount: number, former: PositionList): void {
    this.#table.remove(wordsOf(keys, rowCount), rowCount, former);
  }
}

function wordsOf(keys: readonly ColumnVector[], rowCount: number): Int32Array {
  const [key] = keys;
  invariant(key?.class === "integer", "the key is one integer");
  return new Int32Array(key.data.buffer, key.data.byteOffset, rowCount * 2);
}

class DirectTable {
  #slots = new Int32Array(0);
  /** The key of the first slot. */
  #base = 0;
  #count = 0;

  /** Makes room for keys; `false` if the array would be too sparse. */
  reserve(words: Int32Array, rowCount: number): boolean {
    if (rowCount === 0) return true;
    let least = Infinity;
    let most = -Infinity;
    for (let row = 0; row < rowCount; row++) {
      const high = words[2 * row + 1]!;
      if (high < EXACT_HIGH_LEAST || high >= EXACT_HIGH_END) return false;
      const key = high * 2 ** 32 + (words[2 * row]! >>> 0);
      if (key < least) least = key;
      if (key > most) most = key;
    }
    const length = this.#slots.length;
    const end = this.#base + length;
    if (length > 0 && least >= this.#base && most < end) return true;
    const wantedBase = length === 0 ? least : Math.min(least, this.#base);
    const wantedEnd = length === 0 ? most + 1 : Math.max(most + 1, end);
    const slotsMax = Math.max(SLOTS_MIN, (this.#count + rowCount) * SLOTS_PER_KEY);
    const span = wantedEnd - wantedBase;
    // Room to grow at the side that grew, so that ascending or descending keys do not copy it each time.
    const room = Math.min(span, slotsMax - span);
    if (room < span * ROOM_SHARE_MIN) return false;
    const base = length > 0 && least < this.#base ? wantedBase - room : wantedBase;
    const slots = new Int32Array(span + room);
    slots.set(this.#slots, length === 0 ? 0 : this.#base - base);
    this.#slots = slots;
    this.#base = base;
    return true;
  }

  put(words: Int32Array, rowCount: number, first: number, former: PositionList): void {
    const slots = this.#slots;
    for (let row = 0; row < rowCount; row++) {
      const slot = words[2 * row + 1]! * 2 ** 32 + (words[2 * row]! >>> 0) - this.#base;
      const before = slots[slot]!;
      if (before > 0) former.add(before - 1);
      else this.#count++;
      slots[slot] = first + row + 1;
    }
  }

  find(words: Int32Array, rowCount: number, found: PositionList): void {
    const slots = this.#slots;
    for (let row = 0; row < rowCount; row++) {
      const slot = this.#slotOf(words, row);
      if (slot >= 0 && slots[slot]! > 0) found.add(slots[slot]! - 1);
    }
  }

  remove(words: Int32Array, rowCount: number, former: PositionList): void {
    const slots = this.#slots;
    for (let row = 0; row < rowCount; row++) {
      const slot = this.#slotOf(words, row);
      if (slot < 0 || slots[slot] === 0) continue;
      former.add(slots[slot]! - 1);
      slots[slot] = 0;
      this.#count--;
    }
  }

  /** The slot a key would have, -1 where there is none for it. */
  #slotOf(words: Int32Array, row: number): number {
    const high = words[2 * row + 1]!;
    if (high < EXACT_HIGH_LEAST || high >= EXACT_HIGH_END) return -1;
    const slot = high * 2 ** 32 + (words[2 * row]! >>> 0) - this.#base;
    return slot >= 0 && slot < this.#slots.length ? slot : -1;
  }

  /** The same keys in a hash table with room for `more`. */
  toHashTable(more: number): HashTable {
    const table = new HashTable();
    table.reserve(this.#count + more);
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const position = this.#slots[slot]! - 1;
      if (position < 0) continue;
      const key = this.#base + slot;
      table.putOne(key | 0, Math.floor(key / 2 ** 32), position);
    }
    return table;
  }
}

/** Slots of low word, high word, and position plus one; -1 where a key was removed. */
class HashTable {
  #slots = new Int32Array(3 * 64);
  #mask = 63;
  #count = 0;
  /** Slots that are not free, removed ones included. */
  #used = 0;

  /** Makes room for so many keys more. */
  reserve(more: number): void {
    if ((this.#used + more) * 2 <= this.#mask + 1) return;
    let capacity = this.#mask + 1;
    while (capacity < (this.#count + more) * 3) capacity *= 2;
    const before = this.#slots;
    this.#slots = new Int32Array(3 * capacity);
    this.#mask = capacity - 1;
    this.#count = this.#used = 0;
    for (let at = 0; at < before.length; at += 3) {
      if (before[at + 2]! > 0) this.putOne(before[at]!, before[at + 1]!, before[at + 2]! - 1);
    }
  }

  put(words: Int32Array, rowCount: number, first: number, former: PositionList): void {
    for (let row = 0; row < rowCount; row++) {
      const before = this.putOne(words[2 * row]!, words[2 * row + 1]!, first + row);
      if (before >= 0) former.add(before);
    }
  }

  find(words: Int32Array, rowCount: number, found: PositionList): void {
    for (let row = 0; row < rowCount; row++) {
      const position = this.#slots[this.#find(words[2 * row]!, words[2 * row + 1]!) + 2]! - 1;
      if (position >= 0) found.add(position);
    }
  }

  remove(words: Int32Array, rowCount: number, former: PositionList): void {
    const slots = this.#slots;
    for (let row = 0; row < rowCount; row++) {
      const at = this.#find(words[2 * row]!, words[2 * row + 1]!);
      if (slots[at + 2]! <= 0) continue;
      former.add(slots[at + 2]! - 1);
      slots[at + 2] = -1;
      this.#count--;
    }
  }

  /** Puts one key in, for which there is room; gives its former position or -1. */
  putOne(low: number, high: number, position: number): number {
    const at = this.#find(low, high);
    const slots = this.#slots;
    const before = slots[at + 2]!;
    slots[at] = low;
    slots[at + 1] = high;
    slots[at + 2] = position + 1;
    if (before === 0) this.#used++;
    if (before <= 0) this.#count++;
    return before <= 0 ? -1 : before - 1;
  }

  /** The key's slot, even if the key was removed from it; else the free slot where it would go. */
  #find(low: number, high: number): number {
    const slots = this.#slots;
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    while (true) {
      const at = slot * 3;
      if (slots[at + 2] === 0 || (slots[at] === low && slots[at + 1] === high)) return at;
      slot = (slot + 1) & this.#mask;
    }
  }
}
