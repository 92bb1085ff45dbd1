import { textWidth, visibleText } from "../render/mod.ts";

/** Spaces a tab stands for at most: it reaches to the next column that is a multiple. */
const TAB_COLUMNS = 4;

/** A stretch of the text in a style: an SGR parameter list such as `1` or `38;5;28`. */
export interface StyledSpan {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly style: string;
}

/** What is to be shown. */
export interface ScreenContent {
  /** Before the first line, and before every other. */
  readonly prompts: { readonly first: string; readonly more: string };
  readonly text: string;
  readonly cursor: number;
  /** In order, without overlaps. */
  readonly spans: readonly StyledSpan[];
  /** Columns of the terminal. */
  readonly width: number;
}

/** Rows of the terminal with their escape sequences, and where the cursor belongs. */
export interface ScreenLayout {
  readonly rows: readonly string[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

let segmenter: Intl.Segmenter | undefined;

/** ASCII without control characters needs no segmenter. */
const PLAIN = /^[\x20-\x7e]*$/;

function graphemesOf(line: string): Iterable<string> {
  if (PLAIN.test(line)) return line;
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(line), ({ segment }) => segment);
}

/** Lays a text out in rows of a terminal: every line behind its prompt, long lines wrapped, colours set and reset within each row. */
export function screenLayout(content: ScreenContent): ScreenLayout {
  const { text, cursor, prompts } = content;
  const rows = new RowWriter(content.width, content.spans);
  let cursorAt: { row: number; column: number } | null = null;
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    rows.newRow(index === 0 ? prompts.first : prompts.more);
    for (const grapheme of graphemesOf(line)) {
      const place = rows.put(grapheme, offset);
      if (offset === cursor) cursorAt = place;
      offset += grapheme.length;
    }
    if (offset === cursor) cursorAt = rows.end();
    offset += 1;
  }
  rows.finish();
  return { rows: rows.rows, cursorRow: cursorAt?.row ?? 0, cursorColumn: cursorAt?.column ?? 0 };
}

class RowWriter {
  readonly rows: string[] = [];
  readonly #width: number;
  readonly #spans: readonly StyledSpan[];
  #span = 0;
  #column = 0;
  #row = "";
  #style = "";
  #begun = false;

  constructor(width: number, spans: readonly StyledSpan[]) {
    this.#width = width;
    this.#spans = spans;
  }

  newRow(prompt: string): void {
    this.finish();
    this.#begun = true;
    this.#row = prompt;
    this.#column = textWidth(prompt);
  }

  /** Writes a grapheme cluster that stands at `offset` of the text, and says where it came to stand. */
  put(grapheme: string, offset: number): { row: number; column: number } {
    const shown = grapheme === "\t" ? " ".repeat(TAB_COLUMNS - this.#column % TAB_COLUMNS) : visibleText(grapheme);
    const columns = textWidth(shown);
    if (this.#column + columns > this.#width) this.#wrap();
    const place = { row: this.rows.length, column: this.#column };
    const style = this.#styleAt(offset);
    if (style !== this.#style) this.#row += sgr(this.#style, style);
    this.#style = style;
    this.#row += shown;
    this.#column += columns;
    return place;
  }

  /** Where the cursor stands behind what was written. */
  end(): { row: number; column: number } {
    if (this.#column >= this.#width) this.#wrap();
    return { row: this.rows.length, column: this.#column };
  }

  finish(): void {
    if (!this.#begun) return;
    this.rows.push(this.#row + sgr(this.#style, ""));
    this.#style = "";
    this.#begun = false;
  }

  #wrap(): void {
    this.rows.push(this.#row + sgr(this.#style, ""));
    this.#style = "";
    this.#row = "";
    this.#column = 0;
  }

  #styleAt(offset: number): string {
    while (this.#span < this.#spans.length && this.#spans[this.#span]!.end <= offset) this.#span++;
    const span = this.#spans[this.#span];
    return span !== undefined && span.start <= offset ? span.style : "";
  }
}

function sgr(from: string, to: string): string {
  if (from === to) return "";
  return `${from === "" ? "" : "\x1b[0m"}${to === "" ? "" : `\x1b[${to}m`}`;
}
