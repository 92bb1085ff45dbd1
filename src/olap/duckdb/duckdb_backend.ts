import duckdb from "@duckdb/node-bindings";
import type { Table } from "apache-arrow";
import { RheiError } from "../../errors/mod.ts";
import { foldName } from "../../sql/mod.ts";
import type { ExactValue, MirrorState, MirrorTable, PlanNode, RowSet, Watermark } from "../../types/mod.ts";
import type { CompiledQuery } from "../compiled_query.ts";
import {
  type CompileOutcome,
  type OlapBackend,
  type OlapCapabilities,
  type OlapOptions,
  type OlapTransaction,
  RuntimeDecline,
} from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import type { BridgeDecline, BridgedQuery } from "./bridge/bridged_query.ts";
import { excludes } from "./bridge/empty_arm.ts";
import { cancellableQuery } from "./cancellable_query.ts";
import { ChunkPool } from "./chunk_pool.ts";
import { readVector } from "./chunk_reader.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import type { BoundsOf, RangesOf, TableBounds } from "./column_bounds.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { DuckdbDatabase } from "./duckdb_database.ts";
import { explainQueryFailure, explainWriteFailure } from "./duckdb_failure.ts";
import { DuckdbTransaction, type TransactionOutcome } from "./duckdb_transaction.ts";
import { MirrorBounds, type WrittenRows } from "./mirror_bounds.ts";
import { type MirrorEntries, type MirrorEntry, mirrorEntry } from "./mirror_entry.ts";
import { createLayout, isEmpty, type MirrorContents, readContents } from "./mirror_layout.ts";
import { mirrorTableName } from "./physical_name.ts";
import { planTree } from "./plan_tree.ts";
import { readResult } from "./result_reader.ts";
import type { WriterKit } from "./row_feeds.ts";
import { scanToArrow } from "./scan_to_arrow.ts";
import { TableScan } from "./table_scan.ts";
import { WriteLock } from "../write_lock.ts";

/** Rewrites a statement for DuckDB or declines it. */
export type Bridge = (request: QueryRequest, boundsOf: BoundsOf, rangesOf: RangesOf) => BridgedQuery | BridgeDecline;

/** A statement rewritten for data within certain bounds. */
interface Program {
  readonly bridged: BridgedQuery;
  /** The bounds counted on, by folded table name. */
  readonly bounds: ReadonlyMap<string, TableBounds>;
}

interface DuckdbQuery extends CompiledQuery {
  readonly request: QueryRequest;
  /** Replaced when data has left its bounds. */
  program: Program;
}

/** An opened mirror, or why its file can only be `reset`: it is damaged, or no mirror of this layout. */
type Opened = { readonly database: DuckdbDatabase } | { readonly database: null; readonly damage: unknown };

/** The mirror in a DuckDB file, or in memory. */
export class DuckdbBackend implements OlapBackend {
  readonly name = "duckdb";
  readonly capabilities: OlapCapabilities;
  readonly #options: OlapOptions;
  readonly #bridge: Bridge;
  readonly #writeLock = new WriteLock();
  readonly #kit: WriterKit = { pool: new ChunkPool(), writer: new ChunkWriter() };
  #opened: Promise<Opened>;
  readonly #bounds = new MirrorBounds();
  #state: MirrorState | null = null;
  #entries: MirrorEntries = new Map();
  #transaction: DuckdbTransaction | null = null;
  /** Whether the database was made by this opening and nothing was committed to it. */
  #isNew = false;
  #closing: Promise<void> | null = null;

  private constructor(options: OlapOptions, bridge: Bridge) {
    this.#options = options;
    this.#bridge = bridge;
    this.capabilities = { persistent: options.path !== null, concurrentQueries: true };
    this.#opened = this.#load();
  }

  /**
   * Opens or creates the mirror.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE` when its file is held by another process or cannot be made.
   */
  static async open(options: OlapOptions, bridge: Bridge): Promise<DuckdbBackend> {
    const backend = new DuckdbBackend(options, bridge);
    await backend.#opened;
    return backend;
  }

