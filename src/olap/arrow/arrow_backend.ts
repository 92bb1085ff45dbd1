import type { Table } from "apache-arrow";
import { setImmediate } from "node:timers/promises";
import { messageOf, RheiError } from "../../errors/mod.ts";
import { foldName, historyRefsOf } from "../../sql/mod.ts";
import type { ExactValue, MirrorState, MirrorTable, PlanNode, RowSet, Watermark } from "../../types/mod.ts";
import type { CompiledQuery } from "../compiled_query.ts";
import {
  type CompileOutcome,
  type OlapBackend,
  type OlapCapabilities,
  type OlapTransaction,
  RuntimeDecline,
} from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import { WriteLock } from "../write_lock.ts";
import { ArrowTransaction, type TransactionOutcome } from "./arrow_transaction.ts";
import type { QueryExecutor, QuerySnapshots } from "./query_executor.ts";
import { loadArrow } from "./storage/checkpoint/arrow_file.ts";
import { Checkpointer } from "./storage/checkpoint/checkpointer.ts";
import { DISK, type FileSystem } from "./storage/checkpoint/file_system.ts";
import { MirrorFolder } from "./storage/checkpoint/mirror_folder.ts";
import { columnBytes } from "./storage/column_bytes.ts";
import { ColumnStore } from "./storage/column_store.ts";
import { positionsInKeyOrder } from "./storage/key_order.ts";
import { readValues } from "./storage/read_vectors.ts";
import { snapshotToArrow } from "./storage/snapshot_to_arrow.ts";
import type { StoredTable } from "./storage/stored_table.ts";

/** Rows a scan hands over at a time. */
const SCAN_ROWS = 4096;

/**
 * Changed rows after which a checkpoint is written though the mirror is not idle: they stay in the source's log until then, and a
 * restart after a crash applies them anew. A checkpoint writes about as many rows again.
 */
const CHECKPOINT_ROWS = 1 << 18;

/** The mirror in memory, as columns in Arrow's layout, with checkpoints in a folder if there is one. */
export class ArrowBackend implements OlapBackend {
  readonly name = "arrow";
  readonly capabilities: OlapCapabilities;
  readonly #store = new ColumnStore();
  readonly #executor: QueryExecutor;
  readonly #folder: MirrorFolder | null;
  readonly #checkpointer: Checkpointer | null;
  readonly #writeLock = new WriteLock();
  /** The tables each statement was compiled for. */
  readonly #compiledFor = new WeakMap<CompiledQuery, ReadonlyMap<string, MirrorTable | undefined>>();
  /** What `close` waits for. */
  readonly #running = new Set<Promise<unknown>>();
  /** Under way, by table; they end by themselves, soon after `close`. */
  readonly #compactions = new Map<StoredTable, Promise<void>>();
  /** Why the checkpoint can only be replaced by a `reset`. */
  #damage: unknown = null;
  #transaction: ArrowTransaction | null = null;
  #changedRows = 0;
  #closing: Promise<void> | null = null;

  private constructor(folder: MirrorFolder | null, executor: QueryExecutor, disk: FileSystem) {
    this.#folder = folder;
    this.#executor = executor;
    this.#checkpointer = folder === null ? null : new Checkpointer(folder.path, undefined, disk);
    this.capabilities = { persistent: folder !== null, concurrentQueries: true };
  }

  /**
   * Opens or makes the mirror in a folder, or one in memory for `null`. A damaged one opens too, until it is `reset` with no state.
   *
   * @param executor Answers the queries; closed with the backend, and when opening fails.
   * @param disk Where checkpoints are written; the folder itself is always held on the operating system's.
   * @throws {RheiError} `OLAP_UNAVAILABLE` when the folder is held by another process or cannot be made.
   */
  static async open(path: string | null, executor: QueryExecutor, disk: FileSystem = DISK): Promise<ArrowBackend> {
    try {
      const backend = new ArrowBackend(path === null ? null : MirrorFolder.hold(path), executor, disk);
      await backend.#load();
      return backend;
    } catch (error) {
      await executor.close();
      throw error;
    }
  }

