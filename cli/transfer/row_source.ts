import type { ExactValue } from "../../src/types/mod.ts";

/** A column of a file. */
export interface SourceColumn {
  readonly name: string;
  /** SQL type for a new table, or `null` when the file's format has no types: then the values decide. */
  readonly declaredType: string | null;
}

/** Rows in the order of the file, values in the order of the source's columns. */
export interface SourceBatch {
  readonly rows: readonly (readonly ExactValue[])[];
  /** Line in the file each row begins at, from 1; `null` for files without lines. */
  readonly lines: readonly number[] | null;
  /** Bytes of the file read so far, for progress; `null` when that says nothing. */
  readonly bytesRead: number | null;
}

/** A file of rows, opened and its columns known. */
export interface RowSource {
  readonly columns: readonly SourceColumn[];
  /** Whether the file names its columns; if not, they match a table's by position. */
  readonly named: boolean;
  /** `text`: fields are text whose content tells their type (CSV); `typed`: values carry their storage class. */
  readonly values: "text" | "typed";
  /** Reads from the beginning, each time it is called. */
  batches(): AsyncIterable<SourceBatch>;
  close(): Promise<void>;
}

/** Rows handed on at a time. */
export const BATCH_ROWS = 2_000;