  async state(): Promise<MirrorContents | null> {
    this.#refuseClosed();
    await this.#opened;
    return this.#state === null ? null : {
      state: this.#state,
      tables: Array.from(this.#entries.values(), ({ table }) => table),
    };
  }

  async reset(): Promise<void> {
    const release = await this.#enter();
    try {
      if (this.#isNew) return; // opening takes longer than all else a first load of few rows does
      this.#opened = this.#recreate(this.#opened);
      await this.#opened;
    } finally {
      release();
    }
  }

  async begin(): Promise<OlapTransaction> {
    const release = await this.#enter();
    try {
      const { writer } = await this.#usable();
      const before = { entries: this.#entries, hasState: this.#state !== null };
      const transaction = new DuckdbTransaction(writer, this.#kit, before, async (outcome) => {
        try {
          await this.#learn(outcome, writer);
        } finally {
          this.#transaction = null;
          release();
        }
      });
      this.#transaction = transaction;
      if (this.#closing !== null) {
        await transaction.rollback();
        throw closed();
      }
      return transaction;
    } catch (error) {
      release();
      throw explainWriteFailure("Cannot begin a transaction on the mirror", error);
    }
  }

  async compile(request: QueryRequest): Promise<CompileOutcome> {
    this.#refuseClosed();
    const program = await this.#program(request);
    if ("kind" in program) return program;
    const { columns, tables } = program.bridged;
    const query: DuckdbQuery = { columns, tables, request, program };
    return { kind: "compiled", query };
  }

  async run(query: CompiledQuery, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RowSet> {
    const own = query as DuckdbQuery;
    if (!this.#isCurrent(own.program)) own.program = await this.#again(own);
    const { program } = own; // another run may replace it meanwhile
    let rows = await this.#runProgram(program, signal);
    if (!await this.#held(program)) {
      // Data may have left its bounds before the query saw it. Counting on nothing, the second answer stands.
      rows = await this.#runProgram(this.#unbounded(own), signal);
    }
    return { columns: own.columns, rows };
  }

  explain(query: CompiledQuery): Promise<PlanNode> {
    return this.#plan("explain (format json)", query, undefined);
  }

  async analyze(query: CompiledQuery, { signal }: { readonly signal?: AbortSignal } = {}): Promise<PlanNode> {
    const plan = await this.#plan("explain (analyze, format json)", query, signal);
    const { tieGuard } = (query as DuckdbQuery).program.bridged;
    // The row fetched behind LIMIT, to see whether it ties with the last one kept, is none of the result's.
    return tieGuard === null || plan.rows === null ? plan : { ...plan, rows: Math.min(plan.rows, tieGuard.rows) };
  }

  #plan(explain: string, query: CompiledQuery, signal: AbortSignal | undefined): Promise<PlanNode> {
    const { sql } = (query as DuckdbQuery).program.bridged;
    return this.#read(async (connection) => {
      const result = await cancellableQuery(connection, `${explain} ${sql}`, signal);
      return planTree(String(readVector(duckdb.result_get_chunk(result, 0), 1, "text")[0]));
    }, signal);
  }

  async *scan(name: string): AsyncGenerator<readonly (readonly ExactValue[])[]> {
    this.#refuseClosed();
    const database = await this.#usable();
    const table = this.#table(name);
    // A connection of its own: a reader that is slow or never comes back must not take one from the pool.
    const connection = await database.track(() => database.connect());
    try {
      const scan = await database.track(() => TableScan.start(connection, table));
      while (true) {
        const rows = await database.track(() => scan.next());
        if (rows === null) return;
        yield rows;
      }
    } catch (error) {
      throw explainQueryFailure(error);
    } finally {
      await database.disconnect(connection);
    }
  }