  async state(): Promise<{ readonly state: MirrorState; readonly tables: readonly MirrorTable[] } | null> {
    this.#refuseClosed();
    const { state } = this.#store.contents;
    return state === null ? null : { state, tables: this.#store.tables };
  }

  async reset(): Promise<void> {
    const release = await this.#enter();
    try {
      await this.#checkpointer?.clear();
      this.#store.clear();
      this.#changedRows = 0;
      this.#damage = null;
    } catch (error) {
      throw explainFileFailure("Cannot remove the old mirror", error);
    } finally {
      release();
    }
  }

  async begin(): Promise<OlapTransaction> {
    const release = await this.#enter();
    try {
      this.#refuseDamaged();
      return this.#transaction = new ArrowTransaction(this.#store.begin(), (outcome) => {
        this.#transaction = null;
        this.#tidy(outcome);
        release();
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  async compile(request: QueryRequest): Promise<CompileOutcome> {
    this.#refuseClosed();
    const outcome = await this.#executor.compile(request, (name) => this.#store.table(name));
    if (outcome.kind === "compiled") {
      const { tables } = outcome.query;
      const parts = historyParts(request);
      const known = tables.map((name) => [name, parts.get(name) ?? request.catalog.table(name)] as const);
      this.#compiledFor.set(outcome.query, new Map(known));
    }
    return outcome;
  }

  run(query: CompiledQuery, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RowSet> {
    return this.#withSnapshots(query, signal, (snapshots) => this.#executor.run(query, snapshots, signal));
  }

  analyze(query: CompiledQuery, { signal }: { readonly signal?: AbortSignal } = {}): Promise<PlanNode> {
    return this.#withSnapshots(query, signal, (snapshots) => this.#executor.analyze(query, snapshots, signal));
  }

  async #withSnapshots<T>(
    query: CompiledQuery,
    signal: AbortSignal | undefined,
    body: (snapshots: QuerySnapshots) => Promise<T>,
  ): Promise<T> {
    this.#refuseClosed();
    this.#refuseDamaged();
    if (signal?.aborted) throw cancelled(signal);
    const lease = this.#store.lease(query.tables);
    try {
      this.#refuseOtherTables(query, lease.tables);
      return await this.#track(body(lease.tables));
    } catch (error) {
      throw explainQueryFailure(error);
    } finally {
      lease.release();
    }
  }

  async explain(query: CompiledQuery): Promise<PlanNode> {
    this.#refuseClosed();
    return await this.#executor.explain(query);
  }

  async *scan(name: string): AsyncGenerator<readonly (readonly ExactValue[])[]> {
    this.#refuseClosed();
    const { table, keyPositions } = this.#table(name);
    const lease = this.#store.lease([name]);
    try {
      const snapshot = lease.tables.get(foldName(name))!;
      const positions = positionsInKeyOrder(snapshot, keyPositions);
      for (let from = 0; from < positions.length; from += SCAN_ROWS) {
        const batch = positions.subarray(from, from + SCAN_ROWS);
        const columns = snapshot.columns.map((column, at) => readValues(column, table.columns[at]!.class, batch));
        yield Array.from(batch, (_, row) => columns.map((values) => values[row]!));
        this.#refuseClosed();
      }
    } finally {
      lease.release();
    }
  }

  async arrowTable(name: string): Promise<Table> {
    this.#refuseClosed();
    const table = this.#table(name);
    const { snapshot } = table;
    const release = table.lease();
    try {
      return snapshotToArrow(await loadArrow(), snapshot);
    } finally {
      release();
    }
  }

  async rowCount(name: string): Promise<number> {
    this.#refuseClosed();
    return this.#table(name).snapshot.rowCount;
  }

  async tableBytes(name: string): Promise<number> {
    this.#refuseClosed();
    return this.#table(name).snapshot.columns.reduce((sum, column) => sum + columnBytes(column), 0);
  }

  durableWatermark(): Watermark | null {
    // What is in memory only is read anew by every start, and needs no log.
    if (this.#checkpointer === null) return this.#store.contents.state?.watermark ?? null;
    return this.#checkpointer.watermark;
  }

  async checkpoint(): Promise<void> {
    this.#refuseClosed();
    this.#refuseDamaged();
    await this.#track(this.#checkpoint());
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    // A transaction nobody ends would be waited for in vain.
    await this.#transaction?.rollback();
    await Promise.all(this.#compactions.values());
    const release = await this.#writeLock.acquire();
    try {
      await Promise.allSettled(this.#running);
      // Without it nothing is lost: the checkpoint before and the source's log, kept from there on, lead to the same state.
      await this.#checkpoint().catch(() => {});
      await this.#executor.close();
    } finally {
      this.#store.clear();
      this.#folder?.release();
      release();
    }
  }

  async #load(): Promise<void> {
    if (this.#checkpointer === null) return;
    try {
      const contents = await this.#checkpointer.load();
      if (contents !== null) this.#store.replace(contents);
    } catch (error) {
      // Whatever it is that cannot be read is replaced when the mirror is reset; `begin` tells the reason until then.
      this.#damage = error;
    }
  }

  async #checkpoint(): Promise<void> {
    if (this.#checkpointer === null) return;
    // At once, so that those that follow do not ask for another; after a failure as many rows must come again.
    this.#changedRows = 0;
    try {
      await this.#checkpointer.write(() => this.#store.contents);
    } catch (error) {
      throw explainFileFailure("Cannot write a checkpoint of the mirror", error);
    }
  }

  /** Begins what is to be done after a transaction. */
  #tidy(outcome: TransactionOutcome): void {
    if (outcome.kind !== "committed") return;
    this.#changedRows += outcome.changedRows;
    if (this.#checkpointer !== null && this.#changedRows >= CHECKPOINT_ROWS) {
      // A failure shows at the next call of `checkpoint`; until one succeeds the source keeps its log.
      this.#track(this.#checkpoint()).catch(() => {});
    }
    for (const table of this.#store.contents.tables.values()) {
      if (!table.wantsCompaction || this.#compactions.has(table)) continue;
      const compaction = this.#compact(table).finally(() => this.#compactions.delete(table));
      this.#compactions.set(table, compaction);
    }
  }

  /** Compacts a table while queries, and transactions too, go on. */
  async #compact(table: StoredTable): Promise<void> {
    const turn = async () => {
      await setImmediate();
      this.#refuseClosed();
    };
    try {
      await turn();
      await table.compact(turn, () => this.#enter());
    } catch {
      // Memory may be lacking, or the mirror was closed. The table is as it was, and is tried again after the next transaction.
    }
  }

  /** Has `close` wait for it. */
  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  /** Waits for the turn to write. */
  async #enter(): Promise<() => void> {
    this.#refuseClosed();
    const release = await this.#writeLock.acquire();
    if (this.#closing === null) return release;
    release();
    throw closed();
  }

  /** A table may have been made anew with other columns since a statement was compiled; libSQL then answers. */
  #refuseOtherTables(query: CompiledQuery, snapshots: QuerySnapshots): void {
    for (const [name, table] of this.#compiledFor.get(query) ?? []) {
      const present = snapshots.get(foldName(name))?.table;
      if (table !== undefined && present !== undefined && sameColumns(table, present)) continue;
      throw new RuntimeDecline(`table "${table?.history?.of ?? name}" has changed since the query was compiled`);
    }
  }

  #table(name: string): StoredTable {
    const table = this.#store.contents.tables.get(foldName(name));
    if (table === undefined) throw new TypeError(`The mirror has no table "${name}"`);
    return table;
  }

  #refuseClosed(): void {
    if (this.#closing !== null) throw closed();
  }

  #refuseDamaged(): void {
    if (this.#damage === null) return;
    throw new RheiError("OLAP_UNAVAILABLE", "Cannot use the mirror: its files are damaged or not a mirror", {
      cause: this.#damage,
      hint: "Reset the mirror; it is rebuilt from the database",
    });
  }
}

/** The mirror tables that hold the versions a statement asks for, by folded name. */
function historyParts({ query, catalog, periods }: QueryRequest): ReadonlyMap<string, MirrorTable> {
  if (periods === undefined || periods.size === 0) return new Map();
  const histories = historyRefsOf(query).map((ref) => catalog.history(ref.name.text)).filter((one) =>
    one !== undefined
  );
  return new Map(histories.flatMap(({ open, closed }) => [open, closed]).map((part) => [foldName(part.name), part]));
}

function sameColumns(a: MirrorTable, b: MirrorTable): boolean {
  return a === b || a.columns.length === b.columns.length && a.columns.every((column, at) => {
        const other = b.columns[at];
        return column.name === other?.name && column.class === other.class;
      });
}

function closed(): RheiError {
  return new RheiError("CLOSED", "Cannot use the mirror: it was closed");
}

function cancelled(signal: AbortSignal): RheiError {
  return new RheiError("CANCELLED", "Query was cancelled", { cause: signal.reason });
}

/** Errors of rhei pass unchanged. */
function explainQueryFailure(error: unknown): Error {
  if (error instanceof RheiError || error instanceof RuntimeDecline || error instanceof TypeError) return error;
  return new RheiError("SQL_ERROR", `Cannot run query on the mirror: ${messageOf(error)}`, { cause: error });
}

function explainFileFailure(action: string, error: unknown): Error {
  if (error instanceof RheiError) return error;
  const message = `${action}: ${messageOf(error)}`;
  const { code } = error as { code?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT") return new RheiError("DISK_FULL", message, { cause: error });
  return new RheiError("OLAP_UNAVAILABLE", message, { cause: error });
}
