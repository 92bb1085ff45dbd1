import duckdb from "@duckdb/node-bindings";
import { RheiError } from "../../errors/mod.ts";
import type { ColumnBatch, ColumnClass, ColumnVector, MirrorState, MirrorTable } from "../../types/mod.ts";
import type { OlapTransaction } from "../olap_backend.ts";
import { ChunkWriter, SQL_TYPE } from "./chunk_writer.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { explainWriteFailure } from "./duckdb_failure.ts";
import { forgetTableSql, storeStateSql, storeTableSql } from "./mirror_layout.ts";
import { foldName, MIRROR_SCHEMA, mirrorTableName, physicalName, quoteName } from "./physical_name.ts";

/** Tables of a mirror by folded name. */
export type MirrorTables = ReadonlyMap<string, MirrorTable>;

/** What the backend hears when a transaction ends: the new state, or `null` after a rollback. */
export type TransactionEnd = (committed: { readonly state: MirrorState; readonly tables: MirrorTables } | null) => void;

/** Rows on their way into one DuckDB table. */
interface Feed {
  readonly writer: ChunkWriter;
  readonly appender: duckdb.Appender;
}

/** Staged changes of one table: all keys to remove, and the rows to put in their place. */
interface Staging {
  readonly table: MirrorTable;
  readonly keyColumns: readonly number[];
  readonly keysName: string;
  readonly rowsName: string;
}

/**
 * The write transaction. Changes gather in temporary tables and are applied at commit by one DELETE and one INSERT per table:
 * a mirror table has no index, so that one pass over its key columns finds all keys at once.
 */
export class DuckdbTransaction implements OlapTransaction {
  readonly #connection: DuckdbConnection;
  readonly #tables: Map<string, MirrorTable>;
  readonly #onEnd: TransactionEnd;
  readonly #feeds = new Map<string, Feed>();
  readonly #staged = new Map<string, Staging>();
  #status: "open" | "failed" | "committed" | "rolled back" = "open";
  #last: Promise<unknown> = Promise.resolve();

  private constructor(connection: DuckdbConnection, tables: MirrorTables, onEnd: TransactionEnd) {
    this.#connection = connection;
    this.#tables = new Map(tables);
    this.#onEnd = onEnd;
  }

  /** Begins a transaction on an idle connection. */
  static async begin(
    connection: DuckdbConnection,
    tables: MirrorTables,
    onEnd: TransactionEnd,
  ): Promise<DuckdbTransaction> {
    await connection.query("begin");
    return new DuckdbTransaction(connection, tables, onEnd);
  }

