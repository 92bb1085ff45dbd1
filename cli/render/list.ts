import type { RowSet } from "../../src/types/mod.ts";
import { humanText, shownTo } from "./human_cell.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";

/** Values with a separator between them and nothing around them, one row a line; NULL is empty unless told otherwise. */
export function* renderList(
  set: RowSet,
  { headers, separator, nullText, toTerminal }: RenderOptions,
): Iterable<string> {
  if (set.columns.length === 0) return;
  const shown = shownTo(toTerminal);
  if (headers) yield `${set.columns.map(({ name }) => shown.text(name)).join(separator)}\n`;
  const write = (row: RowSet["rows"][number]): string =>
    `${row.map((value) => value === null ? shown.text(nullText ?? "") : humanText(value, shown)).join(separator)}\n`;
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield set.rows.slice(start, start + CHUNK_ROWS).map(write).join("");
  }
}
