import { setImmediate as nextTurn } from "node:timers/promises";
import { invariant } from "../errors/mod.ts";
import type { ColumnBatch } from "../types/mod.ts";
import { type BlockOutcome, type BlockRange, BlockReader, isTooBig } from "./block_reader.ts";
import type { ScanSource } from "./column_scan.ts";
import { unpackBlock } from "./packed_columns.ts";
import type { WantedRows } from "./pages/wanted_rows.ts";
import type { ReaderThread } from "./reader_thread.ts";
import { cancelled } from "./refusals.ts";

/** Rows of a lane's first block, before it is known how large rows are. */
const FIRST_BLOCK_ROWS = 512;
/** Blocks grow below the one size and shrink above the other. */
const GROW_BYTES = 1 << 21;
const SHRINK_BYTES = 1 << 23;
/** Ranges per lane: rowids are seldom spread evenly, so that equal ranges hold unequal numbers of rows. */
const RANGES_PER_LANE = 8n;

/** Something that reads blocks of a source, here or on a thread. */
export interface BlockSource {
  read(range: BlockRange): Promise<BlockOutcome>;
  readExact(range: BlockRange): Promise<ColumnBatch>;
}

/** Reads on this thread, leaving the event loop its turn before each block. */
export function localBlocks(reader: BlockReader, rowid: string, assertOpen: () => void): BlockSource {
  return {
    read: async (range) => {
      await nextTurn();
      assertOpen();
      return reader.readPacked(rowid, range);
    },
    readExact: async (range) => reader.readExact(rowid, range),
  };
}

/** Reads on a thread whose transaction is pinned. */
export async function threadBlocks(thread: ReaderThread, source: ScanSource, rowid: string): Promise<BlockSource> {
  await thread.ask({ kind: "source", source, rowid });
  return {
    read: async (range) => {
      const reply = await thread.ask({ kind: "block", range });
      invariant(reply.kind === "block" || reply.kind === "end", "a block is answered with a block");
      return reply;
    },
    readExact: async (range) => {
      const reply = await thread.ask({ kind: "exactBlock", range });
      invariant(reply.kind === "batch", "an exact block is answered with a batch");
      return reply.batch;
    },
  };
}

/** Keys in parts for a number of lanes to share, each of `rowsMax` at most. */
export function splitKeys(keys: BigInt64Array, lanes: number, rowsMax: number): WantedRows[] {
  const size = Math.max(1, Math.min(rowsMax, Math.ceil(keys.length / lanes)));
  const parts = [];
  for (let start = 0; start < keys.length; start += size) {
    const part = keys.slice(start, start + size);
    parts.push({ first: part[0]!, last: part.at(-1)!, keys: part });
  }
  return parts;
}

/** Rowids from `first` to `last` in ranges for a number of lanes to share. */
export function splitRange(first: bigint, last: bigint, lanes: number): WantedRows[] {
  const count = last - first + 1n;
  const parts = BigInt(lanes) * RANGES_PER_LANE;
  const size = (count + parts - 1n) / parts;
  const ranges: WantedRows[] = [];
  for (let start = first; start <= last; start += size) {
    const end = start + size - 1n;
    ranges.push({ first: start, last: end < last ? end : last });
  }
  return ranges;
}

/**
 * All rows of the ranges, read by several sources side by side. Each reads one block ahead of what is consumed.
 *
 * @throws {ColumnMisfit} At the first value that does not fit.
 */
export async function* scanRanges(
  sources: readonly BlockSource[],
  ranges: readonly WantedRows[],
  batchRows: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ColumnBatch, void, undefined> {
  const queue = [...ranges];
  const lanes = sources.map((source) => new Lane(source, queue, batchRows));
  const pending = new Map(lanes.map((lane) => [lane, stepOf(lane)]));
  try {
    while (pending.size > 0) {
      const { lane, batch } = await Promise.race(pending.values());
      if (signal?.aborted) throw cancelled();
      if (batch === null) pending.delete(lane);
      else {
        pending.set(lane, stepOf(lane));
        yield batch;
      }
    }
  } finally {
    // The threads answer in order: the next scan may begin only when nothing of this one is under way.
    await Promise.allSettled(pending.values());
  }
}

/** A step that may fail while the consumer is busy with a batch: it is told of then, but a failure nobody hears ends the process. */
function stepOf(lane: Lane): Promise<LaneStep> {
  const step = lane.next();
  step.catch(() => {});
  return step;
}

interface LaneStep {
  readonly lane: Lane;
  /** `null` when the lane has no more. */
  readonly batch: ColumnBatch | null;
}

/** Reads ranges from a shared queue, block after block. */
class Lane {
  readonly #source: BlockSource;
  readonly #queue: WantedRows[];
  readonly #batchRows: number;
  #range: WantedRows | undefined;
  #rowsMax: number;

  constructor(source: BlockSource, queue: WantedRows[], batchRows: number) {
    this.#source = source;
    this.#queue = queue;
    this.#batchRows = batchRows;
    this.#rowsMax = Math.min(FIRST_BLOCK_ROWS, batchRows);
  }

  async next(): Promise<LaneStep> {
    while (true) {
      this.#range ??= this.#queue.shift();
      if (this.#range === undefined) return { lane: this, batch: null };
      const range = { ...this.#range, rowsMax: this.#rowsMax };
      const batch = await this.#read(range);
      if (batch !== null) return { lane: this, batch };
    }
  }

  /** The next rows of the range, `null` if there are none or the block proved too large. */
  async #read(range: BlockRange): Promise<ColumnBatch | null> {
    let outcome: BlockOutcome;
    try {
      outcome = await this.#source.read(range);
    } catch (error) {
      if (!isTooBig(error) || range.rowsMax === 1) throw error;
      this.#rowsMax = Math.floor(range.rowsMax / 2);
      return null;
    }
    if (outcome.kind === "end") {
      this.#range = undefined;
      return null;
    }
    const { block, rowCount, lastRowid } = outcome;
    this.#advance(range, lastRowid);
    this.#adapt(outcome.bytes);
    return (block === null ? null : unpackBlock(block)) ??
      await this.#source.readExact({ ...range, last: lastRowid, rowsMax: rowCount });
  }

  #advance(range: BlockRange, lastRowid: bigint): void {
    const { rowsMax: _, ...rest } = range;
    this.#range = lastRowid < range.last ? { ...rest, first: lastRowid + 1n } : undefined;
  }

  #adapt(bytes: number): void {
    if (bytes < GROW_BYTES) this.#rowsMax = Math.min(this.#rowsMax * 2, this.#batchRows);
    else if (bytes > SHRINK_BYTES) this.#rowsMax = Math.max(1, Math.floor(this.#rowsMax / 2));
  }
}
