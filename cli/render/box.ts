import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { styled } from "./ansi.ts";
import { boxLayout } from "./box_layout.ts";
import { humanText, isNumericColumn } from "./human_cell.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";
import { fitText, padText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** UTF-16 units of a text looked at per terminal column: enough for the longest emoji sequences, not for a megabyte of text. */
const UNITS_PER_COLUMN_MAX = 32;

const OMITTED_COLUMN = "…";
const OMITTED_ROWS = "·";

/** A table with borders, fitted to the terminal; long results show their first and last rows and a count. */
export function* renderBox(set: RowSet, options: RenderOptions): Iterable<string> {
  if (set.columns.length === 0) return;
  const { rows, hiddenAfter } = shownRows(set.rows, options.maxRows);
  const cell = (value: ExactValue) => humanText(shorten(value, options.width));
  const headers = set.columns.map((column) => visibleText(column.name));
  const texts = rows.map((row) => row.map(cell));
  const natural = headers.map((header, index) =>
    texts.reduce((widest, row) => Math.max(widest, textWidth(row[index]!)), Math.max(1, textWidth(header)))
  );
  const layout = boxLayout(natural, options.width);
  const right = headers.map((_, index) => isNumericColumn(set.rows, index));

  const rule = (left: string, middle: string, end: string) =>
    left + layout.widths.map((width) => "─".repeat(width + 2)).join(middle) + end + "\n";
  const line = (cellOf: (index: number) => string, style?: (index: number) => "bold" | "dim" | undefined) => {
    const cells = layout.columns.map((index, position) => {
      if (index === null) return OMITTED_COLUMN;
      const width = layout.widths[position]!;
      const text = padText(fitText(cellOf(index), width), width, right[index] ? "right" : "left");
      const wanted = style?.(index);
      return wanted === undefined ? text : styled(text, wanted, options.color);
    });
    return `│ ${cells.join(" │ ")} │\n`;
  };

  yield rule("┌", "┬", "┐") + line((index) => headers[index]!, () => "bold") + rule("├", "┼", "┤");
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    let chunk = "";
    for (let at = start; at < Math.min(rows.length, start + CHUNK_ROWS); at++) {
      if (at === hiddenAfter) chunk += line(() => OMITTED_ROWS, () => "dim");
      chunk += line((index) => texts[at]![index]!, (index) => rows[at]![index] === null ? "dim" : undefined);
    }
    yield chunk;
  }
  yield rule("└", "┴", "┘") + shortenedNote(set, rows.length, layout.columns.filter((index) => index !== null).length);
}

/** The rows to show, and the position among them that hidden rows come before (`-1`: none are hidden). */
function shownRows(rows: RowSet["rows"], maxRows: number | null): { rows: RowSet["rows"]; hiddenAfter: number } {
  if (maxRows === null || rows.length <= maxRows) return { rows, hiddenAfter: -1 };
  const head = Math.ceil(maxRows / 2);
  return { rows: [...rows.slice(0, head), ...rows.slice(rows.length - (maxRows - head))], hiddenAfter: head };
}

function shorten(value: ExactValue, width: number | null): ExactValue {
  if (typeof value !== "string" || width === null) return value;
  return value.length > width * UNITS_PER_COLUMN_MAX ? value.slice(0, width * UNITS_PER_COLUMN_MAX) : value;
}

function shortenedNote(set: RowSet, rowsShown: number, columnsShown: number): string {
  const notes: string[] = [];
  if (rowsShown < set.rows.length) notes.push(`${set.rows.length.toLocaleString("en-US")} rows, ${rowsShown} shown`);
  if (columnsShown < set.columns.length) notes.push(`${set.columns.length} columns, ${columnsShown} shown`);
  return notes.length === 0 ? "" : `${notes.join(" · ")}\n`;
}
