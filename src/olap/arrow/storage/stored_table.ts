import { invariant } from "../../../errors/mod.ts";
import type { ColumnBatch, ColumnClass, MirrorTable } from "../../../types/mod.ts";
import { bitmapBytes, clearPositions, hasBit, setBit } from "./bitmap.ts";
import { BlobColumn } from "./blob_column.ts";
import { Compaction, type CompactionSource } from "./compaction.ts";
import type { KeyIndex } from "./key_index.ts";
import { newKeyIndex } from "./new_key_index.ts";
import { NumberColumn } from "./number_column.ts";
import { PositionList } from "./position_list.ts";
import { readVector } from "./read_vectors.ts";
import { grownLength, sharedArray } from "./shared_memory.ts";
import type { StoredColumn } from "./stored_column.ts";
import type { TableSnapshot } from "./table_snapshot.ts";
import { TextColumn } from "./text_column.ts";

/** Rows put into an index at a time. */
const SLICE_ROWS = 1 << 13;
/** Deleted positions from which on a table may be compacted, and their share of all. */
const COMPACTION_ROWS_MIN = 1 << 12;
const COMPACTION_SHARE = 0.25;
/** Room in the new buffers for each row copied: rows that come meanwhile should not have them copied again. */
const ROOM_AFTER_COMPACTION = 1.25;

let lastEpoch = 0;

/** An empty column of a class. */
export function columnOf(columnClass: ColumnClass): StoredColumn {
  switch (columnClass) {
    case "integer":
    case "real":
    case "number":
      return new NumberColumn(columnClass);
    case "text":
      return new TextColumn();
    case "blob":
      return new BlobColumn();
  }
}

/**
 * A table as the writer has it. Rows are only ever added behind all others; a changed row is added anew and its old position marked
 * as deleted. `append` and `change` write behind the present snapshot, where no query looks; `publish` or `rollback` ends them.
 */
export class StoredTable {
  readonly table: MirrorTable;
  readonly keyPositions: readonly number[];
  #columns: readonly StoredColumn[];
  /** Built when a change first needs it: a load should not pay for it. */
  #index: KeyIndex | null = null;
  #snapshot: TableSnapshot;
  /** Has room for more positions than the snapshot has. */
  #deleted: Uint8Array | null = null;
  #deletedCount = 0;
  readonly #pendingDeleted = new PositionList();
  #epoch = ++lastEpoch;
  #leases = 0;

  /**
   * @param columns What the table holds, of equal length; empty by default.
   * @param deleted The deleted positions among them.
   */
  constructor(table: MirrorTable, columns: readonly StoredColumn[] | null = null, deleted: Uint8Array | null = null) {
    this.table = table;
    this.keyPositions = table.keyColumns.map((key) => table.columns.findIndex((column) => column.name === key));
    if (this.keyPositions.length === 0 || this.keyPositions.includes(-1)) {
      throw new TypeError(`Mirror table "${table.name}" lacks one of its key columns: ${table.keyColumns.join(", ")}`);
    }
    this.#columns = columns ?? table.columns.map((column) => columnOf(column.class));
    const length = this.#columns[0]!.length;
    if (deleted !== null) {
      this.#deleted = deleted;
      this.#deletedCount = length - clearPositions(deleted, length).length;
    }
    this.#snapshot = this.#view();
    this.#mark();
  }

  /** The committed rows. Good until the next commit, longer while leased. */
  get snapshot(): TableSnapshot {
    return this.#snapshot;
  }

  /** Changes when positions change their rows: within an epoch rows are only added behind and marked as deleted. */
  get epoch(): number {
    return this.#epoch;
  }

  get classes(): readonly ColumnClass[] {
    return this.table.columns.map((column) => column.class);
  }

  /** Classes of the key columns, in key order. */
  get keyClasses(): readonly ColumnClass[] {
    return this.keyPositions.map((position) => this.table.columns[position]!.class);
  }

  /** Keeps snapshots as they are until the lease is given back by the function it returns, which may be called again. */
  lease(): () => void {
    let held = true;
    this.#leases++;
    return () => {
      if (held) this.#leases--;
      held = false;
    };
  }

  /** Adds rows of which the table holds no key. */
  append(batch: ColumnBatch): void {
    const first = this.#length;
    this.#addRows(batch);
    this.#index?.put(this.#keysOf(batch), batch.rowCount, first, this.#pendingDeleted);
  }

