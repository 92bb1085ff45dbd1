import { setImmediate as nextTurn } from "node:timers/promises";
import { RheiError } from "../errors/mod.ts";
import type { ColumnBatch, ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import { BlockReader } from "./block_reader.ts";
import { ColumnMisfit, type ColumnReader, type Misfit, type ScanSource, type TableScan } from "./column_scan.ts";
import type { Connection } from "./connection.ts";
import type { OltpSnapshot } from "./oltp_client.ts";
import type { WantedRows } from "./pages/wanted_rows.ts";
import type { ReaderThread } from "./reader_thread.ts";
import { cancelled, requireRead } from "./refusals.ts";
import { localBlocks, scanRanges, splitKeys, splitRange, threadBlocks } from "./table_scan.ts";

/** Misfits that the driver itself cannot give. */
const UNSAFE_TEXTS: ReadonlySet<Misfit> = new Set<Misfit>(["text with NUL", "text that is not UTF-8"]);

/** A read transaction on a connection lent for it, and perhaps on threads, all at the same state. */
export class LocalSnapshot implements OltpSnapshot, ColumnReader {
  readonly #connection: Connection;
  readonly #threads: readonly ReaderThread[];
  readonly #onClose: () => void;
  #open = true;

  /**
   * @param connection In a read transaction already, and so are the threads.
   * @param onClose Takes the connection back, which has left the transaction.
   */
  constructor(connection: Connection, threads: readonly ReaderThread[], onClose: () => void) {
    this.#connection = connection;
    this.#threads = threads;
    this.#onClose = onClose;
  }

  async query(sql: string, params: SqlParameters = []): Promise<RowSet> {
    this.#assertOpen();
    requireRead(this.#connection.prepare(sql).text);
    return this.#connection.query(sql, params);
  }

  async row(sql: string, params: readonly ExactValue[]): Promise<readonly ExactValue[] | undefined> {
    this.#assertOpen();
    return this.#connection.row(sql, params);
  }

  async *stream(
    sql: string,
    params: SqlParameters,
    batchRows: number,
  ): AsyncGenerator<readonly (readonly ExactValue[])[], void, undefined> {
    this.#assertOpen();
    requireRead(this.#connection.prepare(sql).text);
    yield* this.#connection.stream(sql, params, batchRows, this.#assertOpen);
  }

  async readColumns(source: ScanSource, params: readonly ExactValue[] = []): Promise<ColumnBatch> {
    this.#assertOpen();
    try {
      return new BlockReader(this.#connection, source).readAll(params);
    } catch (error) {
      this.#noticeUnsafeText(error);
      throw error;
    }
  }

  async *scanColumns(scan: TableScan): AsyncGenerator<ColumnBatch, void, undefined> {
    this.#assertOpen();
    try {
      yield* this.#scan(scan);
    } catch (error) {
      this.#noticeUnsafeText(error);
      throw error;
    }
  }

  #noticeUnsafeText(error: unknown): void {
    if (error instanceof ColumnMisfit && UNSAFE_TEXTS.has(error.met)) this.#connection.noteUnsafeText();
  }

  async *#scan(scan: TableScan): AsyncGenerator<ColumnBatch, void, undefined> {
    const { source, rowid, params = [], batchRows, signal } = scan;
    const reader = new BlockReader(this.#connection, source);
    if (rowid === null) {
      for (const batch of reader.streamExact(params, batchRows, this.#assertOpen)) {
        if (signal?.aborted) throw cancelled();
        yield batch;
        await nextTurn();
      }
      return;
    }
    const blocks = this.#threads.length > 0
      ? await Promise.all(this.#threads.map((thread) => threadBlocks(thread, source, rowid)))
      : [localBlocks(reader, rowid, this.#assertOpen)];
    yield* scanRanges(blocks, this.#parts(scan, reader, rowid, blocks.length), batchRows, signal);
  }

  #parts({ keys, batchRows }: TableScan, reader: BlockReader, rowid: string, lanes: number): WantedRows[] {
    if (keys !== undefined) return splitKeys(keys, lanes, batchRows);
    const bounds = reader.rowidBounds(rowid);
    return bounds === null ? [] : splitRange(bounds.first, bounds.last, lanes);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await Promise.all(this.#threads.map((thread) => thread.close()));
    this.#connection.endStreams();
    this.#connection.control("ROLLBACK");
    this.#onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #assertOpen = (): void => {
    if (!this.#open) throw new RheiError("CLOSED", "Cannot read from the snapshot: it is closed");
  };
}
