import { ByteHeap } from "./byte_heap.ts";
import { decodeTexts } from "./decode_texts.ts";
import type { TextDictionary } from "./table_snapshot.ts";

let lastId = 0;

/** The distinct texts of a column, and their codes. */
export class GrowingDictionary {
  readonly id = ++lastId;
  readonly heap = new ByteHeap();
  /** `null` until a text is looked up: what was read from disk may never be. */
  #codes: Map<string, number> | null = new Map();

  /** A dictionary of texts in Arrow's layout. */
  static of(offsets: Int32Array, bytes: Uint8Array, count: number): GrowingDictionary {
    const dictionary = new GrowingDictionary();
    dictionary.heap.appendArrow(offsets, bytes, count);
    dictionary.#codes = null;
    return dictionary;
  }

  get count(): number {
    return this.heap.count;
  }

  /** Writes the codes of texts from `first` on, adding those that are new; `null` has code 0. */
  encode(texts: readonly (string | null)[], count: number, codes: Int32Array, first: number): void {
    const known = this.#codes ??= this.#index(0);
    const fresh = new Map<string, number>();
    for (let row = 0; row < count; row++) {
      const text = texts[row] ?? null;
      if (text === null) {
        codes[first + row] = 0;
        continue;
      }
      let code = known.get(text) ?? fresh.get(text);
      if (code === undefined) fresh.set(text, code = this.count + fresh.size);
      codes[first + row] = code;
    }
    if (fresh.size > 0) this.#add([...fresh.keys()], known);
  }

  view(): TextDictionary {
    return { id: this.id, count: this.heap.count, offsets: this.heap.offsets, bytes: this.heap.bytes };
  }

  #add(texts: readonly string[], known: Map<string, number>): void {
    const first = this.heap.count;
    try {
      this.heap.appendTexts(texts, 0, texts.length);
    } catch (error) {
      this.heap.truncate(first);
      throw error;
    }
    // Read back, because the texts given may be slices that keep all of a much longer text in memory.
    for (const [text, code] of this.#index(first)) known.set(text, code);
  }

  /** Codes of the texts from `first` on. */
  #index(first: number): Map<string, number> {
    const { offsets, bytes, count } = this.heap;
    return new Map(decodeTexts(offsets, bytes, first, count).map((text, at) => [text, first + at]));
  }
}
