import type { RowSet } from "../../src/types/mod.ts";
import { sqlLiteral, sqlName } from "./literal.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";

/** An INSERT for each row. Names of columns are given where headers are on. */
export function* renderInsert(set: RowSet, options: RenderOptions): Iterable<string> {
  if (set.columns.length === 0) return;
  const names = options.headers ? `(${set.columns.map(({ name }) => sqlName(name)).join(",")})` : "";
  const head = `INSERT INTO ${sqlName(options.insertTable)}${names} VALUES(`;
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield set.rows.slice(start, start + CHUNK_ROWS).map((row) => `${head}${row.map(sqlLiteral).join(",")});\n`).join(
      "",
    );
  }
}
