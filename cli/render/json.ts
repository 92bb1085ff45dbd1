import type { RowSet } from "../../src/types/mod.ts";
import { jsonRowWriter } from "./json_row.ts";
import { CHUNK_ROWS } from "./render_options.ts";

/** One JSON array with an object per row, a row per line; see {@linkcode jsonRowWriter} for the values. */
export function* renderJson(set: RowSet): Iterable<string> {
  if (set.columns.length === 0) return;
  const write = jsonRowWriter(set.columns);
  yield "[";
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield (start === 0 ? "" : ",\n") + set.rows.slice(start, start + CHUNK_ROWS).map(write).join(",\n");
  }
  yield "]\n";
}
