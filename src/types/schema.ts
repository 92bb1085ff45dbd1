import type { Affinity } from "./affinity.ts";

/**
 * What a mirror column holds, NULL aside. Chosen from the values at first load, never a cast:
 *
 * - `integer`: every value is INTEGER (64-bit);
 * - `real`: every value is REAL;
 * - `number`: INTEGER and REAL mixed, kept as a double. Only for columns of NUMERIC or INTEGER affinity, where SQLite itself
 *   turns every integral REAL within ±2^63 into INTEGER; so a value is INTEGER exactly if it is integral and within ±2^63.
 *   Invariant: every INTEGER in it is within ±2^53, so the double is exact;
 * - `text`, `blob`: as named.
 */
export type ColumnClass = "integer" | "real" | "number" | "text" | "blob";

/** A column of a source table as SQLite declares it. */
export interface ColumnSchema {
  readonly name: string;
  /** As written in CREATE TABLE, `null` when absent. */
  readonly declaredType: string | null;
  readonly affinity: Affinity;
  /** Name of the column's collating sequence, upper case: `BINARY`, `NOCASE`, `RTRIM` or an application's own. */
  readonly collation: string;
  readonly notNull: boolean;
  /** Position in the PRIMARY KEY from 1, or 0. */
  readonly primaryKeyPosition: number;
  /** Generated columns are mirrored as values. */
  readonly generated: "no" | "virtual" | "stored";
  /** Hidden columns of virtual tables are left out of `select *`. */
  readonly hidden: boolean;
}

/** How a row is identified in the log and in the mirror. */
export type RowKey =
  /**
   * The rowid. `alias` names the INTEGER PRIMARY KEY column, or is `null`: then the mirror keeps it as the extra column
   * {@linkcode ROWID_COLUMN}, and VACUUM may renumber it. `accessName` is the unshadowed one of `rowid`, `_rowid_`, `oid`.
   */
  | { readonly kind: "rowid"; readonly alias: string | null; readonly accessName: string }
  /** The PRIMARY KEY columns of a WITHOUT ROWID table, in key order. */
  | { readonly kind: "primaryKey"; readonly columns: readonly string[] };

/** A name of the rowid that no column hides; `null` if columns of these names, folded, hide them all. */
export function rowidName(columns: ReadonlySet<string>): string | null {
  return ["rowid", "_rowid_", "oid"].find((name) => !columns.has(name)) ?? null;
}

/** Name of the extra first column a mirror table has when its source has a rowid without an alias. */
export const ROWID_COLUMN = "_rhei_rowid";

/** A source table. */
export interface TableSchema {
  readonly name: string;
  /** Columns in declared order, hidden ones left out. */
  readonly columns: readonly ColumnSchema[];
  readonly key: RowKey;
  /** The CREATE TABLE text in sqlite_schema: a change of it is a schema change. */
  readonly sql: string;
}

/** A column of a mirror table. */
export interface MirrorColumn {
  readonly name: string;
  readonly class: ColumnClass;
}

/**
 * A mirror table: the key's extra column (if any) first, then the source's columns in order.
 * `keyColumns` names the mirror columns that identify a row.
 */
export interface MirrorTable {
  readonly name: string;
  readonly source: TableSchema;
  readonly columns: readonly MirrorColumn[];
  readonly keyColumns: readonly string[];
  /** Set on the two tables that hold a table's history. */
  readonly history?: HistoryPart;
}

/** Which part of which table's history a mirror table holds. */
export interface HistoryPart {
  /** Present or last name of the table. */
  readonly of: string;
  /** The table's id in capture. */
  readonly tableId: number;
  /**
   * `open`: one row per row now alive. `closed`: versions that ended and tombstones, keyed by {@linkcode HISTORY_COLUMNS}`.version`,
   * in order of the time they ended.
   */
  readonly part: "open" | "closed";
  /** Columns whose values fit no class: blobs in the encoding of `exact_encoding.ts`. Queries that read them are declined. */
  readonly encoded: readonly string[];
  /** Whether versions are still added: not after the table was dropped, or the mode switched with history kept. */
  readonly live: boolean;
}

/** The mirror tables that hold a table's history. */
export interface TableHistory {
  readonly open: MirrorTable;
  readonly closed: MirrorTable;
}

/** Columns that history adds to a table's own. The times are integers, µs since 1970 UTC. */
export const HISTORY_COLUMNS = {
  /** Number of a closed version, from 1; on the closed part only. */
  version: "_rhei_version",
  validFrom: "_rhei_valid_from",
  /** On the closed part only. */
  validTo: "_rhei_valid_to",
  /** `I`, `U`, and on the closed part `D` for a tombstone. */
  operation: "_rhei_operation",
} as const;

/** Name of the mirror table that holds one part of a table's history. */
export function historyTableName(tableId: number, part: HistoryPart["part"]): string {
  return `_rhei_${part}_${tableId}`;
}
