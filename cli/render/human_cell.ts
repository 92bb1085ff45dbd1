import type { ExactValue } from "../../src/types/mod.ts";
import { blobLiteral, blobPreview } from "./blob_text.ts";
import { realShellText } from "./real_text.ts";
import { visibleText } from "./visible_text.ts";

/** What formats for people show for NULL, so that it differs from an empty text. */
export const NULL_TEXT = "NULL";

/** How values get into the output. */
export interface Shown {
  readonly text: (text: string) => string;
  readonly blob: (bytes: Uint8Array) => string;
}

const ON_TERMINAL: Shown = { text: visibleText, blob: blobPreview };
const IN_FULL: Shown = { text: (text) => text, blob: blobLiteral };

/** For a terminal with control characters visible and long blobs by their beginning; for a program as they are. */
export function shownTo(toTerminal: boolean): Shown {
  return toTerminal ? ON_TERMINAL : IN_FULL;
}

/** A value for people: REAL with SQLite's 15 digits. */
export function humanText(value: ExactValue, shown: Shown): string {
  if (value === null) return NULL_TEXT;
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return realShellText(value);
    case "string":
      return shown.text(value);
    default:
      return shown.blob(value);
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
