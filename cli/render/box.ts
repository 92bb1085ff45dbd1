import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { styled } from "./ansi.ts";
import { type BoxColumn, type BoxLayout, boxLayout } from "./box_layout.ts";
import { humanText, isNumericColumn, NULL_TEXT, shownTo } from "./human_cell.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";
import { fitText, padText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";
import { wrapText } from "./wrap_text.ts";

/** The lines around cells. */
export interface BoxBorders {
  /** Above, below the header, and at the end; `null` draws none. Left end, fill, crossing, right end. */
  readonly top: readonly [string, string, string, string] | null;
  readonly middle: readonly [string, string, string, string];
  readonly bottom: readonly [string, string, string, string] | null;
  /** Before, between and behind the cells of a row. */
  readonly row: readonly [string, string, string];
}

/** Lines of Unicode. */
export const BOX: BoxBorders = {
  top: ["┌─", "─", "─┬─", "─┐"],
  middle: ["├─", "─", "─┼─", "─┤"],
  bottom: ["└─", "─", "─┴─", "─┘"],
  row: ["│ ", " │ ", " │"],
};

/** Lines of ASCII, as sqlite3's `.mode table` has them. */
export const TABLE: BoxBorders = {
  top: ["+-", "-", "-+-", "-+"],
  middle: ["+-", "-", "-+-", "-+"],
  bottom: ["+-", "-", "-+-", "-+"],
  row: ["| ", " | ", " |"],
};

/** Columns apart by spaces, the header underlined. */
export const COLUMN: BoxBorders = { top: null, middle: ["", "-", "  ", ""], bottom: null, row: ["", "  ", ""] };

/** UTF-16 units of a text looked at per terminal column: enough for the longest emoji sequences, not for a megabyte of text. */
const UNITS_PER_COLUMN_MAX = 32;

const OMITTED_COLUMN = "…";
const OMITTED_ROWS = "·";

type Style = "bold" | "dim" | undefined;

/** A table with borders, fitted to the terminal; long results show their first and last rows and a count. */
export function* renderBox(set: RowSet, options: RenderOptions, borders: BoxBorders): Iterable<string> {
  if (set.columns.length === 0) return;
  const { rows, hiddenAfter } = shownRows(set.rows, options.maxRows);
  const cell = (value: ExactValue): string => cellText(value, options);
  const headers = set.columns.map((column) => visibleText(column.name));
  const texts = rows.map((row) => row.map(cell));
  const numeric = headers.map((_, index) => isNumericColumn(set.rows, index));
  const columns = headers.map((header, index): BoxColumn => {
    const asked = Math.abs(options.cellWidths[index] ?? 0);
    if (asked > 0) return { natural: asked, number: 0 };
    const widest = texts.reduce((width, row) => Math.max(width, cellWidth(row[index]!)), 1);
    return { natural: Math.max(widest, textWidth(header)), number: numeric[index] ? widest : 0 };
  });
  const frame = textWidth(borders.row[0]) + textWidth(borders.row[2]);
  const layout = boxLayout(columns, options.width, { frame, gap: textWidth(borders.row[1]) });
  const right = headers.map((_, index) => (options.cellWidths[index] ?? 0) < 0 || numeric[index]!);
  const pen = new BoxPen(layout, borders, right, options);

  yield pen.rule(borders.top) +
    (options.headers ? pen.row((index) => headers[index]!, () => "bold") + pen.rule(borders.middle) : "");
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    let chunk = "";
    for (let at = start; at < Math.min(rows.length, start + CHUNK_ROWS); at++) {
      if (at === hiddenAfter) chunk += pen.row(() => OMITTED_ROWS, () => "dim");
      chunk += pen.row((index) => texts[at]![index]!, (index) => rows[at]![index] === null ? "dim" : undefined);
    }
    yield chunk;
  }
  yield pen.rule(borders.bottom) +
    shortenedNote(set, rows.length, layout.columns.filter((index) => index !== null).length);
}

class BoxPen {
  readonly #layout: BoxLayout;
  readonly #borders: BoxBorders;
  readonly #right: readonly boolean[];
  readonly #options: RenderOptions;

  constructor(layout: BoxLayout, borders: BoxBorders, right: readonly boolean[], options: RenderOptions) {
    this.#layout = layout;
    this.#borders = borders;
    this.#right = right;
    this.#options = options;
  }

  rule(line: readonly [string, string, string, string] | null): string {
    if (line === null) return "";
    const [left, fill, crossing, end] = line;
    return `${left}${this.#layout.widths.map((width) => fill.repeat(width)).join(crossing)}${end}\n`;
  }

  /** A row of cells; of more than one line where texts wrap. */
  row(cellOf: (index: number) => string, styleOf: (index: number) => Style): string {
    const { columns, widths } = this.#layout;
    const cells = columns.map((index, position) =>
      index === null ? [OMITTED_COLUMN] : this.#lines(cellOf(index), widths[position]!)
    );
    const height = Math.max(...cells.map((lines) => lines.length));
    let text = "";
    for (let line = 0; line < height; line++) {
      text += this.#line(cells.map((lines) => lines[line] ?? ""), (index) => styleOf(index));
    }
    return text;
  }

  #line(texts: readonly string[], styleOf: (index: number) => Style): string {
    const { columns, widths } = this.#layout;
    const { color } = this.#options;
    const [left, between, end] = this.#borders.row;
    const cells = columns.map((index, position) => {
      const align = index !== null && this.#right[index] ? "right" : "left";
      const text = padText(texts[position]!, widths[position]!, align);
      const style = index === null ? undefined : styleOf(index);
      return style === undefined ? text : styled(text, style, color);
    });
    const line = `${left}${cells.join(between)}${end}`;
    return `${end === "" ? line.trimEnd() : line}\n`;
  }

  #lines(text: string, width: number): string[] {
    return this.#options.wrap ? wrapText(text, width) : [fitText(text, width)];
  }
}

/** Line breaks stay only where a cell may have several lines. */
function cellText(value: ExactValue, { nullText, wrap, width, toTerminal }: RenderOptions): string {
  if (value === null) return nullText === null ? NULL_TEXT : visibleText(nullText);
  if (wrap && typeof value === "string") return value.split(/\r\n|\r|\n/).map(visibleText).join("\n");
  return humanText(shorten(value, width), { text: visibleText, blob: shownTo(toTerminal).blob });
}

function cellWidth(text: string): number {
  return text.includes("\n") ? Math.max(...text.split("\n").map(textWidth)) : textWidth(text);
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
