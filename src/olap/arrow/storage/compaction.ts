import type { ColumnClass } from "../../../types/mod.ts";
import { bitmapBytes, clearPositions, setBit } from "./bitmap.ts";
import type { KeyIndex } from "./key_index.ts";
import { newKeyIndex } from "./new_key_index.ts";
import { PositionList } from "./position_list.ts";
import { readVector } from "./read_vectors.ts";
import { grownLength, sharedArray } from "./shared_memory.ts";
import type { StoredColumn } from "./stored_column.ts";

/** Positions taken over at a time, a multiple of 8: about a millisecond for a few columns. */
const SLICE_ROWS = 1 << 12;

/** What a compaction sees of its table: committed rows only. */
export interface CompactionSource {
  readonly columns: readonly StoredColumn[];
  readonly length: number;
  /** Bits of deleted positions. */
  readonly deleted: Uint8Array | null;
}

/** Which columns are the key. */
export interface KeyColumns {
  readonly positions: readonly number[];
  readonly classes: readonly ColumnClass[];
}

/**
 * The rows of a table that are left, copied behind one another slice by slice, while the table goes on changing: rows are only ever added
 * behind all others or marked as deleted. Those marked after they were copied are marked in the copy at the end.
 */
export class Compaction {
  readonly columns: readonly StoredColumn[];
  /** `null` where none is wanted. */
  readonly index: KeyIndex | null;
  readonly #keys: KeyColumns;
  readonly #former = new PositionList();
  #taken = 0;
  /** Which positions were deleted when they were looked at, by bits. */
  #leftOut: Uint8Array;

  /** @param rowCount Rows there are likely to be. */
  constructor(source: CompactionSource, rowCount: number, keys: KeyColumns, withIndex: boolean) {
    this.columns = source.columns.map((column) => column.emptied(rowCount));
    this.#keys = keys;
    this.index = withIndex ? newKeyIndex(keys.classes, rowCount) : null;
    this.#leftOut = new Uint8Array(bitmapBytes(source.length));
  }

  /** Positions looked at so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether more than one slice is still to be taken. */
  isFarFrom({ length }: CompactionSource): boolean {
    return length - this.#taken > SLICE_ROWS;
  }

  /** Takes over the next slice. */
  takeSlice({ columns, length, deleted }: CompactionSource): void {
    const from = this.#taken;
    const to = Math.min(length, from + SLICE_ROWS);
    if (from === to) return;
    this.#note(deleted, from, to);
    const positions = clearPositions(deleted, to, from);
    const first = this.columns[0]!.length;
    for (const [at, column] of this.columns.entries()) column.appendFrom(columns[at]!, positions);
    this.#taken = to;
    if (this.index === null) return;
    const { classes } = this.#keys;
    const keys = this.#keys.positions.map((position, at) =>
      readVector(this.columns[position]!.view(), classes[at]!, first, first + positions.length)
    );
    this.index.put(keys, positions.length, first, this.#former);
    this.#former.clear();
  }

  /** The rows of the copy that were deleted after they were copied, by bits and by number; all slices have been taken. */
  deletedSince({ deleted }: CompactionSource): { readonly bits: Uint8Array | null; readonly count: number } {
    if (deleted === null) return { bits: null, count: 0 };
    let bits: Uint8Array | null = null;
    let count = 0;
    let row = 0;
    for (let at = 0; at < bitmapBytes(this.#taken); at++) {
      const leftOut = this.#leftOut[at]!;
      const since = deleted[at]! & ~leftOut;
      if (since === 0) {
        row += CLEAR_BITS[leftOut]!;
        continue;
      }
      for (let bit = 1; bit < 256; bit <<= 1) {
        if ((leftOut & bit) !== 0) continue;
        if ((since & bit) !== 0) {
          bits ??= sharedArray(Uint8Array, grownLength(0, bitmapBytes(this.columns[0]!.length)));
          setBit(bits, row);
          count++;
        }
        row++;
      }
    }
    return { bits, count };
  }

  #note(deleted: Uint8Array | null, from: number, to: number): void {
    const end = bitmapBytes(to);
    if (end > this.#leftOut.length) {
      const longer = new Uint8Array(grownLength(this.#leftOut.length, end));
      longer.set(this.#leftOut);
      this.#leftOut = longer;
    }
    if (deleted !== null) this.#leftOut.set(deleted.subarray(from >> 3, end), from >> 3);
  }
}

/** By byte. */
const CLEAR_BITS = Uint8Array.from({ length: 256 }, (_, byte) => 8 - byte.toString(2).replaceAll("0", "").length);
