import type { ColumnView, TableSnapshot, TextDictionary } from "../storage/table_snapshot.ts";
import { BytesHeap } from "./text_heaps.ts";

/** Dictionaries kept; the one not used for longest is dropped. */
const DICTIONARIES_MAX = 1024;

/** Heaps over the texts of tables, kept between statements so that what was decoded or computed per distinct text stays. */
export class HeapCache {
  readonly #dictionaries = new Map<number, BytesHeap>();
  readonly #columns = new WeakMap<Uint8Array, BytesHeap>();

  /** The texts of a column; `null` when it has none. */
  of({ data }: ColumnView, { positionCount }: TableSnapshot): BytesHeap | null {
    if (data.kind === "dictionary") return this.#dictionary(data.dictionary);
    return data.kind === "utf8" ? this.#column(data.offsets, data.bytes, positionCount) : null;
  }

  #dictionary({ id, count, offsets, bytes }: TextDictionary): BytesHeap {
    let heap = this.#dictionaries.get(id);
    if (heap === undefined) {
      heap = new BytesHeap(count, offsets, bytes, true);
      if (this.#dictionaries.size >= DICTIONARIES_MAX) {
        this.#dictionaries.delete(this.#dictionaries.keys().next().value!);
      }
    } else {
      heap.show(count, offsets, bytes);
      this.#dictionaries.delete(id);
    }
    this.#dictionaries.set(id, heap);
    return heap;
  }

  /** A plain column's texts, by position. */
  #column(offsets: Int32Array, bytes: Uint8Array, count: number): BytesHeap {
    let heap = this.#columns.get(bytes);
    if (heap === undefined) this.#columns.set(bytes, heap = new BytesHeap(count, offsets, bytes, false));
    else heap.show(count, offsets, bytes);
    return heap;
  }
}
