import duckdb from "@duckdb/node-bindings";
import { foldName } from "../../sql/mod.ts";
import type { ColumnClass, ColumnVector } from "../../types/mod.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";

interface Feed {
  readonly writer: ChunkWriter;
  readonly appender: duckdb.Appender;
}

/** The appenders of a transaction, one per DuckDB table, open from the first row to `flush`. */
export class RowFeeds {
  readonly #connection: DuckdbConnection;
  readonly #feeds = new Map<string, Feed>();

  constructor(connection: DuckdbConnection) {
    this.#connection = connection;
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
    const id = feedId(schema, table);
    let feed = this.#feeds.get(id);
    if (feed === undefined) {
      feed = { writer: new ChunkWriter(classes), appender: this.#connection.appender(schema, table) };
      this.#feeds.set(id, feed);
    }
    feed.writer.append(feed.appender, columns, from, to);
  }

  /** Hands every row to DuckDB and closes the appenders, so that statements see the rows. */
  flush(): void {
    for (const [id, { appender }] of this.#feeds) {
      this.#feeds.delete(id);
      duckdb.appender_close_sync(appender);
    }
  }

  /** Throws away rows that DuckDB does not have yet: all of them, or those of a table about to be dropped. */
  discard(schema?: string, table?: string): void {
    for (const [id, { appender }] of this.#feeds) {
      if (schema !== undefined && table !== undefined && id !== feedId(schema, table)) continue;
      this.#feeds.delete(id);
      duckdb.appender_clear(appender);
      duckdb.appender_close_sync(appender);
    }
  }
}

function feedId(schema: string, table: string): string {
  return `${schema}.${foldName(table)}`;
}
