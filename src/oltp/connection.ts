import { type ExactValue, type ResultColumn, type RowSet, type SqlParameters, toSqlValue } from "../types/mod.ts";
import { bindParameters } from "./bind_parameters.ts";
import { type DriverAccess, type DriverConnection, type DriverStatement, openDriver } from "./driver.ts";
import { mapError } from "./map_error.ts";
import type { ExecuteResult } from "./oltp_client.ts";
import { plainBlobs, PreparedStatement, type SchemaClock } from "./prepared_statement.ts";
import { StatementCache } from "./statement_cache.ts";
import { readStatementText } from "./statement_text.ts";

const NO_COLUMNS: readonly ResultColumn[] = [];
const NO_ROWS: RowSet = { columns: NO_COLUMNS, rows: [] };
const RUN = "run the statement";

/** One SQLite connection with its prepared statements. Every method is synchronous and throws `RheiError`s. */
export class Connection {
  readonly #driver: DriverConnection;
  readonly #clock: SchemaClock;
  readonly #statements = new StatementCache();

  constructor(path: string, access: DriverAccess, clock: SchemaClock) {
    this.#clock = clock;
    try {
      this.#driver = openDriver(path, access);
    } catch (error) {
      throw mapError(error, { action: `open "${path}"` });
    }
  }

  /** The database's text encoding, as `TextDecoder` names it. */
  get encoding(): "utf-8" | "utf-16le" | "utf-16be" {
    return String(this.scalar("PRAGMA encoding")).toLowerCase() as "utf-8" | "utf-16le" | "utf-16be";
  }

  get inTransaction(): boolean {
    return this.#driver.inTransaction;
  }

  /** Runs a text of rhei's own that returns nothing of interest and has no parameters. */
  control(sql: string): void {
    try {
      this.#driver.exec(sql);
    } catch (error) {
      throw mapError(error, { action: `run ${sql}` });
    }
  }

  /** The prepared form of one statement, from the cache where it is there. */
  prepare(sql: string): PreparedStatement {
    const cached = this.#statements.get(sql);
    if (cached !== undefined) return cached;
    const statement = this.#prepareNew(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #prepareNew(sql: string): PreparedStatement {
    const text = readStatementText(sql);
    try {
      return new PreparedStatement(text, this.#driver);
    } catch (error) {
      throw mapError(error, { action: RUN, sql });
    }
  }

  query(sql: string, params: SqlParameters): RowSet {
    return this.queryPrepared(sql, this.prepare(sql), params);
  }

  queryPrepared(sql: string, statement: PreparedStatement, params: SqlParameters): RowSet {
    const values = bindParameters(statement.text.parameters, params);
    try {
      if (!statement.reader) {
        statement.driver.run(values);
        return NO_ROWS;
      }
      const rows = statement.all(values);
      return { columns: statement.columns(this.#clock, rows[0]), rows };
    } catch (error) {
      throw mapError(error, { action: RUN, sql });
    }
  }

  /** The first column of the first row of a query of rhei's own. */
  scalar(sql: string): ExactValue | undefined {
    return this.query(sql, []).rows[0]?.[0];
  }

  execute(sql: string, params: SqlParameters): ExecuteResult & { readonly rows: RowSet } {
    const statement = this.prepare(sql);
    if (statement.reader) return this.#executeReader(sql, statement, params);
    const values = bindParameters(statement.text.parameters, params);
    try {
      const { changes, lastInsertRowid } = statement.driver.run(values);
      if (statement.text.kind === "definition") this.#clock.generation++;
      const rowid = Number.isSafeInteger(lastInsertRowid) && lastInsertRowid !== 0
        ? lastInsertRowid
        : this.#exactRowid(statement, changes, lastInsertRowid);
      return { rowsAffected: changes, lastInsertRowid: rowid, rows: NO_ROWS };
    } catch (error) {
      throw mapError(error, { action: RUN, sql });
    }
  }

  /** RETURNING and PRAGMA: the driver counts nothing for statements with rows. */
  #executeReader(
    sql: string,
    statement: PreparedStatement,
    params: SqlParameters,
  ): ExecuteResult & { readonly rows: RowSet } {
    const before = this.scalar("select total_changes()");
    const rows = this.queryPrepared(sql, statement, params);
    const [after, changes, rowid] = this.query("select total_changes(), changes(), last_insert_rowid()", []).rows[0]!;
    const rowsAffected = after === before ? 0 : Number(changes);
    const insertedNone = rowid === 0n && (statement.text.kind !== "insert" || rowsAffected === 0);
    return { rowsAffected, lastInsertRowid: insertedNone ? null : toSqlValue(rowid!) as number | bigint, rows };
  }

  /** Called for a rowid the driver has rounded, or 0: that is "none yet" unless this very statement inserted it. */
  #exactRowid(statement: PreparedStatement, changes: number, rounded: number): number | bigint | null {
    if (rounded === 0) return statement.text.kind === "insert" && changes > 0 ? 0 : null;
    return this.scalar("select last_insert_rowid()") as bigint;
  }

  /**
   * The rows in batches, the last one possibly short. The statement belongs to this call alone, so that streams of the same text may
   * run side by side. `assertOpen` runs before each batch after the first.
   */
  *stream(
    sql: string,
    params: SqlParameters,
    batchRows: number,
    assertOpen: () => void,
  ): Generator<ExactValue[][], void, undefined> {
    if (!Number.isSafeInteger(batchRows) || batchRows < 1) {
      throw new RangeError(`batchRows is a positive integer, not ${batchRows}`);
    }
    const statement = this.#prepareNew(sql);
    const values = bindParameters(statement.text.parameters, params);
    let rows: ReturnType<DriverStatement["iterate"]> | undefined;
    try {
      rows = statement.driver.iterate(values);
      while (true) {
        const batch: ExactValue[][] = [];
        let next = rows.next();
        while (!next.done) {
          plainBlobs(next.value);
          batch.push(next.value);
          if (batch.length === batchRows) break;
          next = rows.next();
        }
        if (next.done) rows = undefined;
        if (batch.length > 0) yield batch;
        if (rows === undefined) return;
        assertOpen();
      }
    } catch (error) {
      rows = undefined;
      throw mapError(error, { action: RUN, sql });
    } finally {
      if (rows !== undefined) this.#abandon(rows);
    }
  }

  /** Ends a half-read statement, which would hold its read lock otherwise: the driver cannot reset one, a failing step does. */
  #abandon(rows: ReturnType<DriverStatement["iterate"]>): void {
    this.#driver.interrupt();
    try {
      // The driver reads ahead a little: the rows it holds come first.
      while (!rows.next().done);
    } catch {
      // The interruption asked for.
    }
  }

  interrupt(): void {
    this.#driver.interrupt();
  }

  close(): void {
    this.#statements.clear();
    this.#driver.close();
  }
}