  async arrowTable(name: string): Promise<Table> {
    this.#refuseClosed();
    return await scanToArrow(this.#table(name), this.scan(name));
  }

  rowCount(name: string): Promise<number> {
    return this.#read(async (connection) => {
      const result = await connection.query(`select count(*) from ${mirrorTableName(this.#table(name).name)}`);
      return Number(readVector(duckdb.result_get_chunk(result, 0), 0, "integer")[0]);
    });
  }

  tableBytes(name: string): Promise<number | null> {
    return this.#read(async (connection) => {
      // What is not on disk has no block.
      const table = mirrorTableName(this.#table(name).name).replaceAll("'", "''");
      const result = await connection.query(
        `select count(distinct block_id) * (select block_size from pragma_database_size() limit 1) ` +
          `from pragma_storage_info('${table}') where block_id >= 0`,
      );
      const bytes = Number(readVector(duckdb.result_get_chunk(result, 0), 0, "integer")[0]);
      return bytes === 0 ? null : bytes;
    });
  }

  async checkpoint(): Promise<void> {
    const release = await this.#enter();
    try {
      const database = await this.#usable();
      await database.writer.query("checkpoint");
    } catch (error) {
      throw explainWriteFailure("Cannot checkpoint the mirror", error);
    } finally {
      release();
    }
  }

  /** A commit is durable; it is the file's log that a checkpoint shortens. */
  durableWatermark(): Watermark | null {
    return this.#state?.watermark ?? null;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    // A transaction nobody ends would be waited for in vain. If its commit is under way, that goes first and wins.
    await this.#transaction?.rollback().catch(() => {}); // closing the connection undoes it in any case
    const release = await this.#writeLock.acquire();
    try {
      await (await this.#opened).database?.close();
    } finally {
      release();
    }
  }

  /** Rewrites a statement, counting on the present bounds of the tables it reads. */
  async #program(request: QueryRequest): Promise<Program | BridgeDecline> {
    const first = this.#rewrite(request);
    if (first.unknown.length === 0) return first.program;
    await this.#read(async (connection) => {
      for (const { table } of first.unknown) await this.#bounds.load(connection, table);
    });
    return this.#rewrite(request).program;
  }

  #rewrite(request: QueryRequest): { program: Program | BridgeDecline; unknown: readonly MirrorEntry[] } {
    const bounds = new Map<string, TableBounds>();
    const unknown = new Set<MirrorEntry>();
    const bridged = this.#bridge(request, (name) => {
      const folded = foldName(name);
      const known = this.#bounds.of(folded);
      const entry = this.#entries.get(folded);
      if (known !== undefined) bounds.set(folded, known);
      else if (entry !== undefined) unknown.add(entry);
      return known;
    }, (name) => this.#bounds.rangesOf(foldName(name)));
    return { program: bridged.kind === "declined" ? bridged : { bridged, bounds }, unknown: [...unknown] };
  }

  /** A statement rewritten for the bounds there are now. */
  async #again({ request }: DuckdbQuery): Promise<Program> {
    const program = await this.#program(request);
    if ("kind" in program) throw new RuntimeDecline(program.reason);
    return program;
  }

  #unbounded({ request }: DuckdbQuery): Program {
    const bridged = this.#bridge(request, () => undefined, () => undefined);
    if (bridged.kind === "declined") throw new RuntimeDecline(bridged.reason);
    return { bridged, bounds: new Map() };
  }

  /** Whether the present bounds are those a statement was rewritten for, and what it counts on is so. */
  #isCurrent({ bounds, bridged }: Program): boolean {
    return [...bounds].every(([table, counted]) => this.#bounds.of(table) === counted) &&
      bridged.exclusions.every((exclusion) => {
        const ranges = this.#bounds.rangesOf(foldName(exclusion.table));
        return ranges !== undefined && excludes(exclusion, ranges);
      });
  }

  /** Whether all data that queries have seen so far is within the bounds a statement was rewritten for. */
  async #held(program: Program): Promise<boolean> {
    // What a transaction commits can be seen before it is counted.
    await this.#transaction?.committed(program.bounds.keys());
    return this.#isCurrent(program);
  }

  #runProgram({ bridged }: Program, signal: AbortSignal | undefined): Promise<RowSet["rows"]> {
    return this.#read(async (connection) => {
      const result = await cancellableQuery(connection, bridged.sql, signal);
      return await readResult(result, bridged, signal);
    }, signal);
  }

  /** Takes over what a transaction left. */
  async #learn(outcome: TransactionOutcome, writer: DuckdbConnection): Promise<void> {
    if (outcome.kind !== "rolled back") this.#isNew = false;
    switch (outcome.kind) {
      case "rolled back":
        return;
      case "committed":
        this.#state = outcome.state;
        this.#entries = outcome.entries;
        return await this.#widenBounds(outcome.changed, writer);
      case "unknown":
        // Unreadable contents leave no state, so that the mirror is reset: worth more here than the reason.
        return await this.#readContents(writer).catch(() => this.#show(null));
    }
  }

  async #widenBounds(changed: ReadonlyMap<string, WrittenRows>, writer: DuckdbConnection): Promise<void> {
    try {
      const changes = Array.from(changed).flatMap(([folded, rows]) => {
        const table = this.#entries.get(folded)?.table;
        return table === undefined ? [] : [{ table, rows }];
      });
      await this.#bounds.refresh(writer, changes);
    } catch {
      this.#bounds.clear(); // the commit stands; queries are rewritten without bounds or with new ones
    }
  }

  async #readContents(connection: DuckdbConnection): Promise<void> {
    this.#show(await readContents(connection));
  }

  #show(contents: MirrorContents | null): void {
    this.#bounds.clear();
    this.#state = contents?.state ?? null;
    this.#entries = new Map(contents?.tables.map((table) => [foldName(table.name), mirrorEntry(table, null)]));
  }

  /** Opens the file and reads what it holds. */
  async #load(): Promise<Opened> {
    let database: DuckdbDatabase | null = null;
    try {
      database = await DuckdbDatabase.open(this.#options);
      const isNew = await isEmpty(database.writer);
      if (isNew) await createLayout(database.writer);
      await this.#readContents(database.writer);
      this.#isNew = isNew;
      return { database };
    } catch (error) {
      await database?.close();
      this.#show(null);
      if (error instanceof RheiError || error instanceof RangeError) throw error;
      return { database: null, damage: error };
    }
  }

  async #recreate(before: Promise<Opened>): Promise<Opened> {
    this.#isNew = false;
    const opened = await before.catch(() => null); // an earlier reset failed half way
    await opened?.database?.close();
    if (this.#options.path !== null) DuckdbDatabase.remove(this.#options.path);
    return await this.#load();
  }

  /** The database in use. */
  async #usable(): Promise<DuckdbDatabase> {
    while (true) {
      const promise = this.#opened;
      const opened = await promise;
      if (promise !== this.#opened) continue; // reset meanwhile
      if (opened.database !== null) return opened.database;
      throw new RheiError("OLAP_UNAVAILABLE", "Cannot use the mirror: its file is damaged or not a mirror", {
        cause: opened.damage,
        hint: "Reset the mirror; it is rebuilt from the database",
      });
    }
  }

  async #read<T>(body: (connection: DuckdbConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#refuseClosed();
    try {
      return await (await this.#usable()).read(body, signal);
    } catch (error) {
      throw explainQueryFailure(error);
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

  #table(name: string): MirrorTable {
    const entry = this.#entries.get(foldName(name));
    if (entry === undefined) throw new TypeError(`The mirror has no table "${name}"`);
    return entry.table;
  }

  #refuseClosed(): void {
    if (this.#closing !== null) throw closed();
  }
}

function closed(): RheiError {
  return new RheiError("CLOSED", "Cannot use the mirror: it was closed");
}
