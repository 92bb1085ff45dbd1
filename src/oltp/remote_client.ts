import {
  type Client,
  createClient,
  LibsqlBatchError,
  type ResultSet,
  type Transaction,
  type TransactionMode,
} from "@libsql/client";
import { invariant, RheiError } from "../errors/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import { busyTimeoutMsOf } from "./busy_timeout.ts";
import { committed } from "./committed.ts";
import { isRemoteUnknownName, mapRemoteError } from "./map_remote_error.ts";
import type {
  ExecuteResult,
  OltpCapabilities,
  OltpClient,
  OltpOpenTransaction,
  OltpSnapshot,
  OltpTransaction,
  Statement,
} from "./oltp_client.ts";
import {
  cancelled,
  clientClosed,
  lockTimeout,
  refuseInsideTransaction,
  refuseTransactionControl,
  requireRead,
} from "./refusals.ts";
import { RemoteSnapshot } from "./remote_snapshot.ts";
import { RemoteMark } from "./remote_mark.ts";
import { RemoteTransaction } from "./remote_transaction.ts";
import { remoteRowid, remoteStatement, rowSetOf } from "./remote_values.ts";
import { readStatementText, type StatementText } from "./statement_text.ts";
import type { TransactionMark } from "./transaction_mark.ts";
import { TransactionScope } from "./transaction_scope.ts";
import { WriteLock } from "./write_lock.ts";

/** Options of a remote database. */
export interface RemoteOptions {
  /** `libsql:`, `https:`, `http:`, `wss:` or `ws:`. */
  readonly url: string;
  readonly authToken?: string;
  /** Refuses writes on this side. Default `false`. */
  readonly readOnly?: boolean;
  /** How long a call waits for an open transaction of this client, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens a database on a libSQL server, and reaches it once.
 *
 * @throws {RheiError} `REMOTE` when it cannot be reached or refuses the credentials.
 */
export async function openRemote(options: RemoteOptions): Promise<OltpClient> {
  const { url, authToken } = options;
  const busyTimeoutMs = busyTimeoutMsOf(options);
  let client: Client;
  try {
    client = createClient({ url, intMode: "bigint", ...(authToken === undefined ? {} : { authToken }) });
  } catch (error) {
    throw new RheiError("REMOTE", `Cannot open "${url}": ${(error as Error).message}`, { cause: error });
  }
  try {
    await client.execute("select 1");
  } catch (error) {
    client.close();
    throw mapRemoteError(error, url);
  }
  return new RemoteClient(client, options, busyTimeoutMs);
}

type BoundStatement = ReturnType<typeof remoteStatement>;

/** A database on a server. Its reads see only what is committed, as each runs on a connection of its own. */
class RemoteClient implements OltpClient {
  readonly capabilities: OltpCapabilities = {
    local: false,
    separateReaders: true,
    backgroundReads: false,
    columnarScan: false,
  };
  readonly readOnly: boolean;
  readonly #client: Client;
  readonly #url: string;
  readonly #lock: WriteLock;
  readonly #scope = new TransactionScope();
  readonly #snapshots = new Set<RemoteSnapshot>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** The transaction that only a later call ends. */
  #openEnded: RemoteTransaction | undefined;
  #mark: TransactionMark | null = null;
  #closing: Promise<void> | undefined;

  constructor(client: Client, options: RemoteOptions, busyTimeoutMs: number) {
    this.#client = client;
    this.#url = options.url;
    this.readOnly = options.readOnly ?? false;
    this.#lock = new WriteLock(busyTimeoutMs);
  }

