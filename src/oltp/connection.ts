import { RheiError } from "../errors/mod.ts";
import { type ExactValue, type ResultColumn, type RowSet, type SqlParameters, toSqlValue } from "../types/mod.ts";
import { bindParameters } from "./bind_parameters.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import { type DriverAccess, type DriverConnection, openDriver } from "./driver.ts";
import { mapError } from "./map_error.ts";
import type { ExecuteResult } from "./oltp_client.ts";
import { plainBlobs, PreparedStatement } from "./prepared_statement.ts";
import { allRows } from "./reset_statement.ts";
import { RowCursor } from "./row_cursor.ts";
import { StatementCache } from "./statement_cache.ts";
import { readStatementText, type StatementText } from "./statement_text.ts";
import { blobForm, fromBlobForm } from "./unsafe_text.ts";

const NO_COLUMNS: readonly ResultColumn[] = [];
const NO_ROWS: RowSet = { columns: NO_COLUMNS, rows: [] };
const RUN = "run the statement";
/** Reads from the database: whoever changed its schema, SQLite then knows. */
const LOOK_AT_SCHEMA = "SELECT 1 FROM sqlite_schema LIMIT 1";

/** One SQLite connection with its prepared statements. Every method is synchronous and throws `RheiError`s. */
export class Connection {
  readonly #driver: DriverConnection;
  readonly #facts: DatabaseFacts;
  readonly #statements = new StatementCache();
  readonly #cursors = new Set<RowCursor>();
  /** The statements whose last run failed for a lock, with its values; running one again resets it, as does {@linkcode resetBlocked}. */
  readonly #blocked = new Map<PreparedStatement, readonly ExactValue[]>();

  constructor(path: string, access: DriverAccess, facts: DatabaseFacts) {
    this.#facts = facts;
    try {
      this.#driver = openDriver(path, access);
    } catch (error) {
      throw mapError(error, { action: `open "${path}"` });
    }
  }

