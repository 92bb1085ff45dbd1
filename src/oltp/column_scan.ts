import type { Affinity, ColumnBatch, ColumnClass, ExactValue } from "../types/mod.ts";

/** A column to read in columnar form. */
export interface ScanColumn {
  /** SQL of the value, as it would stand in a SELECT list over {@linkcode ScanSource.from}. */
  readonly expression: string;
  /** The class every value must have. */
  readonly class: ColumnClass;
  /** Affinity of the source column the expression names, if it names one. */
  readonly affinity?: Affinity;
}

/** Rows to read in columnar form. Whoever reads the same again gives the same object, for which statements are kept. */
export interface ScanSource {
  /** What follows FROM: a table, a join, with WHERE or without; no ORDER BY, no LIMIT. */
  readonly from: string;
  readonly columns: readonly ScanColumn[];
  /** Set where the rows are those of a table as they are stored: they can then be read faster. */
  readonly stored?: StoredTable;
}

/** How a table with a rowid stores what {@linkcode ScanSource.columns} ask for. */
export interface StoredTable {
  /** As `sqlite_schema` spells it. */
  readonly name: string;
  /** In the order of the columns. */
  readonly fields: readonly StoredField[];
}

/** Where a row has a column's value. */
export type StoredField =
  | { readonly kind: "rowid" }
  | {
    readonly kind: "field";
    /** Position in the record, which has all columns of the table but the virtual generated ones. */
    readonly index: number;
    readonly affinity: Affinity;
    /** Whether a row written before the column was added holds NULL there. */
    readonly nullIfMissing: boolean;
  };

/** A table to read in columnar form. */
export interface TableScan {
  readonly source: ScanSource;
  /**
   * Unshadowed name of the rowid if `from` is one table that has a rowid (`rowid`, `_rowid_`, `oid`), else `null`. Only with it can
   * the table be split between threads and read at full speed.
   */
  readonly rowid: string | null;
  /** Only with `rowid`: the rowids of the rows to read, in ascending order and each once; those that are not there are passed over. */
  readonly keys?: BigInt64Array;
  /** Only without `rowid`: the values of the parameters in `from`. */
  readonly params?: readonly ExactValue[];
  /** Rows a batch holds at most. */
  readonly batchRows: number;
  readonly signal?: AbortSignal;
}

/** What a misfitting value was: a storage class, or a fault of a value of the right class. */
export type Misfit =
  | "integer"
  | "real"
  | "text"
  | "blob"
  /** Text with U+0000 inside, which a mirror cannot compare as SQLite does. */
  | "text with NUL"
  | "text that is not UTF-8"
  /** In a column of class `number`: it has no exact double. */
  | "integer beyond 2^53"
  /** In a column of class `number`: it would read back as INTEGER. */
  | "integral real";

/** Thrown by a columnar read at the first value that is not of its column's class; nothing is ever cast. */
export class ColumnMisfit extends Error {
  override readonly name = "ColumnMisfit";
  /** Position in {@linkcode ScanSource.columns}. */
  readonly columnIndex: number;
  readonly expected: ColumnClass;
  readonly met: Misfit;

  constructor(columnIndex: number, expected: ColumnClass, met: Misfit) {
    super(`Column ${columnIndex + 1} holds ${met} where ${expected} is expected`);
    this.columnIndex = columnIndex;
    this.expected = expected;
    this.met = met;
  }
}

/** Reads of a snapshot that give columns instead of rows. */
export interface ColumnReader {
  /**
   * The rows of a table in batches, in no particular order. Runs on worker threads where the snapshot was opened for scanning.
   *
   * @throws {ColumnMisfit} At the first value that does not fit; batches given before stay valid.
   * @throws {RheiError} `CANCELLED` when the signal aborts.
   */
  scanColumns(scan: TableScan): AsyncIterable<ColumnBatch>;

  /**
   * All rows at once, on the calling thread: for some ten thousand rows at most, changed rows say.
   *
   * @param params The values of the parameters in `from`.
   * @throws {ColumnMisfit} At a value that does not fit.
   */
  readColumns(source: ScanSource, params?: readonly ExactValue[]): Promise<ColumnBatch>;
}
