import { type ColumnBatch, type ColumnClass, type ColumnVector, type ExactValue, fitsClass } from "../types/mod.ts";

/** Values met that a column's class cannot hold. */
export class ColumnMisfit extends Error {
  override readonly name = "ColumnMisfit";
  /** Position of the column in the mirror table. */
  readonly column: number;

  constructor(column: number) {
    super(`A value does not fit the class of mirror column ${column}`);
    this.column = column;
  }
}

/** Turns rows into columns. @throws {ColumnMisfit} When a value does not fit its column's class. */
export function columnsOfRows(rows: readonly (readonly ExactValue[])[], classes: readonly ColumnClass[]): ColumnBatch {
  return { rowCount: rows.length, columns: classes.map((columnClass, column) => vectorOf(rows, column, columnClass)) };
}

function vectorOf(rows: readonly (readonly ExactValue[])[], column: number, columnClass: ColumnClass): ColumnVector {
  switch (columnClass) {
    case "integer": {
      const data = new BigInt64Array(rows.length);
      return { class: columnClass, data, nulls: fill(rows, column, columnClass, data) };
    }
    case "real":
    case "number": {
      const data = new Float64Array(rows.length);
      return { class: columnClass, data, nulls: fill(rows, column, columnClass, data) };
    }
    case "text":
    case "blob": {
      const data: ExactValue[] = new Array(rows.length);
      for (let at = 0; at < rows.length; at++) {
        const value = rows[at]![column]!;
        if (value !== null && !fitsClass(value, columnClass)) throw new ColumnMisfit(column);
        data[at] = value;
      }
      return { class: columnClass, data } as ColumnVector;
    }
  }
}

/** Fills a numeric vector; hot loop of the row path (bench/sync.ts, first load). */
function fill(
  rows: readonly (readonly ExactValue[])[],
  column: number,
  columnClass: ColumnClass,
  data: BigInt64Array | Float64Array,
): Uint8Array | null {
  let nulls: Uint8Array | null = null;
  for (let at = 0; at < rows.length; at++) {
    const value = rows[at]![column]!;
    if (value === null) {
      nulls ??= new Uint8Array(rows.length);
      nulls[at] = 1;
    } else if (!fitsClass(value, columnClass)) {
      throw new ColumnMisfit(column);
    } else {
      data[at] = columnClass === "number" ? Number(value) : value as never;
    }
  }
  return nulls;
}
