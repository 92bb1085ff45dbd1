import type { RowSet } from "../../src/types/mod.ts";
import { humanText, isNumericColumn, shownTo } from "./human_cell.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";
import { padText, textWidth } from "./text_width.ts";

/** A table in GitHub's Markdown, aligned in the source too; numbers to the right. */
export function* renderMarkdown(set: RowSet, options: RenderOptions): Iterable<string> {
  if (set.columns.length === 0) return;
  const shown = shownTo(options.toTerminal);
  const headers = set.columns.map((column) => lines(column.name, shown.text));
  const texts = set.rows.map((row) =>
    row.map((value) =>
      typeof value === "string" ? lines(value, shown.text) : escapeCell(
        value === null && options.nullText !== null ? shown.text(options.nullText) : humanText(value, shown),
      )
    )
  );
  const right = headers.map((_, index) => isNumericColumn(set.rows, index));
  const widths = headers.map((header, index) =>
    texts.reduce((widest, row) => Math.max(widest, textWidth(row[index]!)), Math.max(3, textWidth(header)))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, index) => padText(text, widths[index]!, right[index] ? "right" : "left")).join(" | ")} |\n`;
  const rule = widths.map((width, index) => right[index] ? `${"-".repeat(width - 1)}:` : "-".repeat(width));
  yield line(headers) + line(rule);
  for (let start = 0; start < texts.length; start += CHUNK_ROWS) {
    yield texts.slice(start, start + CHUNK_ROWS).map(line).join("");
  }
}

/** A cell's text; line ends, which would end its row, as Markdown has them. */
function lines(text: string, shown: (text: string) => string): string {
  return text.split(/\r\n|\r|\n/).map((line) => escapeCell(shown(line))).join("<br>");
}

/** What would end the cell or start HTML. */
function escapeCell(text: string): string {
  return text.replace(/[\\|<]/g, "\\$&");
}
