import { invariant } from "../../../errors/mod.ts";
import type { ColumnBatch, ColumnClass, MirrorTable } from "../../../types/mod.ts";
import { bitmapBytes, clearPositions, hasBit, setBit } from "./bitmap.ts";
import { BlobColumn } from "./blob_column.ts";
import { EncodedKeyIndex } from "./encoded_key_index.ts";
import { IntegerKeyIndex } from "./integer_key_index.ts";
import type { KeyIndex } from "./key_index.ts";
import { NumberColumn } from "./number_column.ts";
import { PositionList } from "./position_list.ts";
import { readVector } from "./read_vectors.ts";
import { grownLength, sharedArray } from "./shared_memory.ts";
import type { StoredColumn } from "./stored_column.ts";
import type { TableSnapshot } from "./table_snapshot.ts";
import { TextColumn } from "./text_column.ts";

/** Rows handled before other work gets a turn, where work can be cut: a few milliseconds. */
const SLICE_ROWS = 1 << 13;
/** Deleted positions from which on a table may be compacted, and their share of all. */
const COMPACTION_ROWS_MIN = 1 << 12;
const COMPACTION_SHARE = 0.25;

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
   * Copies the rows that are left into new buffers, in slices between which `turn` lets other work pass; snapshots keep the old ones.
   * No transaction may change the table meanwhile.
   */
  async compact(turn: () => Promise<void>): Promise<void> {
    const positions = clearPositions(this.#deleted, this.#length);
    const columns = this.#columns.map((column) => column.emptied());
    for (let from = 0; from < positions.length; from += SLICE_ROWS) {
      const slice = positions.subarray(from, from + SLICE_ROWS);
      for (const [at, column] of columns.entries()) column.appendFrom(this.#columns[at]!, slice);
      await turn();
    }
    let index: KeyIndex | null = null;
    if (this.#index !== null) {
      for (index of this.#buildIndex(columns)) await turn();
    }
    this.#columns = columns;
    this.#index = index;
    this.#deleted = null;
    this.#deletedCount = 0;
    this.#epoch = ++lastEpoch;
    this.#snapshot = this.#view();
    this.#mark();
  }

  get #length(): number {
    return this.#columns[0]!.length;
  }

  #indexNow(): KeyIndex {
    let built: KeyIndex | null = null;
    for (built of this.#buildIndex(this.#columns));
    return built!;
  }

  /**
   * Builds an index over all rows of columns in slices; gives it after each. Rows come in the order of their positions, so that the
   * last one of a key, which alone may be there, stays; keys of which none is left lead to deleted rows, which does no harm.
   */
  *#buildIndex(columns: readonly StoredColumn[]): Generator<KeyIndex, void, undefined> {
    const classes = this.keyClasses;
    const index = classes.length === 1 && classes[0] === "integer" ? new IntegerKeyIndex() : new EncodedKeyIndex();
    const views = this.keyPositions.map((position) => columns[position]!.view());
    const length = columns[0]!.length;
    const former = new PositionList();
    yield index;
    for (let from = 0; from < length; from += SLICE_ROWS) {
      const to = Math.min(length, from + SLICE_ROWS);
      index.put(views.map((view, at) => readVector(view, classes[at]!, from, to)), to - from, from, former);
      former.clear();
      yield index;
    }
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
