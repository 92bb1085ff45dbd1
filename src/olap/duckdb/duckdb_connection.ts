import duckdb from "@duckdb/node-bindings";

/** Statements kept prepared, at most; others are planned for each run. */
const PREPARED_MAX = 256;

/**
 * One DuckDB connection. Statements of a connection run one after the other; the caller never overlaps them. Failures are
 * DuckDB's own errors: see `duckdb_failure.ts`.
 *
 * Built on the bindings rather than on `@duckdb/node-api`: the mirror writes vectors and reads chunks without a JavaScript
 * object per value, which that package's layer does not offer.
 */
export class DuckdbConnection {
  readonly #connection: duckdb.Connection;
  /** Names of prepared statements by their texts; `null` for one that was asked for once. None is given up: SQL not run yet may name it. */
  readonly #prepared = new Map<string, string | null>();
  #preparedCount = 0;
  /** Texts of those that were prepared before the schema last changed. */
  readonly #outdated = new Set<string>();
  #stream: duckdb.Result | null = null;
  #closed = false;

  constructor(connection: duckdb.Connection) {
    this.#connection = connection;
  }

  /** Runs one or more statements on a thread of the runtime's pool and gives the last one's result, fully computed. */
  query(sql: string): Promise<duckdb.Result> {
    return duckdb.query(this.#connection, sql);
  }

  /**
   * The name under which `execute` runs a statement that recurs, with its parameters; `null` where it is not prepared, as when it is asked
   * for for the first time. The name is good whatever becomes of transactions and of the schema.
   */
  async prepared(sql: string): Promise<string | null> {
    const known = this.#prepared.get(sql);
    if (typeof known === "string" && !this.#outdated.delete(sql)) return known;
    if (known === undefined) {
      if (this.#prepared.size < PREPARED_MAX) this.#prepared.set(sql, null);
      return null;
    }
    const name = known ?? `rhei_${++this.#preparedCount}`;
    await this.query(`prepare ${name} as ${sql}`);
    this.#prepared.set(sql, name);
    return name;
  }

  /** Has statements prepared again when they are next asked for: older ones than the schema DuckDB would plan anew at every run. */
  schemaChanged(): void {
    for (const [sql, name] of this.#prepared) if (name !== null) this.#outdated.add(sql);
  }

  /**
   * Starts one statement whose rows are computed as `nextChunk` fetches them. DuckDB ends such a result early, without a word,
   * when it fails on the way: the caller checks that all rows came.
   */
  async stream(sql: string): Promise<void> {
    const statement = await duckdb.prepare(this.#connection, sql);
    try {
      this.#stream = await duckdb.execute_prepared_streaming(statement);
    } finally {
      duckdb.destroy_prepare_sync(statement);
    }
  }

  /** The next rows of the stream, or `null` at its end. */
  async nextChunk(): Promise<duckdb.DataChunk | null> {
    if (this.#stream === null) return null;
    const chunk = await duckdb.fetch_chunk(this.#stream);
    if (chunk !== null && duckdb.data_chunk_get_size(chunk) > 0) return chunk;
    this.#stream = null;
    return null;
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
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A stream that has not reached its end keeps the database, and the lock on its file, until it is garbage.
    if (this.#stream !== null) this.interrupt();
    while (await this.nextChunk() !== null);
    duckdb.disconnect_sync(this.#connection);
  }
}
