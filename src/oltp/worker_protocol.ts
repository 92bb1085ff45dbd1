import { RheiError, type RheiErrorCode } from "../errors/mod.ts";
import type { ColumnBatch, ColumnClass, ExactValue, ReplyOutlet, ResultColumn } from "../types/mod.ts";
import type { BlockOutcome, BlockRange } from "./block_reader.ts";
import { ColumnMisfit, type Misfit, type ScanSource } from "./column_scan.ts";
import { mapError } from "./map_error.ts";

/** What a reader thread is started with. */
export interface ReaderThreadData {
  readonly path: string;
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
}

/** The same, and what it answers through. */
export interface ReaderWorkerData extends ReaderThreadData {
  readonly replies: ReplyOutlet;
}

/** What a reader thread is asked for. One request at a time, but `interrupt` may come meanwhile. */
export type ReaderRequest =
  | {
    readonly kind: "read";
    readonly sql: string;
    /** Whether SQLite shall find all rows before it gives the first: only that first step can be interrupted at any time. */
    readonly materialize: boolean;
    readonly values: readonly ExactValue[];
    /** The database's encoding where texts must come as blobs, else `null`; see `blobForm`. */
    readonly unsafeText: string | null;
  }
  /** Ends the read under way, which then fails; not answered. */
  | { readonly kind: "interrupt" }
  /** Begins a read transaction at the present state. */
  | { readonly kind: "pin" }
  | { readonly kind: "unpin" }
  /** Closes the thread's connections, and ends its read transaction if it has one; nothing but its end may follow. */
  | { readonly kind: "close" }
  /** Names the source of the blocks that follow. */
  | { readonly kind: "source"; readonly source: ScanSource; readonly rowid: string }
  | { readonly kind: "block"; readonly range: BlockRange }
  | { readonly kind: "exactBlock"; readonly range: BlockRange };

/** The answer to a request. */
export type ReaderReply =
  | { readonly kind: "done" }
  | { readonly kind: "rows"; readonly columns: readonly ResultColumn[]; readonly rows: PackedRows }
  | BlockOutcome
  | { readonly kind: "batch"; readonly batch: ColumnBatch }
  | { readonly kind: "failed"; readonly failure: Failure };

/** A column of a result on its way between threads: numbers in typed arrays, which are handed over rather than copied. */
type PackedResultColumn =
  | { readonly kind: "integers"; readonly data: BigInt64Array }
  | { readonly kind: "reals"; readonly data: Float64Array }
  | { readonly kind: "mixed"; readonly data: readonly ExactValue[] };

/** Rows on their way between threads. */
export interface PackedRows {
  readonly rowCount: number;
  readonly columns: readonly PackedResultColumn[];
}

/** An error on its way between threads, which keep only the message of an `Error`. */
type Failure =
  | {
    readonly kind: "rhei";
    readonly code: RheiErrorCode;
    readonly message: string;
    readonly hint: string | undefined;
    readonly retryable: boolean;
    readonly details: Readonly<Record<string, unknown>>;
  }
  | { readonly kind: "misfit"; readonly columnIndex: number; readonly expected: ColumnClass; readonly met: Misfit }
  | { readonly kind: "other"; readonly message: string };

/** Brings rows into the form in which they cross threads. */
export function packRows(rows: readonly (readonly ExactValue[])[], columnCount: number): PackedRows {
  const columns = Array.from({ length: columnCount }, (_, index) => packResultColumn(rows, index));
  return { rowCount: rows.length, columns };
}

function packResultColumn(rows: readonly (readonly ExactValue[])[], index: number): PackedResultColumn {
  if (rows.every((row) => typeof row[index] === "bigint")) {
    return { kind: "integers", data: BigInt64Array.from(rows, (row) => row[index] as bigint) };
  }
  if (rows.every((row) => typeof row[index] === "number")) {
    return { kind: "reals", data: Float64Array.from(rows, (row) => row[index] as number) };
  }
  return { kind: "mixed", data: rows.map((row) => row[index]!) };
}

/** The rows again. */
export function unpackRows(packed: PackedRows): ExactValue[][] {
  return Array.from({ length: packed.rowCount }, (_, row) => packed.columns.map((column) => column.data[row]!));
}

/** The buffers a reply hands over. */
export function transferablesOf(reply: ReaderReply): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (array: ArrayBufferView | null) => {
    if (array !== null) buffers.add(array.buffer as ArrayBuffer);
  };
  if (reply.kind === "rows") {
    for (const column of reply.rows.columns) if (column.kind !== "mixed") add(column.data);
  } else if (reply.kind === "block") {
    for (const vector of reply.block?.vectors ?? []) {
      if ("bytes" in vector) {
        add(vector.bytes);
        if (!("ends" in vector)) continue;
        add(vector.ends);
        add(vector.nulls);
      } else {
        add(vector.data);
        add(vector.nulls);
      }
    }
  }
  return [...buffers];
}

/** Brings what a thread fails with into a form that crosses threads. */
export function packFailure(error: unknown): Failure {
  if (error instanceof ColumnMisfit) {
    return { kind: "misfit", columnIndex: error.columnIndex, expected: error.expected, met: error.met };
  }
  const mapped = mapError(error, { action: "run the statement" });
  if (!(mapped instanceof RheiError)) return { kind: "other", message: String(mapped.stack ?? mapped) };
  const { code, message, hint, retryable, details } = mapped;
  return { kind: "rhei", code, message, hint, retryable, details };
}

/** The error again, without its cause. */
export function unpackFailure(failure: Failure): Error {
  switch (failure.kind) {
    case "misfit":
      return new ColumnMisfit(failure.columnIndex, failure.expected, failure.met);
    case "other":
      return new Error(failure.message);
    case "rhei": {
      const { code, message, hint, retryable, details } = failure;
      return new RheiError(code, message, { retryable, details, ...(hint === undefined ? {} : { hint }) });
    }
  }
}
