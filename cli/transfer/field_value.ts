import type { ExactValue } from "../../src/types/mod.ts";
import { realShellText } from "../render/mod.ts";
import { blobOfText, numberOfText } from "./infer_types.ts";
import type { TargetColumn } from "./target_table.ts";

/**
 * The value to bind for a field, so that the column ends up with what SQLite's own conversion would store, only exactly: text that
 * is a number becomes one for numeric columns (SQLite's own reading of decimals may be off in the last digit). An empty text is NULL
 * except in text columns; a NULL of a text file is an empty text where the column is NOT NULL text.
 */
export function fieldValue(value: ExactValue, column: TargetColumn, isText: boolean): ExactValue {
  if (value === null) return isText && column.notNull && column.affinity === "text" ? "" : null;
  if (typeof value === "string") {
    if (column.holdsBlobs) return blobOfText(value) ?? (isText && value === "" ? null : value);
    if (column.affinity === "text" || column.affinity === "blob") return value;
    if (isText && value === "") return null;
    return numberOfText(value) ?? value;
  }
  // An integral REAL binds as INTEGER, whose text has no point.
  return typeof value === "number" && column.affinity === "text" ? realShellText(value) : value;
}

/** Whether the column would keep an integral REAL as the INTEGER it binds as: only columns that convert nothing do. */
export function needsRealCast(value: ExactValue, column: TargetColumn): boolean {
  return typeof value === "number" && column.affinity === "blob" && Number.isInteger(value);
}