  /** Replaces or adds rows and removes keys. */
  change(upserts: ColumnBatch, deletes: ColumnBatch): void {
    this.#index ??= this.#indexNow();
    const index = this.#index;
    const first = this.#length;
    this.#addRows(upserts);
    index.put(this.#keysOf(upserts), upserts.rowCount, first, this.#pendingDeleted);
    index.remove(deletes.columns, deletes.rowCount, this.#pendingDeleted);
  }

  /**
   * The positions of the committed rows of these keys.
   *
   * @throws {TypeError} If the table was changed since `publish`: the index then leads to the new rows.
   */
  find(keys: ColumnBatch): Int32Array {
    if (this.#length !== this.#snapshot.positionCount || this.#pendingDeleted.length > 0) {
      throw new TypeError(`Rows of mirror table "${this.table.name}" are looked up before it is changed`);
    }
    this.#index ??= this.#indexNow();
    const found = new PositionList();
    this.#index.find(keys.columns, keys.rowCount, found);
    const deleted = this.#deleted;
    const positions = found.values();
    return Int32Array.from(deleted === null ? positions : positions.filter((each) => !hasBit(deleted, each)));
  }

  /** Does what of a commit may fail. */
  prepare(): void {
    if (this.#pendingDeleted.length === 0 && this.#deleted === null) return;
    const bytes = bitmapBytes(this.#length);
    const before = this.#deleted ?? new Uint8Array(0);
    const isShared = this.#leases > 0 && this.#pendingDeleted.length > 0;
    if (before.length >= bytes && !isShared) return;
    const deleted = sharedArray(Uint8Array, before.length >= bytes ? before.length : grownLength(before.length, bytes));
    deleted.set(before.subarray(0, bytes));
    this.#deleted = deleted;
  }

  /** Makes what was added and removed the present state; `prepare` comes right before. */
  publish(): void {
    const deleted = this.#deleted;
    for (const position of this.#pendingDeleted.values()) {
      invariant(deleted !== null, "prepare() made room for what was deleted");
      // An index built over deleted rows may lead to one of them again.
      if (hasBit(deleted, position)) continue;
      setBit(deleted, position);
      this.#deletedCount++;
    }
    this.#pendingDeleted.clear();
    this.#snapshot = this.#view();
    this.#mark();
  }

  /** Forgets what was added and removed since `publish`, even by a step that failed half way. */
  rollback(): void {
    for (const column of this.#columns) column.rollback();
    // Rolling back is rare; building the index anew is simpler than undoing it.
    this.#index = null;
    this.#pendingDeleted.clear();
  }

  /** Whether enough is deleted that the table should be compacted. */
  get wantsCompaction(): boolean {
    const count = this.#deletedCount;
    return count >= COMPACTION_ROWS_MIN && count > this.#length * COMPACTION_SHARE;
  }

  /**
   * Copies the rows that are left into new buffers, in slices between which `turn` lets other work pass, transactions included; snapshots
   * keep the old buffers. The last slice and the change to the new buffers are done while `exclude` keeps transactions out, until the
   * function it gives is called.
   */
  async compact(turn: () => Promise<void>, exclude: () => Promise<() => void>): Promise<void> {
    const keys = { positions: this.keyPositions, classes: this.keyClasses };
    const room = Math.ceil(this.#snapshot.rowCount * ROOM_AFTER_COMPACTION);
    const compaction = new Compaction(this.#committed(), room, keys, this.#index !== null);
    let length = this.#snapshot.positionCount;
    while (compaction.isFarFrom(this.#committed())) {
      // As many rows as came meanwhile and a slice more: a busy writer would never be caught up with otherwise.
      const committed = this.#committed();
      const wanted = compaction.taken + committed.length - length;
      length = committed.length;
      do compaction.takeSlice(committed); while (compaction.taken <= wanted && compaction.isFarFrom(committed));
      await turn();
    }
    const include = await exclude();
    try {
      while (compaction.isFarFrom(this.#committed())) compaction.takeSlice(this.#committed());
      compaction.takeSlice(this.#committed());
      this.#take(compaction);
    } finally {
      include();
    }
  }

  /** Goes over to the copy of the rows. */
  #take(compaction: Compaction): void {
    const { bits, count } = compaction.deletedSince(this.#committed());
    this.#columns = compaction.columns;
    this.#index = compaction.index;
    this.#deleted = bits;
    this.#deletedCount = count;
    this.#epoch = ++lastEpoch;
    this.#snapshot = this.#view();
    this.#mark();
  }

  #committed(): CompactionSource {
    return { columns: this.#columns, length: this.#snapshot.positionCount, deleted: this.#deleted };
  }

  get #length(): number {
    return this.#columns[0]!.length;
  }

  /**
   * Builds an index over all rows. They come in the order of their positions, so that the last one of a key, which alone may be there,
   * stays; keys of which none is left lead to deleted rows, which does no harm.
   */
  #indexNow(): KeyIndex {
    const classes = this.keyClasses;
    const columns = this.#columns;
    const length = this.#length;
    const index = newKeyIndex(classes, length);
    const views = this.keyPositions.map((position) => columns[position]!.view());
    const former = new PositionList();
    for (let from = 0; from < length; from += SLICE_ROWS) {
      const to = Math.min(length, from + SLICE_ROWS);
      index.put(views.map((view, at) => readVector(view, classes[at]!, from, to)), to - from, from, former);
      former.clear();
    }
    return index;
  }

  #addRows(batch: ColumnBatch): void {
    for (const [at, column] of this.#columns.entries()) column.append(batch.columns[at]!, batch.rowCount);
  }

  #keysOf(batch: ColumnBatch) {
    return this.keyPositions.map((position) => batch.columns[position]!);
  }

  #mark(): void {
    for (const column of this.#columns) column.mark();
  }

  #view(): TableSnapshot {
    const positionCount = this.#length;
    return {
      table: this.table,
      positionCount,
      rowCount: positionCount - this.#deletedCount,
      deleted: this.#deletedCount === 0 ? null : this.#deleted,
      columns: this.#columns.map((column) => column.view()),
    };
  }
}
