import { RheiError } from "../../src/errors/mod.ts";
import { formatOfPath } from "./file_format.ts";
import { openArrow } from "./read_arrow.ts";
import { openDelimited } from "./read_delimited.ts";
import { openJson } from "./read_json.ts";
import { openJsonl } from "./read_jsonl.ts";
import { openParquet } from "./read_parquet.ts";
import type { RowSource } from "./row_source.ts";

/** Layout of delimited files; other formats describe themselves. */
export interface LayoutOptions {
  readonly header?: boolean;
  readonly delimiter?: string;
}

/**
 * Opens a file of rows by its ending.
 *
 * @throws {RheiError} `FILE_FORMAT` as the formats' readers say; also when a layout option does not apply to the format.
 */
export function openRowSource(path: string, options: LayoutOptions): Promise<RowSource> {
  const format = formatOfPath(path);
  if (format === "csv" || format === "tsv") {
    const delimiter = options.delimiter ?? (format === "csv" ? "," : "\t");
    if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
      throw new RheiError(
        "CONFIG",
        `Cannot use ${JSON.stringify(delimiter)} as delimiter: expected one character that is no quote`,
      );
    }
    return openDelimited(path, { delimiter, header: options.header ?? true });
  }
  if (options.header === false || options.delimiter !== undefined) {
    const option = options.delimiter === undefined ? "--no-header" : "--delimiter";
    throw new RheiError("CONFIG", `Cannot use ${option} with "${path}": it applies to CSV and TSV only`);
  }
  switch (format) {
    case "json":
      return openJson(path);
    case "jsonl":
      return openJsonl(path);
    case "parquet":
      return openParquet(path);
    case "arrow":
      return openArrow(path);
  }
}
