import type { RowSet } from "../../src/types/mod.ts";
import { humanText, NULL_TEXT, shownTo } from "./human_cell.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";

/** Rows of an HTML table, without the TABLE element around them. */
export function* renderHtml(set: RowSet, { headers, nullText, toTerminal }: RenderOptions): Iterable<string> {
  if (set.columns.length === 0) return;
  const shown = shownTo(toTerminal);
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>\n`;
  if (headers) yield row("th", set.columns.map(({ name }) => shown.text(name)));
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield set.rows.slice(start, start + CHUNK_ROWS).map((values) =>
      row("td", values.map((value) => value === null ? nullText ?? NULL_TEXT : humanText(value, shown)))
    ).join("");
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
