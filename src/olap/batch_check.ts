import type { ColumnBatch, ColumnClass, ColumnVector } from "../types/mod.ts";

/**
 * Checks a batch against the columns it is meant for: what passes is copied into native memory unseen.
 *
 * @throws {TypeError | RangeError} If columns are missing, of another class, or shorter than the batch says.
 */
export function checkBatch(batch: ColumnBatch, classes: readonly ColumnClass[]): void {
  if (batch.columns.length !== classes.length) {
    throw new RangeError(`A batch has ${batch.columns.length} columns, wanted ${classes.length}`);
  }
  batch.columns.forEach((column, position) => checkColumn(column, position, classes[position]!, batch.rowCount));
}

function checkColumn(column: ColumnVector, position: number, wanted: ColumnClass, rowCount: number): void {
  if (column.class !== wanted) throw new TypeError(`Column ${position} of a batch is ${column.class}, not ${wanted}`);
  const texts = column.class === "text" ? column.utf8 : undefined;
  const nulls = texts?.nulls ?? ("nulls" in column ? column.nulls : null);
  const { length } = texts?.ends ?? column.data;
  if (length < rowCount || (nulls !== null && nulls.length < rowCount)) {
    throw new RangeError(`Column ${position} of a batch holds fewer than ${rowCount} rows`);
  }
}
