import type { RowSet } from "../../src/types/mod.ts";
import type { ResultFormat } from "../../src/config/mod.ts";
import { renderBox } from "./box.ts";
import { renderCsv } from "./csv.ts";
import { renderJson } from "./json.ts";
import { renderJsonl } from "./jsonl.ts";
import { renderLine } from "./line.ts";
import { renderMarkdown } from "./markdown.ts";
import type { RenderOptions } from "./render_options.ts";
import { renderTsv } from "./tsv.ts";

/** The result as text in pieces, each ending a line (JSON's only when joined). A result without columns gives nothing. */
export function renderResult(format: ResultFormat, set: RowSet, options: RenderOptions): Iterable<string> {
  switch (format) {
    case "box":
      return renderBox(set, options);
    case "csv":
      return renderCsv(set);
    case "tsv":
      return renderTsv(set);
    case "json":
      return renderJson(set);
    case "jsonl":
      return renderJsonl(set);
    case "markdown":
      return renderMarkdown(set);
    case "line":
      return renderLine(set, options);
  }
}
