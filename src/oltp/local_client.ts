import { resolve } from "node:path";
import type { ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import { BackgroundReads } from "./background_reads.ts";
import { bindParameters } from "./bind_parameters.ts";
import { retryWhileBusy } from "./busy_retry.ts";
import { busyTimeoutMsOf } from "./busy_timeout.ts";
import { committed } from "./committed.ts";
import type { Connection } from "./connection.ts";
import { type DatabaseFacts, newFacts } from "./database_facts.ts";
import { LocalSnapshots } from "./local_snapshots.ts";
import { LocalTransaction } from "./local_transaction.ts";
import { isBusy } from "./map_error.ts";
import { LocalMarks } from "./local_marks.ts";
import { runMarked } from "./marked_statement.ts";
import type { OpenMark } from "./open_mark.ts";
import type {
  ExecuteResult,
  OltpCapabilities,
  OltpClient,
  OltpOpenTransaction,
  OltpSnapshot,
  OltpTransaction,
  SnapshotOptions,
  Statement,
} from "./oltp_client.ts";
import { type ClientConnections, openConnections } from "./open_connections.ts";
import type { PreparedStatement } from "./prepared_statement.ts";
import { cancelled, clientClosed, lockTimeout, refuseTransactionControl, requireRead } from "./refusals.ts";
import { TransactionScope } from "./transaction_scope.ts";
import type { TransactionMark } from "./transaction_mark.ts";
import { WriteLock } from "./write_lock.ts";

/** Options of a local database. */
export interface LocalOptions {
  /** A file, relative to the working folder or absolute, or `:memory:`. */
  readonly path: string;
  /** Opens an existing file without the right to write; it is then left as it is, its journal mode included. Default `false`. */
  readonly readOnly?: boolean;
  /** How long to wait for another connection's lock, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number;
  /** As of `OltpLocation`. */
  readonly anyText?: boolean;
}

const NO_PARAMETERS: SqlParameters = [];

/**
 * Opens a database of this machine.
 *
 * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED` or `IO_ERROR`.
 */
export async function openLocal(options: LocalOptions): Promise<OltpClient> {
  const busyTimeoutMs = busyTimeoutMsOf(options);
  if (options.path === "") throw new TypeError("The path of a database is empty");
  const path = options.path === ":memory:" ? options.path : resolve(options.path);
  const facts = newFacts();
  facts.unsafeText = options.anyText ?? false;
  const connections = await openConnections(path, options.readOnly ?? false, busyTimeoutMs, facts);
  return new LocalClient(path, busyTimeoutMs, facts, connections);
}

/**
 * A database of this machine: one connection writes, behind a lock; another reads, and never sees an open transaction. A database in
 * memory has but one connection, so its reads wait for an open transaction to end.
 */
class LocalClient implements OltpClient {
  readonly capabilities: OltpCapabilities;
  readonly readOnly: boolean;
  readonly #busyTimeoutMs: number;
  readonly #facts: DatabaseFacts;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #shared: boolean;
  readonly #lock: WriteLock;
  readonly #marks: LocalMarks;
  readonly #background: BackgroundReads;
  readonly #scope = new TransactionScope();
  readonly #snapshots: LocalSnapshots;
  #dataVersion: number | undefined;
  #schemaVersion: ExactValue | undefined;
  #transaction: LocalTransaction | undefined;
  #openEnded = false;
  #closing: Promise<void> | undefined;

  constructor(
    path: string,
    busyTimeoutMs: number,
    facts: DatabaseFacts,
    connections: ClientConnections,
  ) {
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#facts = facts;
    this.readOnly = connections.readOnly;
    this.#writer = connections.writer;
    this.#reader = connections.reader;
    this.#shared = this.#writer === this.#reader;
    this.#lock = new WriteLock(busyTimeoutMs);
    this.#marks = new LocalMarks(this.#writer, this.#reader, facts);
    this.capabilities = {
      local: true,
      separateReaders: !this.#shared,
      backgroundReads: !this.#shared,
      columnarScan: true,
    };
    const threadData = { path, readOnly: this.readOnly, busyTimeoutMs };
    this.#background = new BackgroundReads(threadData);
    this.#snapshots = new LocalSnapshots(threadData, facts, {
      dataVersion: () => this.dataVersion(),
      holdOff: () => this.#begin("immediate", false, false),
    });
  }

  async query(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<RowSet> {
    return this.queryAtOnce(sql, params);
  }

  queryAtOnce(sql: string, params: SqlParameters = NO_PARAMETERS): RowSet | Promise<RowSet> {
    this.#assertOpen();
    const statement = this.#readStatement(sql);
    if (this.#readsOnWriter(statement)) return this.#queryOnWriter(sql, params);
    try {
      return this.#reader.queryPrepared(sql, statement, params);
    } catch (error) {
      return retryWhileBusy(this.#reader, error, () => this.#reader.query(sql, params), this.#busyTimeoutMs);
    }
  }

  async readInBackground(
    sql: string,
    params: SqlParameters = NO_PARAMETERS,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RowSet> {
    this.#assertOpen();
    if (options.signal?.aborted) throw cancelled();
    const statement = this.#readStatement(sql);
    if (this.#shared || this.#readsOnWriter(statement)) return this.query(sql, params);
    const values = bindParameters(statement.text.parameters, params);
    const unsafeText = this.#facts.unsafeText ? this.#reader.encoding : null;
    return this.#background.read(statement.text, values, unsafeText, options.signal);
  }

  async execute(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<ExecuteResult & { rows: RowSet }> {
    this.#assertOpen();
    this.#scope.refuse("execute");
    const statement = this.#writer.prepare(sql);
    const { text } = statement;
    refuseTransactionControl(text);
    if (text.kind !== "insert" && text.kind !== "write") return this.#withLock(() => this.#writer.execute(sql, params));
    return this.#withLock(() => {
      const mark = this.#marks.ofStatement(statement);
      return mark === null ? this.#writer.execute(sql, params) : runMarked(this.#writer, mark, sql, params);
    }, this.#marks.lookBeforeStatement());
  }

  async batch(statements: readonly Statement[]): Promise<ExecuteResult[]> {
    this.#assertOpen();
    this.#scope.refuse("batch");
    const transaction = await this.#begin("immediate", false);
    return await committed(transaction, () =>
      statements.map(({ sql, params }) => {
        const { rowsAffected, lastInsertRowid } = transaction.executeSync(sql, params ?? NO_PARAMETERS);
        return { rowsAffected, lastInsertRowid };
      }));
  }

  markTransactions(mark: TransactionMark | null): void {
    this.#marks.set(mark);
  }

  beforeMarking(look: () => Promise<void>): void {
    this.#marks.beforeMarking(look);
  }

  async transaction<T>(
    body: (transaction: OltpTransaction) => Promise<T>,
    { marked = true }: { readonly marked?: boolean } = {},
  ): Promise<T> {
    this.#assertOpen();
    this.#scope.refuse("transaction");
    const transaction = await this.#begin("immediate", false, marked);
    return await committed(transaction, () => this.#scope.run(() => body(transaction)));
  }

  async begin(mode: "deferred" | "immediate" | "exclusive" = "immediate"): Promise<OltpOpenTransaction> {
    this.#assertOpen();
    this.#scope.refuse("begin");
    return this.#begin(mode, true);
  }

  async snapshot(options: SnapshotOptions = {}): Promise<OltpSnapshot> {
    this.#assertOpen();
    if (this.#shared) return this.#snapshotOfMemory();
    return this.#snapshots.open(options.scan ?? false);
  }

  async dataVersion(): Promise<number | null> {
    this.#assertOpen();
    const version = Number(this.#reader.scalar("PRAGMA data_version"));
    if (version !== this.#dataVersion) {
      this.#dataVersion = version;
      this.#noticeSchema();
    }
    return version;
  }

  /** Another process may have changed the schema, of which nothing else tells. */
  #noticeSchema(): void {
    const version = this.#reader.scalar("PRAGMA schema_version");
    if (version !== this.#schemaVersion) this.#facts.schemaGeneration++;
    this.#schemaVersion = version;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#snapshots.close();
    if (this.#openEnded) await this.#transaction?.rollback();
    await this.#lock.acquire(false, lockTimeout);
    if (!this.#shared && !this.readOnly) this.#checkpoint();
    await this.#background.close();
    this.#snapshots.closeSpare();
    this.#reader.close();
    if (!this.#shared) this.#writer.close();
    this.#lock.release();
  }

  /** The driver closes a connection only when its statements are collected, so that SQLite's own last checkpoint may never run. */
  #checkpoint(): void {
    try {
      this.#writer.query("PRAGMA wal_checkpoint(TRUNCATE)", []);
    } catch (error) {
      // Another connection is at work: the log stays, and whoever opens the database next reads it.
      if (!isBusy(error)) throw error;
    }
  }

  /** Runs a step on the write connection while no transaction of this client is open; before it, what has to be ready by then. */
  async #withLock<T>(step: () => T, prepare: (() => Promise<void>) | null = null): Promise<T> {
    if (!this.#lock.tryAcquire()) await this.#lock.acquire(false, lockTimeout);
    try {
      if (prepare !== null) await prepare();
      return step();
    } catch (error) {
      return await retryWhileBusy(this.#writer, error, step, this.#busyTimeoutMs);
    } finally {
      this.#lock.release();
    }
  }

  async #begin(
    mode: "deferred" | "immediate" | "exclusive",
    openEnded: boolean,
    marked = true,
  ): Promise<LocalTransaction> {
    await this.#lock.acquire(openEnded, lockTimeout);
    const step = () => this.#writer.control(`BEGIN ${mode.toUpperCase()}`);
    try {
      step();
    } catch (error) {
      try {
        await retryWhileBusy(this.#writer, error, step, this.#busyTimeoutMs);
      } catch (failure) {
        this.#lock.release();
        throw failure;
      }
    }
    const mark = marked ? await this.#openMarkOrEnd(mode) : null;
    this.#openEnded = openEnded;
    this.#transaction = new LocalTransaction(this.#writer, this.#busyTimeoutMs, mark, () => {
      this.#transaction = undefined;
      this.#openEnded = false;
      this.#lock.release();
    });
    return this.#transaction;
  }

  /** Where the mark cannot begin the transaction does not either. */
  async #openMarkOrEnd(mode: "deferred" | "immediate" | "exclusive"): Promise<OpenMark | null> {
    try {
      await this.#marks.dueLook()?.();
      return this.#marks.open(mode);
    } catch (error) {
      this.#writer.resetBlocked();
      if (this.#writer.inTransaction) this.#writer.control("ROLLBACK");
      this.#lock.release();
      throw error;
    }
  }

  /** Reads that concern the write connection itself: pragmas, and everything where it is the only connection. */
  async #queryOnWriter(sql: string, params: SqlParameters): Promise<RowSet> {
    this.#scope.refuse("query");
    return this.#withLock(() => this.#writer.query(sql, params));
  }

  /** A database in memory has one connection: writers wait until the snapshot closes, reads do not. */
  async #snapshotOfMemory(): Promise<OltpSnapshot> {
    this.#scope.refuse("snapshot");
    await this.#lock.acquire(false, lockTimeout);
    this.#writer.control("BEGIN");
    return this.#snapshots.lend(this.#writer, [], () => this.#lock.release());
  }

  #readStatement(sql: string): PreparedStatement {
    const statement = this.#reader.prepare(sql);
    requireRead(statement.text);
    return statement;
  }

  /** Whether a read concerns the write connection itself, or waits for its open transaction as there is no other connection. */
  #readsOnWriter(statement: PreparedStatement): boolean {
    return statement.text.kind === "pragma" || (this.#shared && this.#transaction !== undefined);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw clientClosed();
  }
}
