import type { ColumnVector } from "../../../types/mod.ts";
import type { ColumnView } from "./table_snapshot.ts";

/**
 * A growing column. Values up to the length of the last view never change in the buffers of that view; a change of form makes new
 * ones. A step that throws leaves the values of the earlier steps as they were: `rollback` then takes the column back.
 */
export interface StoredColumn {
  /** Values held. */
  readonly length: number;

  /** Adds the first `count` values of a vector of the column's class. */
  append(vector: ColumnVector, count: number): void;

  /** Adds values of a column of the same class, by their positions there. */
  appendFrom(source: StoredColumn, positions: Int32Array): void;

  /** Remembers the present length for `rollback`. */
  mark(): void;

  /** Drops the values after the mark. */
  rollback(): void;

  /** What a snapshot of the present values shows of the column. */
  view(): ColumnView;

  /**
   * An empty column of the same class; where it pays, it shares what only grows.
   *
   * @param length Values to have room for from the beginning.
   */
  emptied(length: number): StoredColumn;
}