  createTable(table: MirrorTable): Promise<void> {
    return this.#step(`Cannot create mirror table "${table.name}"`, async () => {
      const folded = foldName(table.name);
      this.#forget(folded);
      const columns = table.columns.map((column) => `${quoteName(column.name)} ${SQL_TYPE[column.class]}`);
      const name = mirrorTableName(table.name);
      await this.#connection.query(
        `drop table if exists ${name}; create table ${name}(${columns.join(", ")});` +
          forgetTableSql(folded) + storeTableSql(folded, table),
      );
      this.#tables.set(folded, table);
    });
  }

  dropTable(name: string): Promise<void> {
    return this.#step(`Cannot drop mirror table "${name}"`, async () => {
      const folded = foldName(name);
      this.#forget(folded);
      await this.#connection.query(`drop table if exists ${mirrorTableName(name)};` + forgetTableSql(folded));
      this.#tables.delete(folded);
    });
  }

  append(name: string, batch: ColumnBatch): Promise<void> {
    return this.#step(`Cannot append to mirror table "${name}"`, async () => {
      const table = this.#table(name);
      const classes = table.columns.map((column) => column.class);
      checkBatch(batch, classes);
      const feed = this.#feed(MIRROR_SCHEMA, physicalName(table.name), classes);
      feed.writer.append(feed.appender, batch.columns, 0, batch.rowCount);
    });
  }

  change(name: string, upserts: ColumnBatch, deletes: ColumnBatch): Promise<void> {
    return this.#step(`Cannot change mirror table "${name}"`, async () => {
      const table = this.#table(name);
      const classes = table.columns.map((column) => column.class);
      const staging = this.#staged.get(foldName(name)) ?? await this.#stage(table);
      const keyClasses = staging.keyColumns.map((index) => classes[index]!);
      checkBatch(upserts, classes);
      checkBatch(deletes, keyClasses);
      const rows = this.#feed("main", staging.rowsName, classes);
      rows.writer.append(rows.appender, upserts.columns, 0, upserts.rowCount);
      const keys = this.#feed("main", staging.keysName, keyClasses);
      const upsertKeys = staging.keyColumns.map((index) => upserts.columns[index]!);
      keys.writer.append(keys.appender, upsertKeys, 0, upserts.rowCount);
      keys.writer.append(keys.appender, deletes.columns, 0, deletes.rowCount);
    });
  }

  commit(state: MirrorState): Promise<void> {
    return this.#step("Cannot commit to the mirror", async () => {
      this.#closeFeeds();
      const apply = [...this.#staged.values()].map(applySql);
      await this.#connection.query([...apply, storeStateSql(state), "commit"].join(" "));
      this.#status = "committed";
      this.#onEnd({ state, tables: this.#tables });
    });
  }

  /** Undoes everything. After a failed step nothing else is allowed. */
  rollback(): Promise<void> {
    const result = this.#last.then(async () => {
      if (this.#status !== "open" && this.#status !== "failed") throw this.#ended();
      await this.#abandon();
    });
    this.#last = result.catch(() => {}); // the caller gets the failure; the chain only orders the steps
    return result;
  }

  async #abandon(): Promise<void> {
    this.#status = "rolled back";
    try {
      for (const { appender } of this.#feeds.values()) duckdb.appender_clear(appender);
      this.#closeFeeds();
      await this.#connection.query("rollback");
    } catch (error) {
      throw explainWriteFailure("Cannot roll back the mirror's transaction", error);
    } finally {
      this.#onEnd(null);
    }
  }

  /** Runs a step after those before it. A failed one leaves only `rollback`. */
  #step<T>(action: string, body: () => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      if (this.#status !== "open") throw this.#ended();
      try {
        return await body();
      } catch (error) {
        this.#status = "failed";
        throw explainWriteFailure(action, error);
      }
    });
    this.#last = result.catch(() => {}); // the caller gets the failure; the chain only orders the steps
    return result;
  }

  #ended(): RheiError {
    const what = this.#status === "failed" ? "a step of it failed" : `it was ${this.#status}`;
    return new RheiError("TRANSACTION_STATE", `Cannot use the mirror's transaction: ${what}`);
  }

  #table(name: string): MirrorTable {
    const table = this.#tables.get(foldName(name));
    if (table === undefined) throw new TypeError(`The mirror has no table "${name}"`);
    return table;
  }

  async #stage(table: MirrorTable): Promise<Staging> {
    const ordinal = this.#staged.size;
    const staging: Staging = {
      table,
      keyColumns: table.keyColumns.map((key) => table.columns.findIndex((column) => column.name === key)),
      keysName: `staged_keys_${ordinal}`,
      rowsName: `staged_rows_${ordinal}`,
    };
    const define = (index: number) => `c${index} ${SQL_TYPE[table.columns[index]!.class]}`;
    await this.#connection.query(
      `create or replace temp table ${staging.keysName}(${staging.keyColumns.map(define).join(", ")});` +
        `create or replace temp table ${staging.rowsName}(${
          table.columns.map((_, index) => define(index)).join(", ")
        })`,
    );
    this.#staged.set(foldName(table.name), staging);
    return staging;
  }

  #feed(schema: string, name: string, classes: readonly ColumnClass[]): Feed {
    const id = `${schema}.${foldName(name)}`;
    let feed = this.#feeds.get(id);
    if (feed === undefined) {
      feed = { writer: new ChunkWriter(classes), appender: this.#connection.appender(schema, name) };
      this.#feeds.set(id, feed);
    }
    return feed;
  }

  #closeFeeds(): void {
    for (const [id, { appender }] of this.#feeds) {
      this.#feeds.delete(id);
      duckdb.appender_close_sync(appender);
    }
  }

  /** Lets go of what the transaction holds for a table that is about to be dropped. */
  #forget(folded: string): void {
    const id = `${MIRROR_SCHEMA}.${folded === "" ? physicalName("") : folded}`;
    const feed = this.#feeds.get(id);
    if (feed !== undefined) {
      this.#feeds.delete(id);
      duckdb.appender_clear(feed.appender);
      duckdb.appender_close_sync(feed.appender);
    }
    this.#staged.delete(folded);
  }
}

function applySql(staging: Staging): string {
  const { table, keyColumns, keysName, rowsName } = staging;
  const target = mirrorTableName(table.name);
  const match = keyColumns.map((index) => `target.${quoteName(table.columns[index]!.name)} = staged.c${index}`);
  return `delete from ${target} as target using temp.${keysName} as staged where ${match.join(" and ")};` +
    `insert into ${target} from temp.${rowsName};`;
}

/** Checks a batch against the columns it is meant for: a mismatch would write garbage into native memory. */
function checkBatch(batch: ColumnBatch, classes: readonly ColumnClass[]): void {
  if (batch.columns.length !== classes.length) {
    throw new RangeError(`A batch has ${batch.columns.length} columns, the table ${classes.length}`);
  }
  batch.columns.forEach((column, index) => checkColumn(column, index, classes[index]!, batch.rowCount));
}

function checkColumn(column: ColumnVector, index: number, wanted: ColumnClass, rowCount: number): void {
  if (column.class !== wanted) throw new TypeError(`Column ${index} of a batch is ${column.class}, not ${wanted}`);
  if (column.data.length < rowCount || ("nulls" in column && column.nulls !== null && column.nulls.length < rowCount)) {
    throw new RangeError(`Column ${index} of a batch holds fewer than ${rowCount} rows`);
  }
}
