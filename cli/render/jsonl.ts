import type { RowSet } from "../../src/types/mod.ts";
import { jsonRowWriter } from "./json_row.ts";
import { CHUNK_ROWS } from "./render_options.ts";

/** JSON Lines: an object per row and line; see {@linkcode jsonRowWriter} for the values. */
export function* renderJsonl(set: RowSet): Iterable<string> {
  if (set.columns.length === 0) return;
  const write = jsonRowWriter(set.columns);
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield set.rows.slice(start, start + CHUNK_ROWS).map((row) => `${write(row)}\n`).join("");
  }
}
