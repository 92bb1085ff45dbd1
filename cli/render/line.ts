import type { RowSet } from "../../src/types/mod.ts";
import { styled } from "./ansi.ts";
import { humanText, shownTo } from "./human_cell.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";
import { padText, textWidth } from "./text_width.ts";

/** One value per line as `name = value`, a blank line between rows. */
export function* renderLine(set: RowSet, options: RenderOptions): Iterable<string> {
  const shown = shownTo(options.toTerminal);
  const names = set.columns.map((column) => shown.text(column.name));
  const width = names.reduce((widest, name) => Math.max(widest, textWidth(name)), 0);
  const labels = names.map((name) => styled(padText(name, width, "right"), "bold", options.color));
  const write = (row: RowSet["rows"][number]) =>
    row.map((value, index) => {
      const text = value === null && options.nullText !== null ? shown.text(options.nullText) : humanText(value, shown);
      return `${labels[index]} = ${value === null ? styled(text, "dim", options.color) : text}\n`;
    }).join("");
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield (start === 0 ? "" : "\n") + set.rows.slice(start, start + CHUNK_ROWS).map(write).join("\n");
  }
}
