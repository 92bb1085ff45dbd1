import duckdb from "@duckdb/node-bindings";

/**
 * One DuckDB connection. Statements of a connection run one after the other; the caller never overlaps them. Failures are
 * DuckDB's own errors: see `duckdb_failure.ts`.
 *
 * Built on the bindings rather than on `@duckdb/node-api`: the mirror writes vectors and reads chunks without a JavaScript
 * object per value, which that package's layer does not offer.
 */
export class DuckdbConnection {
  readonly #connection: duckdb.Connection;
  #closed = false;

  constructor(connection: duckdb.Connection) {
    this.#connection = connection;
  }

  /** Runs one or more statements on a thread of the runtime's pool and gives the last one's result, fully computed. */
  query(sql: string): Promise<duckdb.Result> {
    return duckdb.query(this.#connection, sql);
  }

  /** Runs one statement whose rows are computed as they are fetched. */
  async stream(sql: string): Promise<duckdb.Result> {
    const statement = await duckdb.prepare(this.#connection, sql);
    try {
      return await duckdb.execute_prepared_streaming(statement);
    } finally {
      duckdb.destroy_prepare_sync(statement);
    }
  }

  /** Opens an appender; it must be closed before the connection runs its next statement. */
  appender(schema: string, table: string): duckdb.Appender {
    return duckdb.appender_create_ext(this.#connection, null, schema, table);
  }

  /** Asks the running statement to stop. One that has not begun yet does not notice. */
  interrupt(): void {
    duckdb.interrupt(this.#connection);
  }

  /** Ends the connection, which must be idle. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    duckdb.disconnect_sync(this.#connection);
  }
}
