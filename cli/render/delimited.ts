import { stringify } from "csv-stringify/sync";
import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { blobLiteral } from "./blob_text.ts";
import { realExactText } from "./real_text.ts";
import { CHUNK_ROWS, type RenderOptions } from "./render_options.ts";

/**
 * Rows under a header, fields quoted where needed. NULL is an empty field, an empty text is `""`, a REAL keeps all its digits and its
 * decimal point, a blob is written as `x'00ff'`: what `rhei import` reads back as the same values.
 */
export function* renderDelimited(set: RowSet, delimiter: string, given: RenderOptions): Iterable<string> {
  if (set.columns.length === 0) return;
  // An unquoted empty field is NULL, so an empty text needs its quotes.
  const options = { delimiter, quoted_match: /^$/ };
  if (given.headers) yield stringify([set.columns.map((column) => column.name)], options);
  for (let start = 0; start < set.rows.length; start += CHUNK_ROWS) {
    yield stringify(
      set.rows.slice(start, start + CHUNK_ROWS).map((row) =>
        row.map((value) => value === null ? given.nullText : fieldOf(value))
      ),
      options,
    );
  }
}

function fieldOf(value: Exclude<ExactValue, null>): string {
  switch (typeof value) {
    case "string":
      return value;
    case "bigint":
      return value.toString();
    case "number":
      return realExactText(value);
    default:
      return blobLiteral(value);
  }
}
