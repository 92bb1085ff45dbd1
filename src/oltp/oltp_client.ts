import type { ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import type { ColumnReader } from "./column_scan.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/** Outcome of a statement that writes. */
export interface ExecuteResult {
  /** Rows inserted, updated or deleted by the statement itself, triggers not counted. */
  readonly rowsAffected: number;
  /** Rowid of the last row the connection inserted, `number` within ±2^53; `null` if it inserted none yet. */
  readonly lastInsertRowid: number | bigint | null;
}

/** A statement with its parameters. */
export interface Statement {
  /** The text, of one statement. */
  readonly sql: string;
  /** Values of its parameters. */
  readonly params?: SqlParameters;
}

/** What tells one client from another. */
export interface OltpCapabilities {
  /** The database is a file (or memory) of this machine. */
  readonly local: boolean;
  /** Reads run beside an open write transaction and do not see it (WAL). `:memory:` has one connection only. */
  readonly separateReaders: boolean;
  /** `readInBackground` runs off the main thread and stops at once when its signal aborts. */
  readonly backgroundReads: boolean;
  /** Snapshots have `scanColumns` and `readColumns`. */
  readonly columnarScan: boolean;
}

/** Runs statements inside one write transaction. */
export interface OltpTransaction {
  /** Rows of a RETURNING clause are in `rows`. */
  execute(sql: string, params?: SqlParameters): Promise<ExecuteResult & { readonly rows: RowSet }>;
  query(sql: string, params?: SqlParameters): Promise<RowSet>;
}

/** A write transaction held open over several calls (BEGIN … COMMIT in a shell or script). Ends exactly once. */
export interface OltpOpenTransaction extends OltpTransaction {
  commit(): Promise<void>;
  /** Undoes everything; safe to call after a failed statement, which may have ended the transaction already. */
  rollback(): Promise<void>;
}

/** How a snapshot is opened. */
export interface SnapshotOptions {
  /** Whether to start threads at the same state, which make `scanColumns` fast and keep it off the main thread. Default `false`. */
  readonly scan?: boolean;
}

/**
 * A read transaction: every read sees the same committed state. Must be closed. The methods of {@linkcode ColumnReader} are there if
 * the client's capability `columnarScan` says so.
 */
export interface OltpSnapshot extends AsyncDisposable, Partial<ColumnReader> {
  query(sql: string, params?: SqlParameters): Promise<RowSet>;
  /** The row of a statement of rhei's own that gives one at most and no texts of the user's; costs half as much. */
  row(sql: string, params: readonly ExactValue[]): Promise<readonly ExactValue[] | undefined>;
  /** Rows in batches of about `batchRows`, INTEGER as `bigint`; for results too large to hold. */
  stream(sql: string, params: SqlParameters, batchRows: number): AsyncIterable<readonly (readonly ExactValue[])[]>;
  close(): Promise<void>;
}

/**
 * The transactional database. Writes are serialised by the client; a read outside a transaction sees the last committed
 * state. Parameters are validated before anything runs: their number must match (`SQL_PARAMETERS`), NaN binds as NULL as
 * SQLite itself does, `boolean` as 1 or 0, other types are a `TypeError`.
 *
 * All failures of the database are `RheiError`s. `close` is idempotent and waits for what is under way.
 */
export interface OltpClient extends AsyncDisposable {
  readonly capabilities: OltpCapabilities;
  readonly readOnly: boolean;

  /** Runs one read statement (SELECT, VALUES, EXPLAIN, reading PRAGMA) to its end on the calling thread. */
  query(sql: string, params?: SqlParameters): Promise<RowSet>;

  /**
   * The same for those in a hurry: rows without a promise where nothing has to be waited for, which saves a point read a tenth of its
   * time. What a promise would be rejected with may be thrown.
   */
  queryAtOnce(sql: string, params?: SqlParameters): RowSet | Promise<RowSet>;

  /** The same off the main thread where the client can, cancellable. */
  readInBackground(sql: string, params: SqlParameters, options?: { readonly signal?: AbortSignal }): Promise<RowSet>;

  /** Runs one statement that writes or controls; rows it returns (RETURNING, PRAGMA) are in `rows`. */
  execute(sql: string, params?: SqlParameters): Promise<ExecuteResult & { readonly rows: RowSet }>;

  /** Runs the statements in one transaction: all or none. */
  batch(statements: readonly Statement[]): Promise<ExecuteResult[]>;

  /**
   * Runs `body` in one write transaction (BEGIN IMMEDIATE): committed when it resolves, rolled back when it throws; the error
   * is rethrown.
   *
   * @throws {RheiError} `TRANSACTION_STATE` when called from inside a `transaction` body of the same client (nested use).
   */
  transaction<T>(
    body: (transaction: OltpTransaction) => Promise<T>,
    options?: { /** Default `true`: as `markTransactions` says. */ readonly marked?: boolean },
  ): Promise<T>;

  /**
   * Has every transaction that begins from now on marked, those of single statements that write rows included; `null` ends that.
   * `changes()`, asked outside a transaction, then tells of the mark; `rowsAffected` tells of the statement as ever.
   */
  markTransactions(mark: TransactionMark | null): void;

  /**
   * Has `look` run before a transaction that is to be marked or not, where the schema is another than when it last ran: what other
   * processes did to it may be a reason to mark transactions from now on, or no more. A transaction has its write lock by then, if it
   * begins with one; single statements look at times only. Missing where every look would be a request to a server.
   */
  beforeMarking?(look: () => Promise<void>): void;

  /**
   * Opens a write transaction that the caller ends; other writers of this client wait for it. `transaction` is built on it.
   * Default mode `immediate`.
   */
  begin(mode?: "deferred" | "immediate" | "exclusive"): Promise<OltpOpenTransaction>;

  /** Opens a read transaction on a connection of its own. */
  snapshot(options?: SnapshotOptions): Promise<OltpSnapshot>;

  /** `PRAGMA data_version` of a reading connection: changes when any connection committed. Not for remote databases (`null`). */
  dataVersion(): Promise<number | null>;

  close(): Promise<void>;
}
