import duckdb from "@duckdb/node-bindings";
import type { ColumnClass } from "../../types/mod.ts";
import { PHYSICAL_TYPE, SQL_TYPE, STRING_BYTES } from "./column_type.ts";

/** Rows a DuckDB chunk holds at most. */
export const CHUNK_ROWS = 2048;

/** Memory of unused chunks that is kept for the next transactions. */
const POOL_BYTES_MAX = 32 << 20;

/** A chunk on loan. */
export interface PooledChunk {
  readonly chunk: duckdb.DataChunk;
  /** Its column types. */
  readonly shape: string;
  /** Memory of its vectors, strings outside of them not counted. */
  readonly byteCount: number;
}

/**
 * Chunks to be used again. A chunk's memory, a quarter of a megabyte for ten columns, is freed only when its JavaScript object is
 * garbage, which the runtime is in no hurry to find out.
 */
export class ChunkPool {
  readonly #unused: PooledChunk[] = [];
  #unusedBytes = 0;

  /** An empty chunk with columns of the given classes. */
  take(classes: readonly ColumnClass[]): PooledChunk {
    const shape = classes.map((each) => SQL_TYPE[each]).join();
    const position = this.#unused.findLastIndex((each) => each.shape === shape);
    if (position >= 0) {
      const [pooled] = this.#unused.splice(position, 1);
      this.#unusedBytes -= pooled!.byteCount;
      return pooled!;
    }
    const byteCount = classes.reduce((sum, each) => sum + (each === "text" || each === "blob" ? STRING_BYTES : 8), 0);
    const types = classes.map((each) => duckdb.create_logical_type(PHYSICAL_TYPE[each]));
    return { chunk: duckdb.create_data_chunk(types), shape, byteCount: byteCount * CHUNK_ROWS };
  }

  /** Empties a chunk and takes it back. */
  give(pooled: PooledChunk): void {
    duckdb.data_chunk_reset(pooled.chunk);
    this.#unused.push(pooled);
    this.#unusedBytes += pooled.byteCount;
    while (this.#unusedBytes > POOL_BYTES_MAX) this.#unusedBytes -= this.#unused.shift()!.byteCount;
  }
}
