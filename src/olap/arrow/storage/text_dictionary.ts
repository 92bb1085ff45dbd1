import { ByteHeap } from "./byte_heap.ts";
import type { EncodedTexts } from "./encode_texts.ts";
import { hashBytes } from "./hash_bytes.ts";
import type { TextDictionary } from "./table_snapshot.ts";

let lastId = 0;

/**
 * The distinct texts of a column, and their codes. Texts are looked up by their bytes in a hash table with open addressing: no string is
 * made of a text, and none kept.
 */
export class GrowingDictionary {
  readonly id = ++lastId;
  readonly heap = new ByteHeap();
  /** By code; `null` until a text is looked up: what was read from disk may never be. */
  #hashes: Int32Array | null = null;
  /** The code plus one, 0 where a slot is free. A power of two of them, at least twice as many as codes. */
  #slots = new Int32Array(0);

  /** A dictionary of texts in Arrow's layout. */
  static of(offsets: Int32Array, bytes: Uint8Array, count: number): GrowingDictionary {
    const dictionary = new GrowingDictionary();
    dictionary.heap.appendArrow(offsets, bytes, count);
    return dictionary;
  }

  get count(): number {
    return this.heap.count;
  }

  /** Writes the codes of texts from `first` on, adding those that are new; a NULL has code 0. */
  encode({ bytes, ends, nulls, rowCount }: EncodedTexts, codes: Int32Array, first: number): void {
    const heap = this.heap;
    let hashes = this.#hashes ?? this.#hashAll();
    let slots = this.#slots;
    for (let row = 0, start = 0; row < rowCount; row++) {
      const end = ends[row]!;
      let code = 0;
      if (nulls === null || nulls[row] === 0) {
        const hash = hashBytes(bytes, start, end);
        const mask = slots.length - 1;
        let slot = hash & mask;
        while (true) {
          code = slots[slot]! - 1;
          if (code < 0 || (hashes[code] === hash && equals(heap, code, bytes, start, end))) break;
          slot = (slot + 1) & mask;
        }
        if (code < 0) {
          code = heap.appendOne(bytes, start, end);
          hashes[code] = hash;
          slots[slot] = code + 1;
          if ((code + 2) * 2 > slots.length) {
            hashes = this.#hashAll();
            slots = this.#slots;
          }
        }
      }
      codes[first + row] = code;
      start = end + 1;
    }
  }

  view(): TextDictionary {
    return { id: this.id, count: this.heap.count, offsets: this.heap.offsets, bytes: this.heap.bytes };
  }

  /** Makes a larger table for the texts there are. */
  #hashAll(): Int32Array {
    const { count, offsets, bytes } = this.heap;
    let capacity = 64;
    while (capacity < count * 4) capacity *= 2;
    const hashes = new Int32Array(capacity / 2);
    const slots = new Int32Array(capacity);
    for (let code = 0; code < count; code++) {
      const hash = this.#hashes?.[code] ?? hashBytes(bytes, offsets[code]!, offsets[code + 1]!);
      hashes[code] = hash;
      let slot = hash & (capacity - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (capacity - 1);
      slots[slot] = code + 1;
    }
    this.#slots = slots;
    return this.#hashes = hashes;
  }
}

function equals(
  { offsets, bytes: known }: ByteHeap,
  code: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let at = offsets[code]!;
  if (offsets[code + 1]! - at !== end - start) return false;
  while (start < end) if (known[at++] !== bytes[start++]) return false;
  return true;
}
