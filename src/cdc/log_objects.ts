import { quoteName } from "../sql/mod.ts";

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

/** The name under which {@linkcode META_TABLE} keeps the version of these objects' layout. */
export const LOG_FORMAT = "format_version";

/** The version this code reads and writes; any other is refused. */
export const LOG_FORMAT_VERSION = 1;

/** Identity of the database, made when tracking began. */
export const DATABASE_ID = "database_id";

/** What the log holds: absent or `destructive` for keys, `temporal` for images. */
export const SYNC_MODE = "sync_mode";

/** The last log row that may hold an image, kept from the moment images ended until the log was pruned beyond it. */
export const IMAGES_END = "images_end";

/** Ids are never used twice: the log may still hold changes of a table that is gone. */
export const NEXT_TABLE_ID = "next_table_id";

/** Which columns the images of a table have from a log row on, as JSON; `key` are the columns of its key. */
export const LAYOUTS_TABLE = "_rhei_layouts";

/** Rows that a REPLACE may be about to remove: noted before it runs, looked for after. */
export const PENDING_TABLE = "_rhei_pending";

/**
 * The same for tables whose statements the log tells apart: a row for each unique index that REPLACE may remove rows for, which is only
 * ever updated, and counts how often. There once a table needs it.
 */
export const NOTES_TABLE = "_rhei_notes";

/**
 * Takes the end of a transaction and holds nothing: a trigger turns what is inserted into a mark in the log, since what triggers insert
 * leaves `last_insert_rowid()` as it was.
 */
export const COMMITS_TABLE = "_rhei_commits";

/** Everything of rhei's own. */
export const OWN_TABLES = [
  LOG_TABLE,
  TABLES_TABLE,
  META_TABLE,
  LAYOUTS_TABLE,
  PENDING_TABLE,
  NOTES_TABLE,
  COMMITS_TABLE,
] as const;

/**
 * What a log row says: row inserted, updated, deleted; possibly removed by a REPLACE; the whole table must be read anew; a mere start
 * of the log. In temporal mode also: a new layout of the images of table `key0`; that this table was dropped (`X`); the end (`C`) of a
 * transaction whose first row is `key0`; its beginning (`B`), where the number of its first row cannot be read. The last five have table
 * id 0.
 *
 * `at` is when the statement ran, see `statement_time.ts`; negative, it is the time of a transaction that logged this row alone.
 */
export type LogOperation = "I" | "U" | "D" | "R" | "T" | "S" | "L" | "X" | "C" | "B";

/** Name of the log's key column at a position from 0. */
export function keyColumn(position: number): string {
  return `key${position}`;
}

/** Name of the log's column for a value of an image, at a position from 0. */
export function imageColumn(position: number): string {
  return `v${position}`;
}

/** Most columns of a captured table: SQLite allows tables and results 2000, and the log and what reads rows exactly need some themselves. */
export const COLUMNS_MAX = 1900;

/** Statements that make a log of keys ready for images. */
export function createImagesSql(keyWidth: number): string[] {
  const keys = Array.from({ length: keyWidth }, (_, at) => `, ${keyColumn(at)}`).join("");
  return [
    `CREATE TABLE ${
      quoteName(LAYOUTS_TABLE)
    }(seq INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, columns TEXT NOT NULL, ` +
    `key TEXT NOT NULL, renamed TEXT NOT NULL, starts_empty INTEGER NOT NULL)`,
    `CREATE TABLE ${quoteName(PENDING_TABLE)}(table_id INTEGER NOT NULL${keys})`,
    `CREATE TABLE ${quoteName(COMMITS_TABLE)}(position INTEGER, at INTEGER)`,
    `CREATE TRIGGER ${quoteName("_rhei_commit")} BEFORE INSERT ON ${quoteName(COMMITS_TABLE)} BEGIN ` +
    `INSERT INTO ${LOG_TABLE}(table_id, op, nonce, key0, at) VALUES (0, 'C', random(), NEW.position + 1, NEW.at); ` +
    `SELECT RAISE(IGNORE); END`,
  ];
}

/** Makes the table of notes. */
export function createNotesSql(keyWidth: number): string {
  const keys = Array.from({ length: keyWidth }, (_, at) => `, ${keyColumn(at)}`).join("");
  return `CREATE TABLE ${quoteName(NOTES_TABLE)}(table_id INTEGER NOT NULL, probe INTEGER NOT NULL, ` +
    `shift INTEGER NOT NULL${keys}, PRIMARY KEY (table_id, probe)) WITHOUT ROWID`;
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
