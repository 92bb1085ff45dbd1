import type { RowSet } from "../../src/types/mod.ts";
import type { RenderOptions } from "./render_options.ts";
import { renderDelimited } from "./delimited.ts";

/** Tab-separated values with a header, quoted like CSV; see {@linkcode renderDelimited}. */
export function renderTsv(set: RowSet, options: RenderOptions): Iterable<string> {
  return renderDelimited(set, "\t", options);
}
