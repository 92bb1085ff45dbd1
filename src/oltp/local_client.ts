import { AsyncLocalStorage } from "node:async_hooks";
import { resolve } from "node:path";
import { RheiError } from "../errors/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import { retryWhileBusy } from "./busy_retry.ts";
import { Connection } from "./connection.ts";
import { LocalSnapshot } from "./local_snapshot.ts";
import { LocalTransaction } from "./local_transaction.ts";
import type {
  ExecuteResult,
  OltpCapabilities,
  OltpClient,
  OltpOpenTransaction,
  OltpSnapshot,
  OltpTransaction,
  Statement,
} from "./oltp_client.ts";
import { type ClientConnections, openConnections, openReader } from "./open_connections.ts";
import type { SchemaClock } from "./prepared_statement.ts";
import { WriteLock } from "./write_lock.ts";

/** Options of a local database. */
export interface LocalOptions {
  /** A file, relative to the working folder or absolute, or `:memory:`. */
  readonly path: string;
  /** Opens an existing file without the right to write; it is then left as it is, its journal mode included. Default `false`. */
  readonly readOnly?: boolean;
  /** How long to wait for another connection's lock, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5000;
/** Idle snapshot connections kept open. */
const SPARE_CONNECTIONS_MAX = 2;
const NO_PARAMETERS: SqlParameters = [];

/** Marks the asynchronous calls made from inside a `transaction` body. */
interface Body {
  active: boolean;
}

/**
 * Opens a database of this machine.
 *
 * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED` or `IO_ERROR`.
 */
export async function openLocal(options: LocalOptions): Promise<OltpClient> {
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  if (!(busyTimeoutMs >= 0 && busyTimeoutMs <= 2 ** 31 - 1)) {
    throw new RangeError(`busyTimeoutMs lies between 0 and 2147483647, not ${busyTimeoutMs}`);
  }
  if (options.path === "") throw new TypeError("The path of a database is empty");
  const path = options.path === ":memory:" ? options.path : resolve(options.path);
  const clock = { generation: 0 };
  const connections = await openConnections(path, options.readOnly ?? false, busyTimeoutMs, clock);
  return new LocalClient(path, busyTimeoutMs, clock, connections);
}

/**
 * A database of this machine: one connection writes, behind a lock; another reads, and never sees an open transaction. A database in
 * memory has but one connection, so its reads wait for an open transaction to end.
 */
class LocalClient implements OltpClient {
  readonly capabilities: OltpCapabilities;
  readonly readOnly: boolean;
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  readonly #clock: SchemaClock;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #shared: boolean;
  readonly #lock: WriteLock;
  readonly #body = new AsyncLocalStorage<Body>();
  readonly #spare: Connection[] = [];
  readonly #snapshots = new Set<LocalSnapshot>();
  #transaction: LocalTransaction | undefined;
  #openEnded = false;
  #closing: Promise<void> | undefined;

  constructor(
    path: string,
    busyTimeoutMs: number,
    clock: SchemaClock,
    connections: ClientConnections,
  ) {
    this.#path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#clock = clock;
    this.readOnly = connections.readOnly;
    this.#writer = connections.writer;
    this.#reader = connections.reader;
    this.#shared = this.#writer === this.#reader;
    this.#lock = new WriteLock(busyTimeoutMs);
    this.capabilities = {
      local: true,
      separateReaders: !this.#shared,
      backgroundReads: false,
      columnarScan: false,
    };
  }

