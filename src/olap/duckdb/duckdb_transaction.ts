import duckdb from "@duckdb/node-bindings";
import { RheiError } from "../../errors/mod.ts";
import { foldName } from "../../sql/mod.ts";
import type { ColumnBatch, ExactValue, MirrorState, MirrorTable } from "../../types/mod.ts";
import type { OlapTransaction } from "../olap_backend.ts";
import { checkBatch } from "../batch_check.ts";
import { appendSql, changeSql, recurringInsert } from "./change_sql.ts";
import { readVector } from "./chunk_reader.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { explainWriteFailure } from "./duckdb_failure.ts";
import { lookUp } from "./look_up.ts";
import {
  BELOW_ALL_KEYS,
  firstRowBeyond,
  leadingKeyPosition,
  type MirrorEntries,
  type MirrorEntry,
  mirrorEntry,
  raisedBound,
} from "./mirror_entry.ts";
import { forgetTableSql, replaceStateSql, storeFirstStateSql, storeTableSql } from "./mirror_layout.ts";
import type { WrittenRows } from "./mirror_bounds.ts";
import { MIRROR_SCHEMA, mirrorTableName, physicalName, quoteName } from "./physical_name.ts";
import { RowFeeds, type WriterKit } from "./row_feeds.ts";
import { StagedChanges } from "./staged_changes.ts";

/** How a transaction ended. After `unknown`, a commit that failed, only the file says what the mirror holds. */
export type TransactionOutcome =
  | {
    readonly kind: "committed";
    readonly state: MirrorState;
    readonly entries: MirrorEntries;
    /** The tables that were made or got rows, by folded name. */
    readonly changed: ReadonlyMap<string, WrittenRows>;
  }
  | { readonly kind: "rolled back" }
  | { readonly kind: "unknown" };

/** Hears of a transaction's end, once, and lets the next writer in. */
export type TransactionEnd = (outcome: TransactionOutcome) => Promise<void>;

/**
 * The write transaction. Rows that are new for certain go straight into their table; all other changes are staged and put in
 * place at commit, or before when they grow many. Changes of a few values wait as SQL: where there are no others, all of the
 * transaction is the one text that its commit runs. What it looks up for few keys needs no transaction: nobody else writes.
 */
export class DuckdbTransaction implements OlapTransaction {
  readonly #connection: DuckdbConnection;
  readonly #entries: Map<string, MirrorEntry>;
  readonly #onEnd: TransactionEnd;
  readonly #kit: WriterKit;
  readonly #feeds: RowFeeds;
  readonly #staged = new Map<string, StagedChanges>();
  /** SQL of small changes, by folded name of their tables. */
  readonly #small = new Map<string, string[]>();
  readonly #changed = new Map<string, WrittenRows>();
  /** Folded names of the tables that may have lost their highest key. */
  readonly #lowered = new Set<string>();
  /** Whether the mirror holds a state that this transaction's takes the place of. */
  readonly #hasState: boolean;
  #committing: Promise<void> | null = null;
  #stagings = 0;
  /** Whether tables were created or dropped. */
  #redefines = false;
  /** Whether DuckDB has begun the transaction too. */
  #begun = false;
  #status: "open" | "failed" | "committed" | "commit failed" | "rolled back" = "open";
  #last: Promise<unknown> = Promise.resolve();

  /** Begins a transaction on an idle connection. */
  constructor(
    connection: DuckdbConnection,
    kit: WriterKit,
    { entries, hasState }: { readonly entries: MirrorEntries; readonly hasState: boolean },
    onEnd: TransactionEnd,
  ) {
    this.#connection = connection;
    this.#hasState = hasState;
    this.#kit = kit;
    this.#entries = new Map(entries);
    this.#onEnd = onEnd;
    this.#feeds = new RowFeeds(connection, kit);
  }

