import { RheiError } from "../errors/mod.ts";
import { batchFromRows, type OltpSnapshot, type ScanSource } from "../oltp/mod.ts";
import type { ColumnBatch, ColumnClass, ExactValue } from "../types/mod.ts";

/** What to read from a snapshot as columns. */
export interface ColumnQuery {
  readonly source: ScanSource;
  /** Set if the rows are those of one whole table that has a rowid. */
  readonly table?: RowidTable;
}

/** A table with a rowid, to be scanned; the members are those of {@linkcode TableScan}. */
export interface RowidTable {
  readonly rowid: string;
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
 * @param params The values of the parameters in the source's `from`.
 * @throws {ColumnMisfit} At a value that is not of its column's class.
 * @throws {RheiError} `CANCELLED` when the signal aborts.
 */
export async function* readColumns(
  { snapshot, batchRows, signal }: ColumnReading,
  { source, table }: ColumnQuery,
  { rowsMax = Infinity, params = [] }: { readonly rowsMax?: number; readonly params?: readonly ExactValue[] } = {},
): AsyncGenerator<ColumnBatch, void, undefined> {
  refuseAborted(signal);
  if (rowsMax <= ONE_STROKE_ROWS && snapshot.readColumns) {
    const batch = await snapshot.readColumns(source, params);
    if (batch.rowCount > 0) yield batch;
  } else if (snapshot.scanColumns) {
    yield* snapshot.scanColumns({ source, rowid: null, ...table, params, batchRows, signal });
  } else {
    const classes = source.columns.map((column): ColumnClass => column.class);
    const sql = `SELECT ${source.columns.map((column) => column.expression).join(", ")} FROM ${source.from}`;
    for await (const rows of snapshot.stream(sql, params, batchRows)) {
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
