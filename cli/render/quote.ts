import type { RowSet } from "../../src/types/mod.ts";
import { sqlLiteral } from "./literal.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";

/** Values as SQL literals, one row a line. */
export function* renderQuote(set: RowSet, options: RenderOptions): Iterable<string> {
  if (set.columns.length === 0) return;
  if (options.headers) yield `${set.columns.map(({ name }) => sqlLiteral(name)).join(",")}\n`;
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield set.rows.slice(start, start + CHUNK_ROWS).map((row) => `${row.map(sqlLiteral).join(",")}\n`).join("");
  }
}
