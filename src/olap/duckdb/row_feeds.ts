import duckdb from "@duckdb/node-bindings";
import { foldName } from "../../sql/mod.ts";
import type { ColumnClass, ColumnVector } from "../../types/mod.ts";
import type { ChunkPool, PooledChunk } from "./chunk_pool.ts";
import type { ChunkWriter } from "./chunk_writer.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";

/** What every transaction needs to write rows; shared, because there is one writer. */
export interface WriterKit {
  readonly pool: ChunkPool;
  readonly writer: ChunkWriter;
}

/** The appenders of a transaction, one per DuckDB table, open from the first row to `flush`. */
export class RowFeeds {
  readonly #connection: DuckdbConnection;
  readonly #kit: WriterKit;
  readonly #appenders = new Map<string, duckdb.Appender>();

  constructor(connection: DuckdbConnection, kit: WriterKit) {
    this.#connection = connection;
    this.#kit = kit;
  }

  /** Appends rows `from` to `to` (excluded) to a table with columns of the given classes. */
  append(
    schema: string,
    table: string,
    classes: readonly ColumnClass[],
    columns: readonly ColumnVector[],
    from: number,
    to: number,
  ): void {
    if (from === to) return;
    const appender = this.#appender(schema, table);
    const pooled = this.#kit.pool.take(classes);
    while (from < to) {
      from = this.#kit.writer.fill(pooled.chunk, columns, from, to).end;
      duckdb.append_data_chunk(appender, pooled.chunk);
      duckdb.data_chunk_reset(pooled.chunk);
    }
    this.#kit.pool.give(pooled);
  }

  /** Appends a filled chunk and gives it back to the pool. */
  appendChunk(schema: string, table: string, pooled: PooledChunk): void {
    duckdb.append_data_chunk(this.#appender(schema, table), pooled.chunk);
    this.#kit.pool.give(pooled);
  }

  /** Hands every row to DuckDB and closes the appenders, so that statements see the rows. */
  flush(): void {
    for (const [id, appender] of this.#appenders) {
      this.#appenders.delete(id);
      duckdb.appender_close_sync(appender);
    }
  }

  /** Throws away rows that DuckDB does not have yet: all of them, or those of a table about to be dropped. */
  discard(schema?: string, table?: string): void {
    for (const [id, appender] of this.#appenders) {
      if (schema !== undefined && table !== undefined && id !== feedId(schema, table)) continue;
      this.#appenders.delete(id);
      duckdb.appender_clear(appender);
      duckdb.appender_close_sync(appender);
    }
  }

  #appender(schema: string, table: string): duckdb.Appender {
    const id = feedId(schema, table);
    let appender = this.#appenders.get(id);
    if (appender === undefined) this.#appenders.set(id, appender = this.#connection.appender(schema, table));
    return appender;
  }
}

function feedId(schema: string, table: string): string {
  return `${schema}.${foldName(table)}`;
}
