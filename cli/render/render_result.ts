import type { RowSet } from "../../src/types/mod.ts";
import type { ResultFormat } from "../../src/config/mod.ts";
import { BOX, COLUMN, renderBox, TABLE } from "./box.ts";
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html.ts";
import { renderInsert } from "./insert.ts";
import { renderJson } from "./json.ts";
import { renderJsonl } from "./jsonl.ts";
import { renderLine } from "./line.ts";
import { renderList } from "./list.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderQuote } from "./quote.ts";
import type { RenderOptions } from "./render_options.ts";
import { renderTsv } from "./tsv.ts";

/** The result as text in pieces, each ending a line (JSON's only when joined). A result without columns gives nothing. */
export function renderResult(format: ResultFormat, set: RowSet, options: RenderOptions): Iterable<string> {
  switch (format) {
    case "box":
      return renderBox(set, options, BOX);
    case "table":
      return renderBox(set, options, TABLE);
    case "column":
      return renderBox(set, options, COLUMN);
    case "csv":
      return renderCsv(set, options);
    case "tsv":
      return renderTsv(set, options);
    case "json":
      return renderJson(set);
    case "jsonl":
      return renderJsonl(set);
    case "markdown":
      return renderMarkdown(set, options);
    case "line":
      return renderLine(set, options);
    case "list":
      return renderList(set, options);
    case "quote":
      return renderQuote(set, options);
    case "insert":
      return renderInsert(set, options);
    case "html":
      return renderHtml(set, options);
    case "off":
      return [];
  }
}
