import { quoteName } from "./quote_name.ts";

/**
 * The log: one row per changed key. `seq` orders the changes. It needs no AUTOINCREMENT (which costs a second table write per
 * change): pruning always leaves the newest row, so SQLite's `max + 1` never gives a number twice to a committed change.
 * `nonce` is random: the nonce at a watermark proves that a mirror and its source share their past up to there, which a restored
 * backup cannot fake. The key columns have no type, so that keys stay exactly as stored.
 */
export const LOG_TABLE = "_rhei_cdc_log";

/** Tracked tables by id, and tables the user took out. */
export const TABLES_TABLE = "_rhei_tables";

/** Names and values: format version, identity of the database. */
export const META_TABLE = "_rhei_meta";

/** Layout version of these objects, kept in {@linkcode META_TABLE} under this name. */
export const LOG_FORMAT = "format_version";
export const LOG_FORMAT_VERSION = 1;

/** Identity of the database, made when tracking began. */
export const DATABASE_ID = "database_id";

/** Ids are never used twice: the log may still hold changes of a table that is gone. */
export const NEXT_TABLE_ID = "next_table_id";

/**
 * What a log row says: row inserted, updated, deleted; possibly removed by a REPLACE; the whole table must be read anew; or a
 * mere start of the log.
 */
export type LogOperation = "I" | "U" | "D" | "R" | "T" | "S";

/** Name of the log's key column at a position from 0. */
export function keyColumn(position: number): string {
  return `key${position}`;
}

/** Statements that make the empty log and its companions. */
export function createLogSql(keyWidth: number): string[] {
  return [
    `CREATE TABLE ${quoteName(LOG_TABLE)}(seq INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, op TEXT NOT NULL, ` +
    `nonce INTEGER NOT NULL${Array.from({ length: keyWidth }, (_, at) => `, ${keyColumn(at)}`).join("")})`,
    `CREATE TABLE ${quoteName(TABLES_TABLE)}(id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, ` +
    `state TEXT NOT NULL CHECK (state IN ('tracked', 'excluded')))`,
    `CREATE TABLE ${quoteName(META_TABLE)}(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID`,
  ];
}

/** Adds a row without a key to the log: a reload mark (`T`) or the start (`S`). */
export function markSql(tableId: number, operation: LogOperation): string {
  return `INSERT INTO ${quoteName(LOG_TABLE)}(table_id, op, nonce) VALUES (${tableId}, '${operation}', random())`;
}
