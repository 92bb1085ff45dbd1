import { padText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** Spaces between the columns of a list of names. */
const GAP = 2;

/** Rows of names in columns that are read downwards, as `ls` shows them. */
export function inColumns(names: readonly string[], width: number): string[] {
  const shown = names.map(visibleText);
  const cell = shown.reduce((widest, name) => Math.max(widest, textWidth(name)), 0) + GAP;
  const columns = Math.max(1, Math.floor((width + GAP) / cell));
  const rowCount = Math.ceil(shown.length / columns);
  return Array.from({ length: rowCount }, (_, row) => {
    const line = shown.filter((_, index) => index % rowCount === row);
    return line.map((name) => padText(name, cell, "left")).join("").trimEnd();
  });
}