  async query(sql: string, params: SqlParameters = []): Promise<RowSet> {
    this.#assertOpen();
    const statement = readStatementText(sql);
    requireRead(statement);
    return (await this.#run(statement, params)).rows;
  }

  queryAtOnce(sql: string, params: SqlParameters = []): Promise<RowSet> {
    return this.query(sql, params);
  }

  /** The server does not stop: only the waiting for it ends. */
  async readInBackground(
    sql: string,
    params: SqlParameters = [],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RowSet> {
    const { signal } = options;
    if (signal === undefined) return this.query(sql, params);
    if (signal.aborted) throw cancelled();
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(cancelled());
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([this.query(sql, params), promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async execute(sql: string, params: SqlParameters = []): Promise<ExecuteResult & { rows: RowSet }> {
    this.#assertOpen();
    this.#scope.refuse("execute");
    const statement = readStatementText(sql);
    refuseTransactionControl(statement);
    if (statement.kind !== "read") this.#refuseReadOnly();
    await this.#lock.acquire(false, lockTimeout);
    try {
      const writesRows = statement.kind === "insert" || statement.kind === "write";
      if (this.#mark === null || !writesRows) return await this.#run(statement, params);
      const bound = remoteStatement(statement, params);
      const [result] = await this.#runBatch([bound], () => statement.text);
      invariant(result, "a batch answers each statement");
      return {
        rowsAffected: result.rowsAffected,
        lastInsertRowid: remoteRowid(result, statement),
        rows: rowSetOf(result),
      };
    } finally {
      this.#lock.release();
    }
  }

  async batch(statements: readonly Statement[]): Promise<ExecuteResult[]> {
    this.#assertOpen();
    this.#scope.refuse("batch");
    this.#refuseReadOnly();
    const texts = statements.map(({ sql }) => readStatementText(sql));
    texts.forEach(refuseInsideTransaction);
    const bound = statements.map(({ params }, i) => remoteStatement(texts[i]!, params ?? []));
    if (bound.length === 0) return [];
    await this.#lock.acquire(false, lockTimeout);
    try {
      const results = await this.#runBatch(bound, (at) => statements[at]?.sql);
      return results.map((result, i) => ({
        rowsAffected: result.rowsAffected,
        lastInsertRowid: remoteRowid(result, texts[i]!),
      }));
    } finally {
      this.#lock.release();
    }
  }

  markTransactions(mark: TransactionMark | null): void {
    this.#mark = mark;
  }

  async transaction<T>(
    body: (transaction: OltpTransaction) => Promise<T>,
    { marked = true }: { readonly marked?: boolean } = {},
  ): Promise<T> {
    this.#assertOpen();
    this.#scope.refuse("transaction");
    const transaction = await this.#begin("write", false, marked);
    return await committed(transaction, () => this.#scope.run(() => body(transaction)));
  }

  /** A server knows no EXCLUSIVE; IMMEDIATE keeps out the same writers. */
  async begin(mode: "deferred" | "immediate" | "exclusive" = "immediate"): Promise<OltpOpenTransaction> {
    this.#assertOpen();
    this.#scope.refuse("begin");
    return this.#begin(mode === "deferred" ? "deferred" : "write", true);
  }

  async snapshot(): Promise<OltpSnapshot> {
    this.#assertOpen();
    const transaction = await this.#start("read");
    const snapshot: RemoteSnapshot = new RemoteSnapshot(transaction, this.#url, () => this.#snapshots.delete(snapshot));
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  async dataVersion(): Promise<null> {
    this.#assertOpen();
    return null;
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
    await this.#openEnded?.rollback();
    await this.#lock.acquire(false, lockTimeout);
    await Promise.allSettled(this.#underWay);
    this.#client.close();
    this.#lock.release();
  }

  async #run(statement: StatementText, params: SqlParameters): Promise<ExecuteResult & { rows: RowSet }> {
    const bound = remoteStatement(statement, params);
    try {
      const result = await this.#track(this.#client.execute(bound));
      return {
        rowsAffected: result.rowsAffected,
        lastInsertRowid: remoteRowid(result, statement),
        rows: rowSetOf(result),
      };
    } catch (error) {
      throw mapRemoteError(error, this.#url, statement.text);
    }
  }

  /** Runs statements as one transaction, with its mark if there is to be one. */
  async #runBatch(
    statements: readonly BoundStatement[],
    textOf: (at: number) => string | undefined,
    mark = this.#mark,
  ): Promise<ResultSet[]> {
    const first = mark === null ? 0 : 1;
    try {
      if (mark === null) return await this.#track(this.#client.batch([...statements], "write"));
      const { before, after: [write, tidy] } = mark.batch;
      const all = [before, ...statements, { sql: write, args: [mark.nextTime()] }, tidy];
      return (await this.#track(this.#client.batch(all, "write"))).slice(first, -2);
    } catch (error) {
      if (!(error instanceof LibsqlBatchError)) throw mapRemoteError(error, this.#url);
      const at = error.statementIndex - first;
      // The log is gone, or takes no marks any more: nothing of the batch is done, and it is what it was without a mark.
      const isOfMark = mark !== null && (at < 0 || at >= statements.length);
      if (isOfMark && isRemoteUnknownName(error)) return await this.#runBatch(statements, textOf, null);
      throw mapRemoteError(error, this.#url, isOfMark ? undefined : textOf(at));
    }
  }

  async #begin(mode: "write" | "deferred", openEnded: boolean, marked = true): Promise<RemoteTransaction> {
    this.#refuseReadOnly();
    await this.#lock.acquire(openEnded, lockTimeout);
    try {
      const started = await this.#start(mode);
      const mark = marked && this.#mark !== null ? await this.#beginMark(started, this.#mark) : null;
      const transaction = new RemoteTransaction(started, this.#url, mark, () => {
        this.#openEnded = undefined;
        this.#lock.release();
      });
      if (openEnded) this.#openEnded = transaction;
      return transaction;
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** Where the mark cannot begin the transaction does not either. */
  async #beginMark(started: Transaction, mark: TransactionMark): Promise<RemoteMark | null> {
    try {
      return await RemoteMark.begin(started, mark);
    } catch (error) {
      started.close();
      throw mapRemoteError(error, this.#url);
    }
  }

  /** The client sends BEGIN only with the first statement, and a read transaction's state is fixed by its first read. */
  async #start(mode: TransactionMode): ReturnType<Client["transaction"]> {
    try {
      const transaction = await this.#client.transaction(mode);
      await transaction.execute("select 1 from sqlite_schema limit 1");
      return transaction;
    } catch (error) {
      throw mapRemoteError(error, this.#url);
    }
  }

  async #track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise);
    try {
      return await promise;
    } finally {
      this.#underWay.delete(promise);
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw clientClosed();
  }

  #refuseReadOnly(): void {
    if (this.readOnly) throw new RheiError("READ_ONLY", `Cannot write to "${this.#url}": it was opened read-only`);
  }
}
