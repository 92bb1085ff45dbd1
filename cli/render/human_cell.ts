import type { ExactValue } from "../../src/types/mod.ts";
import { blobPreview } from "./blob_text.ts";
import { realShellText } from "./real_text.ts";
import { visibleText } from "./visible_text.ts";

/** What formats for people show for NULL, so that it differs from an empty text. */
export const NULL_TEXT = "NULL";

/** How a text gets into the output: with control characters visible for a terminal, as it is for a program. */
export function shownText(toTerminal: boolean): (text: string) => string {
  return toTerminal ? visibleText : (text) => text;
}

/** A value for people: REAL with SQLite's 15 digits, long blobs by their beginning, control characters visible unless told otherwise. */
export function humanText(value: ExactValue, shown = visibleText): string {
  if (value === null) return NULL_TEXT;
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return realShellText(value);
    case "string":
      return shown(value);
    default:
      return blobPreview(value);
  }
}

/** Whether every value of the column is a number or NULL, and one is a number. */
export function isNumericColumn(rows: readonly (readonly ExactValue[])[], index: number): boolean {
  let numbers = 0;
  for (const row of rows) {
    const value = row[index];
    if (typeof value === "bigint" || typeof value === "number") numbers += 1;
    else if (value !== null) return false;
  }
  return numbers > 0;
}
