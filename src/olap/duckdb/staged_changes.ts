import { setImmediate } from "node:timers/promises";
import type { ColumnClass, ColumnVector } from "../../types/mod.ts";
import type { PooledChunk } from "./chunk_pool.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { MIRROR_SCHEMA, mirrorTableName, physicalName, quoteName } from "./physical_name.ts";
import type { RowFeeds, WriterKit } from "./row_feeds.ts";

/** Schema of DuckDB's temporary tables, as appenders name it. */
const STAGING_SCHEMA = "main";
/** Memory of rows that wait before they are put in place. */
const HELD_BYTES_MAX = 64 << 20;
/** Chunks put in place before the event loop gets a turn: a few milliseconds' work. */
const CHUNKS_PER_TURN = 16;

/**
 * The changes of one mirror table. The keys of all rows to remove or replace gather in a temporary table, the rows to put in wait
 * in chunks; one DELETE that joins the keys finds all old rows in a single pass, for a mirror table has no index, and only then
 * do the new rows go in, where the DELETE cannot mistake them for old ones.
 */
export class StagedChanges {
  readonly #feeds: RowFeeds;
  readonly #kit: WriterKit;
  readonly #keysName: string;
  readonly #target: string;
  readonly #classes: readonly ColumnClass[];
  readonly #keyClasses: readonly ColumnClass[];
  readonly #keyPositions: readonly number[];
  #held: PooledChunk[] = [];
  #heldBytes = 0;
  /** Creates the temporary table. */
  readonly createSql: string;
  /** Removes the old rows of all staged keys, and forgets the keys. */
  readonly deleteSql: string;
  /** Drops the temporary table. */
  readonly dropSql: string;

  /** `ordinal` keeps apart the tables of one transaction. */
  constructor({ table, keyPositions }: MirrorEntry, ordinal: number, feeds: RowFeeds, kit: WriterKit) {
    this.#feeds = feeds;
    this.#kit = kit;
    this.#keysName = `rhei_staged_keys_${ordinal}`;
    this.#target = physicalName(table.name);
    this.#classes = table.columns.map((column) => column.class);
    this.#keyPositions = keyPositions;
    this.#keyClasses = keyPositions.map((position) => this.#classes[position]!);
    const keys = `temp.${this.#keysName}`;
    const match = keyPositions.map((position, at) => `target.${quoteName(table.columns[position]!.name)} = old.k${at}`);
    this.createSql = `create temp table ${this.#keysName}(${
      this.#keyClasses.map((each, at) => `k${at} ${SQL_TYPE[each]}`)
    });`;
    this.deleteSql = `delete from ${mirrorTableName(table.name)} as target using ${keys} as old where ${
      match.join(" and ")
    }; truncate ${keys};`;
    this.dropSql = `drop table ${keys};`;
  }

  /** Whether so much waits that it should be put in place before the commit. */
  get isFull(): boolean {
    return this.#heldBytes > HELD_BYTES_MAX;
  }

  /** Stages rows 0 to `rowCount` (excluded) to be put in, and their keys. */
  stageRows(columns: readonly ColumnVector[], rowCount: number): void {
    for (let row = 0; row < rowCount;) {
      const pooled = this.#kit.pool.take(this.#classes);
      this.#held.push(pooled);
      const { end, stringBytes } = this.#kit.writer.fill(pooled.chunk, columns, row, rowCount);
      this.#heldBytes += pooled.byteCount + stringBytes;
      row = end;
    }
    this.stageKeys(this.#keyPositions.map((position) => columns[position]!), rowCount);
  }

  /** Stages keys to be removed. */
  stageKeys(keys: readonly ColumnVector[], rowCount: number): void {
    this.#feeds.append(STAGING_SCHEMA, this.#keysName, this.#keyClasses, keys, 0, rowCount);
  }

  /** Puts the waiting rows into the table; `deleteSql` must have run. */
  async putRows(): Promise<void> {
    for (const [index, pooled] of this.#takeHeld().entries()) {
      if (index % CHUNKS_PER_TURN === CHUNKS_PER_TURN - 1) await setImmediate();
      this.#feeds.appendChunk(MIRROR_SCHEMA, this.#target, pooled);
    }
  }

  /** Forgets everything staged. */
  discard(): void {
    this.#feeds.discard(STAGING_SCHEMA, this.#keysName);
    for (const pooled of this.#takeHeld()) this.#kit.pool.give(pooled);
  }

  #takeHeld(): PooledChunk[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }
}