  async query(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<RowSet> {
    this.#assertOpen();
    const statement = this.#reader.prepare(sql);
    const { kind } = statement.text;
    if (kind !== "read" || (this.#shared && this.#transaction !== undefined)) {
      if (kind !== "read" && kind !== "pragma") throw notReading(sql);
      return this.#queryOnWriter(sql, params);
    }
    try {
      return this.#reader.queryPrepared(sql, statement, params);
    } catch (error) {
      return retryWhileBusy(error, () => this.#reader.query(sql, params), this.#busyTimeoutMs);
    }
  }

  async readInBackground(
    sql: string,
    params: SqlParameters,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RowSet> {
    if (options.signal?.aborted) throw cancelled();
    return this.query(sql, params);
  }

  async execute(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<ExecuteResult & { rows: RowSet }> {
    this.#assertOpen();
    this.#refuseInBody("execute");
    const kind = this.#writer.prepare(sql).text.kind;
    if (kind === "transaction" || kind === "savepoint") throw transactionControl(sql);
    return this.#withLock(() => this.#writer.execute(sql, params));
  }

  async batch(statements: readonly Statement[]): Promise<ExecuteResult[]> {
    this.#assertOpen();
    this.#refuseInBody("batch");
    const transaction = await this.#begin("immediate", false);
    try {
      const results: ExecuteResult[] = [];
      for (const { sql, params } of statements) {
        const { rowsAffected, lastInsertRowid } = transaction.executeSync(sql, params ?? NO_PARAMETERS);
        results.push({ rowsAffected, lastInsertRowid });
      }
      await transaction.commit();
      return results;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  async transaction<T>(body: (transaction: OltpTransaction) => Promise<T>): Promise<T> {
    this.#assertOpen();
    this.#refuseInBody("transaction");
    const transaction = await this.#begin("immediate", false);
    const mark = { active: true };
    try {
      const result = await this.#body.run(mark, () => body(transaction));
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    } finally {
      mark.active = false;
    }
  }

  async begin(mode: "deferred" | "immediate" | "exclusive" = "immediate"): Promise<OltpOpenTransaction> {
    this.#assertOpen();
    this.#refuseInBody("begin");
    return this.#begin(mode, true);
  }

  async snapshot(): Promise<OltpSnapshot> {
    this.#assertOpen();
    if (this.#shared) return this.#snapshotOfMemory();
    const connection = this.#spare.pop() ?? openReader(this.#path, this.readOnly, this.#clock);
    try {
      await this.#pin(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    const snapshot: LocalSnapshot = new LocalSnapshot(connection, () => {
      this.#snapshots.delete(snapshot);
      if (this.#spare.length < SPARE_CONNECTIONS_MAX && this.#closing === undefined) this.#spare.push(connection);
      else connection.close();
    });
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  async dataVersion(): Promise<number | null> {
    this.#assertOpen();
    return Number(this.#reader.scalar("PRAGMA data_version"));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (const snapshot of [...this.#snapshots]) await snapshot.close();
    if (this.#openEnded) await this.#transaction?.rollback();
    await this.#lock.acquire(false, lockTimeout);
    if (!this.#shared && !this.readOnly) {
      // The driver closes a connection only when its statements are collected, so that SQLite's own checkpoint may never run.
      this.#writer.query("PRAGMA wal_checkpoint(TRUNCATE)", []);
    }
    for (const connection of this.#spare) connection.close();
    this.#reader.close();
    if (!this.#shared) this.#writer.close();
    this.#lock.release();
  }

  /** Runs a step on the write connection while no transaction of this client is open. */
  async #withLock<T>(step: () => T): Promise<T> {
    if (!this.#lock.tryAcquire()) await this.#lock.acquire(false, lockTimeout);
    try {
      return step();
    } catch (error) {
      return await retryWhileBusy(error, step, this.#busyTimeoutMs);
    } finally {
      this.#lock.release();
    }
  }

  async #begin(mode: "deferred" | "immediate" | "exclusive", openEnded: boolean): Promise<LocalTransaction> {
    await this.#lock.acquire(openEnded, lockTimeout);
    const step = () => this.#writer.control(`BEGIN ${mode.toUpperCase()}`);
    try {
      step();
    } catch (error) {
      try {
        await retryWhileBusy(error, step, this.#busyTimeoutMs);
      } catch (failure) {
        this.#lock.release();
        throw failure;
      }
    }
    this.#openEnded = openEnded;
    this.#transaction = new LocalTransaction(this.#writer, () => {
      this.#transaction = undefined;
      this.#openEnded = false;
      this.#lock.release();
    });
    return this.#transaction;
  }

  /** Reads that concern the write connection itself: pragmas, and everything where it is the only connection. */
  async #queryOnWriter(sql: string, params: SqlParameters): Promise<RowSet> {
    this.#refuseInBody("query");
    return this.#withLock(() => this.#writer.query(sql, params));
  }

  /** Makes the connection's transaction begin now rather than at its first read. */
  async #pin(connection: Connection): Promise<void> {
    connection.control("BEGIN");
    const step = () => connection.scalar("select 1 from sqlite_schema limit 1");
    try {
      step();
    } catch (error) {
      await retryWhileBusy(error, step, this.#busyTimeoutMs);
    }
  }

  /** A database in memory has one connection: writers wait until the snapshot closes, reads do not. */
  async #snapshotOfMemory(): Promise<OltpSnapshot> {
    this.#refuseInBody("snapshot");
    await this.#lock.acquire(false, lockTimeout);
    this.#writer.control("BEGIN");
    const snapshot: LocalSnapshot = new LocalSnapshot(this.#writer, () => {
      this.#snapshots.delete(snapshot);
      this.#lock.release();
    });
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new RheiError("CLOSED", "Cannot use the database: it is closed");
  }

  /** A call that would wait for the transaction it is made from would wait for ever. */
  #refuseInBody(method: string): void {
    if (!this.#body.getStore()?.active) return;
    const nested = method === "transaction" || method === "begin" || method === "batch";
    const what = nested ? `begin a transaction with ${method}()` : `call ${method}() of the database`;
    throw new RheiError("TRANSACTION_STATE", `Cannot ${what} inside a transaction body`, {
      hint: nested ? "Pass the transaction on, or use SAVEPOINT" : `Use the transaction's own methods`,
    });
  }
}

function lockTimeout(): RheiError {
  return new RheiError("DATABASE_LOCKED", "Cannot write: a transaction of this database is still open", {
    retryable: true,
    hint: "Commit or roll it back first",
  });
}

function transactionControl(sql: string): RheiError {
  return new RheiError("TRANSACTION_STATE", `Cannot run "${sql.trim()}" through execute()`, {
    hint: "Use transaction() or begin()",
  });
}

function notReading(sql: string): RheiError {
  return new RheiError("SQL_ERROR", `Cannot run "${sql.trim()}" through query(): it does not read`, {
    hint: "Use execute()",
  });
}

function cancelled(): RheiError {
  return new RheiError("CANCELLED", "The query was cancelled before it began");
}
