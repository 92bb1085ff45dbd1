import { invariant } from "../errors/mod.ts";
import { type ColumnBatch, type ColumnClass, type ColumnVector, type ExactValue, fitsClass } from "../types/mod.ts";
import { ColumnMisfit, type Misfit } from "./column_scan.ts";

/**
 * Rows in columnar form.
 *
 * @param rows Values in the order of `classes`; INTEGER as `bigint`, REAL as `number`.
 * @throws {ColumnMisfit} At the first value that does not fit its column's class.
 */
export function batchFromRows(
  rows: readonly (readonly ExactValue[])[],
  classes: readonly ColumnClass[],
): ColumnBatch {
  return { rowCount: rows.length, columns: classes.map((columnClass, index) => vectorOf(rows, columnClass, index)) };
}

function vectorOf(rows: readonly (readonly ExactValue[])[], columnClass: ColumnClass, index: number): ColumnVector {
  const values = rows.map((row) => {
    const value = row[index];
    invariant(value !== undefined, "every row has a value for every column");
    if (!fitsClass(value, columnClass) || (typeof value === "string" && value.includes("\0"))) {
      throw new ColumnMisfit(index, columnClass, misfitOf(value, columnClass));
    }
    return value;
  });
  switch (columnClass) {
    case "integer":
      return {
        class: columnClass,
        data: BigInt64Array.from(values, (value) => value as bigint ?? 0n),
        nulls: nullsOf(values),
      };
    case "real":
    case "number":
      return { class: columnClass, data: Float64Array.from(values, Number), nulls: nullsOf(values) };
    case "text":
      return { class: columnClass, data: values as (string | null)[] };
    case "blob":
      return { class: columnClass, data: values as (Uint8Array | null)[] };
  }
}

function nullsOf(values: readonly ExactValue[]): Uint8Array | null {
  return values.includes(null) ? Uint8Array.from(values, (value) => value === null ? 1 : 0) : null;
}

/** Why a value that does not fit a class does not. */
function misfitOf(value: ExactValue, columnClass: ColumnClass): Misfit {
  switch (typeof value) {
    case "bigint":
      return columnClass === "number" ? "integer beyond 2^53" : "integer";
    case "number":
      return columnClass === "number" ? "integral real" : "real";
    case "string":
      return columnClass === "text" ? "text with NUL" : "text";
    default:
      invariant(value !== null, "NULL fits every class");
      return "blob";
  }
}
