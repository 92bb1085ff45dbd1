import { stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { RheiError } from "../../src/errors/mod.ts";
import { quoteName } from "../../src/sql/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { counted, distinctNames } from "../render/mod.ts";
import { fieldReader, needsRealCast } from "./field_reader.ts";
import { badFile, fileFailure } from "./file_failure.ts";
import { inferTypes } from "./infer_types.ts";
import { openRowSource } from "./open_row_source.ts";
import type { RowSource, SourceBatch } from "./row_source.ts";
import {
  type ImportTarget,
  type ImportTransaction,
  matchColumns,
  newColumn,
  type TargetColumn,
  targetColumns,
} from "./target_table.ts";

/** How a file is imported. */
export interface ImportOptions {
  /** Whether the first line of CSV and TSV names the columns. Default `true`. */
  readonly header?: boolean;
  /** Field separator of CSV, one character. Default `,`. */
  readonly delimiter?: string;
  /** Called after each batch; `bytesTotal` is `null` when progress in bytes is not known. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops the import; nothing is kept. */
  readonly signal?: AbortSignal;
}

/** How far an import is. */
export interface ImportProgress {
  readonly rowsDone: number;
  readonly bytesRead: number | null;
  readonly bytesTotal: number;
}

/** What an import did. */
export interface ImportOutcome {
  readonly rows: number;
  /** Whether the table was made for it. */
  readonly created: boolean;
}

/** Rows of a file up to this many bytes are kept between the pass that finds the types and the one that writes. */
const KEPT_BYTES_MAX = 32 * 2 ** 20;

/**
 * Imports a file into a table in one transaction: all of it or nothing. A missing table is created, its types taken from the file or
 * from all of its values; otherwise columns are matched by name.
 *
 * @throws {RheiError} `CANCELLED` when the signal is aborted, `FILE_FORMAT` for a file that cannot be read or does not fit the table, with its line; otherwise what the
 * database says of a row, with the row's line.
 */
export async function importFile(
  target: ImportTarget,
  path: string,
  table: string,
  options: ImportOptions = {},
): Promise<ImportOutcome> {
  let bytesTotal: number;
  try {
    bytesTotal = (await stat(path)).size;
  } catch (cause) {
    throw fileFailure("import", path, cause);
  }
  const source = await openRowSource(path, options);
  try {
    const existing = await targetColumns(target, table);
    const job: ImportJob = { source, path, table, bytesTotal, options };
    return existing === null ? await importIntoNew(target, job) : await importInto(target, job, existing);
  } finally {
    await source.close();
  }
}

interface ImportJob {
  readonly source: RowSource;
  readonly path: string;
  readonly table: string;
  readonly bytesTotal: number;
  readonly options: ImportOptions;
}

async function importInto(
  target: ImportTarget,
  job: ImportJob,
  existing: readonly TargetColumn[],
): Promise<ImportOutcome> {
  const names = job.source.columns.map((column) => column.name);
  const columns = matchColumns(job.path, job.table, names, existing, job.source.named);
  const rows = await target.transaction((transaction) => insertRows(transaction, job, columns, job.source.batches()));
  return { rows, created: false };
}

async function importIntoNew(target: ImportTarget, job: ImportJob): Promise<ImportOutcome> {
  const { source } = job;
  const kept: SourceBatch[] = [];
  const keep = job.bytesTotal <= KEPT_BYTES_MAX;
  const types = await inferTypes(source, (batch) => {
    assertNotCancelled(job);
    if (keep) kept.push(batch);
  });
  if (source.columns.length === 0) {
    throw badFile(job.path, "it holds no rows, which would name the columns of the new table");
  }
  const names = distinctNames(source.columns.map((column) => column.name), "ignoreCase");
  const columns = names.map((name, index) => newColumn(name, types[index] ?? ""));
  const definitions = names.map((name, index) => `${quoteName(name)} ${types[index] ?? ""}`.trimEnd());
  const rows = await target.transaction(async (transaction) => {
    await transaction.execute(`create table ${quoteName(job.table)} (${definitions.join(", ")})`);
    return insertRows(transaction, job, columns, keep ? kept : source.batches());
  });
  return { rows, created: true };
}

function assertNotCancelled({ path, options }: ImportJob): void {
  if (options.signal?.aborted) throw new RheiError("CANCELLED", `Cannot import "${path}": cancelled`);
}

async function insertRows(
  transaction: ImportTransaction,
  job: ImportJob,
  columns: readonly TargetColumn[],
  batches: AsyncIterable<SourceBatch> | Iterable<SourceBatch>,
): Promise<number> {
  const { path, bytesTotal, options } = job;
  const readers = columns.map((column) => fieldReader(column, job.source.values === "text"));
  const insertSql = insertSqlFor(job.table, columns);
  let rowsDone = 0;
  for await (const { rows, lines, bytesRead } of batches) {
    // Writing rows takes the thread: what else waits, Ctrl-C above all, has its turn between batches.
    await nextTurn();
    assertNotCancelled(job);
    for (let index = 0; index < rows.length; index++) {
      const values = rows[index]!.map((value, at) => readers[at]!(value));
      try {
        await transaction.execute(insertSql(values), values);
      } catch (error) {
        throw atRow(error, path, lines?.[index], rowsDone + index + 1);
      }
    }
    rowsDone += rows.length;
    options.onProgress?.({ rowsDone, bytesRead, bytesTotal });
  }
  return rowsDone;
}

/** The INSERT for a row; rows with an integral REAL for a column that converts nothing get a statement that keeps it REAL. */
function insertSqlFor(table: string, columns: readonly TargetColumn[]): (values: readonly ExactValue[]) => string {
  const names = columns.map((column) => quoteName(column.name)).join(", ");
  const sqlOf = (placeholders: readonly string[]) =>
    `insert into ${quoteName(table)} (${names}) values (${placeholders.join(", ")})`;
  const plain = sqlOf(columns.map(() => "?"));
  if (columns.every((column) => column.affinity !== "blob")) return () => plain;
  return (values) => {
    const casts = values.map((value, index) => needsRealCast(value, columns[index]!));
    return casts.includes(true) ? sqlOf(casts.map((cast) => cast ? "cast(? as real)" : "?")) : plain;
  };
}

/** What the database says of a row, with the row's place in the file. */
function atRow(error: unknown, path: string, line: number | undefined, row: number): unknown {
  if (!(error instanceof RheiError)) return error;
  const place = line === undefined ? `row ${row}` : `line ${line}`;
  return new RheiError(error.code, `Cannot import "${path}", ${place}: ${error.message}`, {
    cause: error,
    retryable: error.retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...error.details, path, ...(line === undefined ? { row } : { line }) },
  });
}

/** How far an import is, in one line. */
export function importProgressText(file: string, { rowsDone, bytesRead, bytesTotal }: ImportProgress): string {
  const share = bytesRead === null || bytesTotal === 0 ? "" : ` (${Math.floor(bytesRead / bytesTotal * 100)} %)`;
  return `importing ${file}: ${counted(rowsDone, "row")}${share}`;
}
