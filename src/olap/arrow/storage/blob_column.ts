import { invariant } from "../../../errors/mod.ts";
import type { ColumnVector } from "../../../types/mod.ts";
import { ByteHeap } from "./byte_heap.ts";
import { DistinctSketch } from "./distinct_sketch.ts";
import type { StoredColumn } from "./stored_column.ts";
import type { ColumnView } from "./table_snapshot.ts";
import { Validity } from "./validity.ts";

/** A column of blobs. */
export class BlobColumn implements StoredColumn {
  readonly #validity = new Validity();
  readonly #heap = new ByteHeap();
  readonly #sketch = new DistinctSketch();
  #length = 0;
  #markedLength = 0;

  get length(): number {
    return this.#length;
  }

  append(vector: ColumnVector, count: number): void {
    invariant(vector.class === "blob", "blobs go into columns of blobs");
    const first = this.#length;
    this.#heap.appendBlobs(vector.data, count);
    this.#heap.sketch(this.#sketch, first);
    this.#validity.reserve(first + count);
    for (let row = 0; row < count; row++) {
      if (vector.data[row] === null) this.#validity.clear(first + row, first + count);
    }
    this.#length = first + count;
  }

  appendFrom(source: StoredColumn, positions: Int32Array): void {
    invariant(source instanceof BlobColumn, "blobs come from a column of blobs");
    const first = this.#length;
    const length = first + positions.length;
    this.#heap.appendFrom(source.#heap, positions);
    this.#heap.sketch(this.#sketch, first);
    this.#validity.reserve(length);
    for (let row = 0; row < positions.length; row++) {
      if (source.#validity.isNull(positions[row]!)) this.#validity.clear(first + row, length);
    }
    this.#length = length;
  }

  /** Adds blobs as they lie in Arrow's layout. */
  appendArrow(offsets: Int32Array, bytes: Uint8Array, count: number, nulls: Uint8Array | null): void {
    const first = this.#length;
    this.#heap.appendArrow(offsets, bytes, count);
    this.#heap.sketch(this.#sketch, first);
    this.#validity.append(nulls, first, count);
    this.#length = first + count;
  }

  mark(): void {
    this.#markedLength = this.#length;
    this.#validity.mark();
  }

  rollback(): void {
    this.#validity.restore(this.#markedLength);
    this.#length = this.#markedLength;
    this.#heap.truncate(this.#length);
  }

  view(): ColumnView {
    const { offsets, bytes } = this.#heap;
    const { nullCount, bits } = this.#validity;
    return {
      validity: bits,
      nullCount,
      data: { kind: "binary", offsets, bytes },
      range: null,
      distinctEstimate: this.#sketch.estimate(this.#length - nullCount),
    };
  }

  emptied(length: number): BlobColumn {
    const column = new BlobColumn();
    column.#heap.reserve(length, this.#heap.byteLength);
    return column;
  }
}
