import type { RowSet } from "../../src/types/mod.ts";
import type { RenderOptions } from "./render_options.ts";
import { renderDelimited } from "./delimited.ts";

/** Comma-separated values with a header; see {@linkcode renderDelimited}. */
export function renderCsv(set: RowSet, options: RenderOptions): Iterable<string> {
  return renderDelimited(set, ",", options);
}
