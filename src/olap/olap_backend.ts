import type { Table } from "apache-arrow";
import type { ColumnBatch, ExactValue, MirrorState, MirrorTable, PlanNode, RowSet, Watermark } from "../types/mod.ts";
import type { CompiledQuery } from "./compiled_query.ts";
import type { QueryRequest } from "./query_request.ts";

/** What tells one backend from another; callers ask for these, never for names. */
export interface OlapCapabilities {
  /** `true` when the mirror survives the process. */
  readonly persistent: boolean;
  /** `true` when a query runs off the main thread, so that writes go on meanwhile. */
  readonly concurrentQueries: boolean;
}

/** Options every backend understands. */
export interface OlapOptions {
  /** Folder of the mirror, or `null` for memory only. Created if missing. */
  readonly path: string | null;
  /** Worker threads a query may use; default: the machine's cores. */
  readonly threads?: number;
  /** Memory the backend may use before it spills or fails, in bytes; default: the backend's own. */
  readonly memoryLimitBytes?: number;
}

/** Whether the backend can answer a statement exactly as SQLite would. */
export type CompileOutcome =
  | { readonly kind: "compiled"; readonly query: CompiledQuery }
  /** `reason` completes the sentence "declined: …", `cause` groups reasons for statistics (`function`, `collation`, …). */
  | { readonly kind: "declined"; readonly reason: string; readonly cause: string };

/** Thrown by {@linkcode OlapBackend.run} when only the data shows that SQLite would answer differently: run it on libSQL. */
export class RuntimeDecline extends Error {
  override readonly name = "RuntimeDecline";
}

/**
 * A columnar mirror of tracked tables.
 *
 * Ordering: `begin` excludes other writers until its transaction ends; queries run against the last committed state and
 * see none of an open transaction. All methods but `interrupt` reject after `close`, which is idempotent and waits for
 * what is under way.
 */
export interface OlapBackend {
  /** `duckdb` or `arrow`, for users' eyes. */
  readonly name: string;
  readonly capabilities: OlapCapabilities;

  /**
   * The state and tables the mirror holds, or `null` when it is new, unreadable or of another layout: then the caller
   * resets and rebuilds it.
   */
  state(): Promise<{ readonly state: MirrorState; readonly tables: readonly MirrorTable[] } | null>;

  /** Drops everything and starts empty. */
  reset(): Promise<void>;

  /** Opens the one write transaction. */
  begin(): Promise<OlapTransaction>;

  /** Decides whether the statement can be answered here, and prepares it. Never throws for an unsupported construct. */
  compile(request: QueryRequest): Promise<CompileOutcome>;

  /**
   * Runs a compiled statement against the last committed state.
   *
   * @throws {RuntimeDecline} When the values met make SQLite's answer different from what the backend would give.
   * @throws {RheiError} `CANCELLED` when `signal` aborts; `SQL_ERROR` otherwise.
   */
  run(query: CompiledQuery, options?: { readonly signal?: AbortSignal }): Promise<RowSet>;

  /** The backend's own plan of a compiled statement. */
  explain(query: CompiledQuery): Promise<PlanNode>;

  /** Runs a compiled statement as {@linkcode OlapBackend.run} does, for its plan with what each step did; the rows are not kept. */
  analyze(query: CompiledQuery, options?: { readonly signal?: AbortSignal }): Promise<PlanNode>;

  /**
   * All rows of a mirror table in ascending key order (integers numerically, text and blobs bytewise, and between classes as
   * SQLite orders them), in batches. Sees one committed state throughout.
   */
  scan(table: string): AsyncIterable<readonly (readonly ExactValue[])[]>;

  /**
   * A mirror table as of the last commit, all its columns, rows in no particular order. Text comes as Utf8 or as a dictionary of it,
   * `integer` columns as integers of any width, `real` and `number` as Float64, blobs as Binary. Shares memory with the mirror where it
   * can, and stays as it is whatever is committed later.
   */
  arrowTable(table: string): Promise<Table>;

  /** Rows a mirror table holds. */
  rowCount(table: string): Promise<number>;

  /** Bytes a mirror table takes, about; `null` where that cannot be told. */
  tableBytes(table: string): Promise<number | null>;

  /** Makes what is committed durable and compact; called when idle and before close. */
  checkpoint(): Promise<void>;

  /**
   * The watermark up to which the source's log is no longer needed to bring the mirror back after a crash: that of the newest state on
   * disk; of the committed state where nothing is kept on disk. `null` while there is none. Only a reset takes it back.
   */
  durableWatermark(): Watermark | null;

  close(): Promise<void>;
}

/** One atomic step from a committed state to the next. Nothing is visible before `commit`; after it or `rollback` all methods reject. */
export interface OlapTransaction {
  /** Creates an empty mirror table, dropping one of that name first. */
  createTable(table: MirrorTable): Promise<void>;

  /** Drops a mirror table; a missing one is not an error. */
  dropTable(name: string): Promise<void>;

  /** Adds rows whose keys the table does not hold (first load). Columns as the table's. */
  append(table: string, batch: ColumnBatch): Promise<void>;

  /**
   * Stages changes: rows to replace or add (`upserts`, columns as the table's) and keys to remove (`deletes`, only the key
   * columns, in `keyColumns` order). A key appears at most once per transaction and table, over all calls. A missing key to
   * remove is not an error.
   */
  change(table: string, upserts: ColumnBatch, deletes: ColumnBatch): Promise<void>;

  /**
   * The rows of these keys (only the key columns, in `keyColumns` order, each key once) as committed before the transaction, in no
   * particular order, values as {@linkcode OlapBackend.scan} gives them. Comes before the transaction's own changes of the table.
   */
  lookup(table: string, keys: ColumnBatch): Promise<readonly (readonly ExactValue[])[]>;

  /** Applies what was staged, stores the state, and makes both visible at once. */
  commit(state: MirrorState): Promise<void>;

  rollback(): Promise<void>;
}
