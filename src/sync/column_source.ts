import { RheiError } from "../errors/mod.ts";
import { batchFromRows, type OltpSnapshot, type ScanColumn, type StoredTable } from "../oltp/mod.ts";
import type { ColumnBatch, ColumnClass } from "../types/mod.ts";

/** What to read from a snapshot as columns. */
export interface ColumnQuery {
  /** What follows FROM. */
  readonly from: string;
  readonly columns: readonly ScanColumn[];
  /** Set if the rows are those of one whole table that has a rowid. */
  readonly table?: RowidTable;
}

/** A table with a rowid, to be scanned; the members are those of {@linkcode TableScan}. */
export interface RowidTable {
  readonly rowid: string;
  readonly stored?: StoredTable;
  /** Only for snapshots with `scanColumns`. */
  readonly keys?: BigInt64Array;
}

/** How to read. */
export interface ColumnReading {
  readonly snapshot: OltpSnapshot;
  /** Rows handed over at a time. */
  readonly batchRows: number;
  /** Ends reading between two batches. */
  readonly signal: AbortSignal;
}

/** Rows up to which a result is read at one stroke. */
const ONE_STROKE_ROWS = 20_000;

/**
 * Reads in columnar form where the client can, row by row elsewhere (remote databases).
 *
 * @param rowsMax Most rows there can be, if known: a small result is read at one stroke.
 * @throws {ColumnMisfit} At a value that is not of its column's class.
 * @throws {RheiError} `CANCELLED` when the signal aborts.
 */
export async function* readColumns(
  { snapshot, batchRows, signal }: ColumnReading,
  { table, ...query }: ColumnQuery,
  { rowsMax = Infinity }: { readonly rowsMax?: number } = {},
): AsyncGenerator<ColumnBatch, void, undefined> {
  refuseAborted(signal);
  if (rowsMax <= ONE_STROKE_ROWS && snapshot.readColumns) {
    const batch = await snapshot.readColumns(query);
    if (batch.rowCount > 0) yield batch;
  } else if (snapshot.scanColumns) {
    yield* snapshot.scanColumns({ ...query, rowid: null, ...table, batchRows, signal });
  } else {
    const classes = query.columns.map((column): ColumnClass => column.class);
    const sql = `SELECT ${query.columns.map((column) => column.expression).join(", ")} FROM ${query.from}`;
    for await (const rows of snapshot.stream(sql, [], batchRows)) {
      refuseAborted(signal);
      yield batchFromRows(rows, classes);
    }
  }
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new RheiError("CANCELLED", "Cannot read from the source: it was cancelled");
}

/** A batch without rows. */
export function emptyBatch(classes: readonly ColumnClass[]): ColumnBatch {
  return batchFromRows([], classes);
}