  /** The database's text encoding, as `TextDecoder` names it. Only for databases that have a table: from then on it stays. */
  get encoding(): "utf-8" | "utf-16le" | "utf-16be" {
    const encoding = this.#facts.encoding;
    return encoding ??
      (this.#facts.encoding = String(this.scalar("PRAGMA encoding")).toLowerCase() as NonNullable<typeof encoding>);
  }

  /** Whether SELECTs run in the form that survives any text. */
  get unsafeText(): boolean {
    return this.#facts.unsafeText;
  }

  /** Called when a text was met that the driver cannot give: from now on, all connections of the client are careful. */
  noteUnsafeText(): void {
    this.#facts.unsafeText = true;
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

  /** Runs such a text that is run often: it is kept prepared. */
  run(sql: string): void {
    this.change(sql, []);
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
    return this.#prepareText(readStatementText(sql), sql);
  }

  #prepareText(text: StatementText, sql: string): PreparedStatement {
    try {
      return new PreparedStatement(text, this.#driver);
    } catch (error) {
      const current = this.#preparedAgain(text);
      if (current !== null) return current;
      throw mapError(error, { action: RUN, sql });
    }
  }

  /**
   * A statement that could not be prepared, by the schema as it is now; `null` if it cannot be either. Of another connection's changes
   * to the schema SQLite learns as a statement runs. By the one it knew before, not all that it refuses makes it look again: columns
   * of USING and their number in the arms of a compound do not.
   */
  #preparedAgain(text: StatementText): PreparedStatement | null {
    try {
      this.scalar(LOOK_AT_SCHEMA);
      return new PreparedStatement(text, this.#driver);
    } catch {
      // What was wrong at first is reported.
      return null;
    }
  }

  /** An EXPLAIN prepared anew, by the schema as it is now: it reads nothing, so that SQLite would never notice that it is out of date. */
  #currentExplain({ text }: PreparedStatement, sql: string): PreparedStatement {
    this.scalar(LOOK_AT_SCHEMA);
    return this.#prepareText(text, sql);
  }

  /** SQLite's program for a statement, as EXPLAIN tells it. What the parameters are makes no difference to it. */
  program(statement: PreparedStatement): ExactValue[][] {
    const { text, parameters } = statement.text;
    const sql = `EXPLAIN ${text}`;
    try {
      this.scalar(LOOK_AT_SCHEMA);
      const driver = this.#driver.prepare(sql).raw(true).safeIntegers(true);
      return allRows(driver, true, new Array<ExactValue>(parameters.count).fill(null));
    } catch (error) {
      throw mapError(error, { action: RUN, sql });
    }
  }

  query(sql: string, params: SqlParameters): RowSet {
    return this.queryPrepared(sql, this.prepare(sql), params);
  }

  queryPrepared(sql: string, prepared: PreparedStatement, params: SqlParameters): RowSet {
    const values = bindParameters(prepared.text.parameters, params);
    const statement = prepared.text.class.kind === "explain" ? this.#currentExplain(prepared, sql) : prepared;
    try {
      if (!statement.reader) {
        statement.driver.run(values);
        this.#noteRun(statement);
        this.#noteEffect(statement);
        return NO_ROWS;
      }
      if (this.unsafeText && statement.text.class.kind === "select") return this.#queryTextsAsBlobs(statement, values);
      const rows = statement.all(values);
      this.#noteRun(statement);
      this.#noteEffect(statement);
      return { columns: statement.columns(this.#facts, rows[0]), rows };
    } catch (error) {
      throw this.#failure(error, sql, statement, values);
    }
  }

  /** Prepared anew each time, as the form depends on the number of columns at this moment. */
  #queryTextsAsBlobs(statement: PreparedStatement, values: readonly ExactValue[]): RowSet {
    const { text } = statement.text;
    this.scalar(LOOK_AT_SCHEMA);
    const columns = this.#driver.prepare(text).columns();
    const driver = this.#driver.prepare(blobForm(text, columns.length)).raw(true).safeIntegers(true);
    const decoder = this.#textDecoder();
    const rows = driver.all(values).map((row) => {
      plainBlobs(row);
      return fromBlobForm(row, decoder);
    });
    return { columns: columns.map(({ name, type }) => ({ name, declaredType: type })), rows };
  }

  #textDecoder(): TextDecoder {
    return new TextDecoder(this.encoding, { ignoreBOM: true });
  }

  /**
   * The row of a statement of rhei's own that gives one at most, and no texts of the user's: the driver's call for one row costs half
   * of its call for all.
   */
  row(sql: string, params: readonly ExactValue[]): readonly ExactValue[] | undefined {
    const statement = this.prepare(sql);
    try {
      const row = statement.first(params);
      this.#noteRun(statement);
      return row;
    } catch (error) {
      throw this.#failure(error, sql, statement, params);
    }
  }

  /** The first column of such a row. */
  scalar(sql: string): ExactValue | undefined {
    return this.row(sql, [])?.[0];
  }

  /** Rows changed by a statement of rhei's own that gives none. */
  change(sql: string, values: readonly ExactValue[]): number {
    const statement = this.prepare(sql);
    try {
      const { changes } = statement.driver.run(values);
      this.#noteRun(statement);
      return changes;
    } catch (error) {
      throw this.#failure(error, sql, statement, values);
    }
  }

  execute(sql: string, params: SqlParameters): ExecuteResult & { readonly rows: RowSet } {
    const statement = this.prepare(sql);
    if (statement.reader) return this.#executeReader(sql, statement, params);
    const values = bindParameters(statement.text.parameters, params);
    try {
      const { changes, lastInsertRowid } = statement.driver.run(values);
      this.#noteRun(statement);
      this.#noteEffect(statement);
      const rowid = Number.isSafeInteger(lastInsertRowid) && lastInsertRowid !== 0
        ? lastInsertRowid
        : this.#exactRowid(statement, changes, lastInsertRowid);
      return { rowsAffected: changes, lastInsertRowid: rowid, rows: NO_ROWS };
    } catch (error) {
      throw this.#failure(error, sql, statement, values);
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
    if (this.prepare(sql).text.class.kind === "explain") {
      // Short, and never ended by its last row: see allRows().
      const { rows } = this.query(sql, params);
      for (let at = 0; at < rows.length; at += batchRows) yield rows.slice(at, at + batchRows) as ExactValue[][];
      return;
    }
    const cursor = this.#openCursor(sql, params);
    this.#cursors.add(cursor);
    try {
      while (true) {
        const batch = this.#readBatch(cursor, batchRows, sql);
        if (batch.length > 0) yield batch;
        if (batch.length < batchRows) return;
        assertOpen();
      }
    } finally {
      cursor.end();
      this.#cursors.delete(cursor);
    }
  }

  #openCursor(sql: string, params: SqlParameters): RowCursor {
    if (this.unsafeText) this.scalar(LOOK_AT_SCHEMA);
    const statement = this.#prepareNew(sql);
    const values = bindParameters(statement.text.parameters, params);
    try {
      if (!this.unsafeText || statement.text.class.kind !== "select") {
        return new RowCursor(this.#driver, statement.driver, values, null);
      }
      const form = blobForm(statement.text.text, statement.driver.columns().length);
      const driver = this.#driver.prepare(form).raw(true).safeIntegers(true);
      return new RowCursor(this.#driver, driver, values, this.#textDecoder());
    } catch (error) {
      throw mapError(error, { action: RUN, sql });
    }
  }

  #readBatch(cursor: RowCursor, batchRows: number, sql: string): ExactValue[][] {
    try {
      return cursor.read(batchRows);
    } catch (error) {
      throw mapError(error, { action: RUN, sql });
    }
  }

  /** Ends the streams that are still being read: a read transaction lasts as long as they do. */
  endStreams(): void {
    for (const cursor of this.#cursors) cursor.end();
  }

  /**
   * Resets the statements whose last run failed for a lock. SQLite leaves such a statement half-way, to be tried again; while it
   * stands so, no later statement's commit takes effect. The driver cannot reset it, so it is run under an interruption: one more
   * statement being read keeps that from being forgotten. An open transaction is rolled back by this.
   */
  resetBlocked(): void {
    if (this.#blocked.size === 0) return;
    // Should a run have an effect after all, it is undone.
    if (!this.inTransaction) this.control("BEGIN");
    const holder = new RowCursor(this.#driver, this.#driver.prepare("VALUES (1), (2)"), [], null);
    this.#driver.interrupt();
    for (const [statement, values] of this.#blocked) statement.runInterrupted(values);
    this.#blocked.clear();
    holder.end();
    if (this.inTransaction) this.control("ROLLBACK");
  }

  /** A statement that ran to its end, or failed for anything but a lock, is reset. */
  #noteRun(statement: PreparedStatement): void {
    if (this.#blocked.size > 0) this.#blocked.delete(statement);
  }

  /** Pragmas count too: what a statement sets off may depend on them, as with `foreign_keys`. */
  #noteEffect({ text }: PreparedStatement): void {
    if (text.kind === "definition" || text.kind === "pragma") this.#facts.schemaGeneration++;
  }

  #failure(error: unknown, sql: string, statement: PreparedStatement, values: readonly ExactValue[]): Error {
    const mapped = mapError(error, { action: RUN, sql });
    if (mapped instanceof RheiError && mapped.code === "DATABASE_LOCKED") this.#blocked.set(statement, values);
    else this.#noteRun(statement);
    return mapped;
  }

  close(): void {
    this.#statements.clear();
    this.#driver.close();
  }
}
