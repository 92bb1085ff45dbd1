import type { TextDictionary } from "../storage/table_snapshot.ts";
import { BytesHeap } from "./text_heaps.ts";

/** Heaps over the texts of tables, kept between statements so that what was decoded or computed per distinct text stays. */
export class HeapCache {
  readonly #dictionaries = new Map<number, BytesHeap>();
  readonly #columns = new WeakMap<Uint8Array, BytesHeap>();

  dictionary({ id, count, offsets, bytes }: TextDictionary): BytesHeap {
    const known = this.#dictionaries.get(id);
    if (known !== undefined) {
      known.grow(count, offsets, bytes);
      return known;
    }
    const heap = new BytesHeap(count, offsets, bytes, true);
    this.#dictionaries.set(id, heap);
    return heap;
  }

  /** A plain column's texts, by position. */
  column(offsets: Int32Array, bytes: Uint8Array, count: number): BytesHeap {
    let heap = this.#columns.get(bytes);
    if (heap === undefined) this.#columns.set(bytes, heap = new BytesHeap(count, offsets, bytes, false));
    return heap;
  }
}
