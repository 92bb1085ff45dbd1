import type { ExactValue } from "../../src/types/mod.ts";
import { realShellText } from "../render/mod.ts";
import { blobOfText, numberOfText } from "./infer_types.ts";
import type { TargetColumn } from "./target_table.ts";

/** Turns a field into the value to bind for its column. */
export type FieldReader = (value: ExactValue) => ExactValue;

/**
 * The reader for a column, so that the column ends up with what SQLite's own conversion would store, only exactly: text that is a
 * number becomes one for numeric columns (SQLite's own reading of decimals may be off in the last digit). An empty text is NULL except
 * in text columns; a NULL of a text file is an empty text where the column is NOT NULL text.
 */
export function fieldReader(column: TargetColumn, isText: boolean): FieldReader {
  if (column.affinity === "text") return textReader(column, isText);
  if (column.holdsBlobs) {
    return (value) => typeof value === "string" ? blobOfText(value) ?? (isText && value === "" ? null : value) : value;
  }
  if (column.affinity === "blob") return (value) => value;
  return (value) => {
    if (typeof value !== "string") return value;
    // A short integer binds as INTEGER from a number too, which costs less than a bigint.
    if (SHORT_INTEGER.test(value)) return Number(value);
    return isText && value === "" ? null : numberOfText(value) ?? value;
  };
}

/** Integers a double holds, as far as can be told from the number of digits. */
const SHORT_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;

function textReader(column: TargetColumn, isText: boolean): FieldReader {
  if (!isText) {
    // An integral REAL binds as INTEGER, whose text has no point.
    return (value) => typeof value === "number" ? realShellText(value) : value;
  }
  return column.notNull ? (value) => value ?? "" : (value) => value;
}

/** Whether the column would keep an integral REAL as the INTEGER it binds as: only columns that convert nothing do. */
export function needsRealCast(value: ExactValue, column: TargetColumn): boolean {
  return typeof value === "number" && column.affinity === "blob" && Number.isInteger(value);
}
