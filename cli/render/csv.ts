import type { RowSet } from "../../src/types/mod.ts";
import { renderDelimited } from "./delimited.ts";

/** Comma-separated values with a header; see {@linkcode renderDelimited}. */
export function renderCsv(set: RowSet): Iterable<string> {
  return renderDelimited(set, ",");
}