  createTable(table: MirrorTable): Promise<void> {
    return this.#step(`Cannot create mirror table "${table.name}"`, async () => {
      const entry = mirrorEntry(table, BELOW_ALL_KEYS);
      const folded = foldName(table.name);
      const columns = table.columns.map((column) => `${quoteName(column.name)} ${SQL_TYPE[column.class]}`);
      const name = mirrorTableName(table.name);
      this.#redefines = true;
      await this.#begin();
      await this.#connection.query(
        `${this.#forget(folded)} drop table if exists ${name}; create table ${name}(${columns.join(", ")}); ` +
          `${forgetTableSql(folded)} ${storeTableSql(folded, table)}`,
      );
      this.#entries.set(folded, entry);
      this.#changed.set(folded, "many");
    });
  }

  dropTable(name: string): Promise<void> {
    return this.#step(`Cannot drop mirror table "${name}"`, async () => {
      const folded = foldName(name);
      this.#redefines = true;
      await this.#begin();
      await this.#connection.query(
        `${this.#forget(folded)} drop table if exists ${mirrorTableName(name)}; ${forgetTableSql(folded)}`,
      );
      this.#entries.delete(folded);
    });
  }

  append(name: string, batch: ColumnBatch): Promise<void> {
    return this.#step(`Cannot append to mirror table "${name}"`, async () => {
      const entry = this.#entry(name);
      const folded = foldName(name);
      checkBatch(batch, entry.table.columns.map((column) => column.class));
      // Looked up when a change first needs it: a load should not pay for it.
      this.#entries.set(folded, { ...entry, keyBound: null });
      const sql = appendSql(entry, batch);
      this.#note(folded, sql === null ? null : batch);
      if (sql !== null) return this.#addSmall(folded, sql);
      await this.#begin();
      this.#put(entry, batch, 0, batch.rowCount);
    });
  }

  change(name: string, upserts: ColumnBatch, deletes: ColumnBatch): Promise<void> {
    return this.#step(`Cannot change mirror table "${name}"`, async () => {
      const entry = this.#entry(name);
      const classes = entry.table.columns.map((column) => column.class);
      const keyClasses = entry.keyPositions.map((position) => classes[position]!);
      checkBatch(upserts, classes);
      checkBatch(deletes, keyClasses);
      this.#noteLowered(entry, deletes);
      const newFrom = await this.#newFrom(entry, upserts);
      const sql = changeSql(entry, upserts, newFrom, deletes, await this.#preparedInsert(entry, upserts, deletes));
      if (upserts.rowCount > 0) this.#note(foldName(name), sql === null ? null : upserts);
      if (sql !== null) {
        this.#addSmall(foldName(name), sql);
        return;
      }
      await this.#begin();
      this.#put(entry, upserts, newFrom, upserts.rowCount);
      if (newFrom + deletes.rowCount === 0) return;
      const staged = await this.#staging(entry);
      staged.stageRows(upserts.columns, newFrom);
      staged.stageKeys(deletes.columns, deletes.rowCount);
      if (staged.isFull) await this.#apply([staged]);
    });
  }

  lookup(name: string, keys: ColumnBatch): Promise<ExactValue[][]> {
    return this.#step(`Cannot look rows up in mirror table "${name}"`, async () => {
      const entry = this.#entry(name);
      const folded = foldName(name);
      checkBatch(keys, entry.keyPositions.map((position) => entry.table.columns[position]!.class));
      if (this.#changed.has(folded) || this.#staged.has(folded) || this.#small.has(folded)) {
        throw new TypeError(`Rows of mirror table "${name}" are looked up before it is changed`);
      }
      if (await this.#areNew(entry, keys)) return [];
      const place = { connection: this.#connection, feeds: this.#feeds, begin: () => this.#begin() };
      return await lookUp(place, entry, keys);
    });
  }

  /** Ends when a commit under way that gives rows to one of the tables has, its outcome heard; at once without one. */
  async committed(folded: Iterable<string>): Promise<void> {
    for (const table of folded) if (this.#changed.has(table)) await this.#committing;
  }

  /** A commit that fails ends the transaction too. */
  commit(state: MirrorState): Promise<void> {
    const commit = this.#commit(state);
    this.#committing = commit.catch(() => {}); // the caller gets the failure
    return commit;
  }

  #commit(state: MirrorState): Promise<void> {
    return this.#step("Cannot commit to the mirror", async () => {
      try {
        await this.#apply([...this.#staged.values()]);
        this.#feeds.flush();
        const drops = Array.from(this.#staged.values(), ({ dropSql }) => dropSql);
        const begin = this.#begun ? [] : ["begin;"];
        const small = [...this.#small.values()].flat();
        this.#begun = true;
        const store = this.#hasState ? replaceStateSql(state) : storeFirstStateSql(state);
        await this.#connection.query([...begin, ...small, ...drops, store, "commit"].join(" "));
      } catch (error) {
        this.#status = "commit failed";
        await this.#undo().catch(() => {}); // DuckDB may have rolled back itself; the commit's own failure says more
        await this.#onEnd({ kind: "unknown" });
        throw error;
      }
      this.#status = "committed";
      if (this.#redefines) this.#connection.schemaChanged();
      for (const folded of this.#lowered) {
        const entry = this.#entries.get(folded);
        if (entry !== undefined) this.#entries.set(folded, { ...entry, keyBound: null });
      }
      await this.#onEnd({ kind: "committed", state, entries: this.#entries, changed: this.#changed });
    });
  }

  /** Does nothing after a failed commit, which has undone everything. */
  rollback(): Promise<void> {
    return this.#chain(async () => {
      if (this.#status === "commit failed") return;
      if (this.#status !== "open" && this.#status !== "failed") throw this.#unusable();
      this.#status = "rolled back";
      try {
        await this.#undo();
      } catch (error) {
        throw explainWriteFailure("Cannot roll back the mirror's transaction", error);
      } finally {
        await this.#onEnd({ kind: "rolled back" });
      }
    });
  }

  /** Puts staged changes in place. A key occurs once in a transaction, so it does not matter in how many goes. */
  async #apply(staged: readonly StagedChanges[]): Promise<void> {
    if (staged.length === 0) return;
    this.#feeds.flush();
    await this.#connection.query(staged.map(({ deleteSql }) => deleteSql).join(" "));
    for (const each of staged) await each.putRows();
  }

  async #undo(): Promise<void> {
    for (const staged of this.#staged.values()) staged.discard();
    this.#feeds.discard();
    this.#small.clear();
    if (this.#begun) await this.#connection.query("rollback");
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#connection.query("begin");
  }

  /** Remembers rows that a table gets; `null` for more than are worth looking through. */
  #note(folded: string, rows: ColumnBatch | null): void {
    const before = this.#changed.get(folded) ?? [];
    this.#changed.set(folded, rows === null || before === "many" ? "many" : [...before, rows]);
  }

  #addSmall(folded: string, sql: string): void {
    if (sql === "") return;
    const known = this.#small.get(folded);
    if (known === undefined) this.#small.set(folded, [sql]);
    else known.push(sql);
  }

  /** Runs a step after those before it. A failed one leaves only `rollback`. */
  #step<T>(action: string, body: () => Promise<T>): Promise<T> {
    return this.#chain(async () => {
      if (this.#status !== "open") throw this.#unusable();
      try {
        return await body();
      } catch (error) {
        if (this.#status === "open") this.#status = "failed";
        throw explainWriteFailure(action, error);
      }
    });
  }

  #chain<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#last.then(body);
    this.#last = result.catch(() => {}); // the caller gets the failure; the chain only orders the steps
    return result;
  }

  #unusable(): RheiError {
    const why = this.#status.endsWith("failed") ? "a step of it failed" : `it was ${this.#status}`;
    return new RheiError("TRANSACTION_STATE", `Cannot use the mirror's transaction: ${why}`);
  }

  #entry(name: string): MirrorEntry {
    const entry = this.#entries.get(foldName(name));
    if (entry === undefined) throw new TypeError(`The mirror has no table "${name}"`);
    return entry;
  }

  /** Puts rows into the table itself. */
  #put({ table }: MirrorEntry, batch: ColumnBatch, from: number, to: number): void {
    const classes = table.columns.map((column) => column.class);
    this.#feeds.append(MIRROR_SCHEMA, physicalName(table.name), classes, batch.columns, from, to);
  }

  /** The row from which on, to the end of the batch, keys are above all others by their first column. */
  async #newFrom(entry: MirrorEntry, upserts: ColumnBatch): Promise<number> {
    const position = leadingKeyPosition(entry);
    const keys = position === null ? undefined : upserts.columns[position];
    if (keys?.class !== "integer" || upserts.rowCount === 0) return upserts.rowCount;
    const bound = await this.#boundOf(entry);
    // In a key of several columns NULL may stand, beyond no bound.
    const first = keys.nulls === null ? firstRowBeyond(keys.data, upserts.rowCount, bound) : upserts.rowCount;
    // Rows that only wait to be inserted count too: a later batch must not take their keys for free.
    const keyBound = raisedBound(keys.data, 0, upserts.rowCount, bound);
    this.#entries.set(foldName(entry.table.name), { ...entry, keyBound });
    return first;
  }

  /** Whether all of some keys are above those the table holds. */
  async #areNew(entry: MirrorEntry, { columns: [keys], rowCount }: ColumnBatch): Promise<boolean> {
    if (rowCount === 0) return true;
    if (keys?.class !== "integer" || keys.nulls !== null) return false;
    const bound = await this.#boundOf(entry);
    this.#entries.set(foldName(entry.table.name), { ...entry, keyBound: bound });
    return firstRowBeyond(keys.data, rowCount, bound) === 0;
  }

  /** A bound that no key reaches any more would have rows taken for old ones ever after: the next transaction looks it up. */
  #noteLowered({ table, keyBound }: MirrorEntry, { columns: [keys], rowCount }: ColumnBatch): void {
    if (keyBound === null || keys?.class !== "integer") return;
    for (let row = 0; row < rowCount; row++) {
      if (keys.nulls?.[row] || keys.data[row]! < keyBound) continue;
      this.#lowered.add(foldName(table.name));
      return;
    }
  }

  async #boundOf(entry: MirrorEntry): Promise<bigint> {
    return entry.keyBound ?? await this.#highestKey(entry);
  }

  async #highestKey({ table, keyPositions }: MirrorEntry): Promise<bigint> {
    await this.#runSmall(foldName(table.name));
    this.#feeds.flush();
    const key = quoteName(table.columns[keyPositions[0]!]!.name);
    const result = await this.#connection.query(`select max(${key}) from ${mirrorTableName(table.name)}`);
    const [highest] = readVector(duckdb.result_get_chunk(result, 0), 0, "integer");
    return typeof highest === "bigint" ? highest : BELOW_ALL_KEYS;
  }

  async #runSmall(folded: string): Promise<void> {
    const small = this.#small.get(folded);
    if (small === undefined) return;
    this.#small.delete(folded);
    await this.#begin();
    await this.#connection.query(small.join(" "));
  }

  /** The name of the prepared statement that inserts a change's rows, if there is one. */
  async #preparedInsert(entry: MirrorEntry, upserts: ColumnBatch, deletes: ColumnBatch): Promise<string | null> {
    const insert = recurringInsert(entry, upserts, deletes);
    if (insert === null) return null;
    this.#feeds.flush(); // what prepares is a statement of the connection too
    return await this.#connection.prepared(insert);
  }

  async #staging(entry: MirrorEntry): Promise<StagedChanges> {
    const folded = foldName(entry.table.name);
    let staged = this.#staged.get(folded);
    if (staged === undefined) {
      staged = new StagedChanges(entry, this.#stagings++, this.#feeds, this.#kit);
      await this.#connection.query(staged.createSql);
      this.#staged.set(folded, staged);
    }
    return staged;
  }

  /** Lets go of what the transaction gathered for a table about to be dropped; gives the SQL that drops its staging. */
  #forget(folded: string): string {
    this.#feeds.discard(MIRROR_SCHEMA, physicalName(folded));
    this.#small.delete(folded);
    const staged = this.#staged.get(folded);
    if (staged === undefined) return "";
    this.#staged.delete(folded);
    staged.discard();
    return staged.dropSql;
  }
}
