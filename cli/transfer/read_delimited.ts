import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { badFile, fileFailure } from "./file_failure.ts";
import { BATCH_ROWS, type RowSource, type SourceBatch } from "./row_source.ts";
import { utf8Check } from "./utf8_check.ts";

/** How a delimited file is laid out. */
export interface DelimitedLayout {
  readonly delimiter: string;
  /** Whether the first record names the columns; if not they are called `c1`, `c2`, …. */
  readonly header: boolean;
}

type Field = string | null;

interface RecordBatch {
  readonly records: Field[][];
  readonly lines: number[];
  readonly bytesRead: number;
}

/**
 * Opens CSV, TSV or the like. An empty field is `null` and `""` is an empty text; blank lines between records of several fields
 * are skipped.
 *
 * @throws {RheiError} `FILE_FORMAT` if the file is missing, empty, not UTF-8, or repeats a column name; from `batches` also for a
 * record with a wrong number of fields or a quote that is not closed.
 */
export async function openDelimited(path: string, layout: DelimitedLayout): Promise<RowSource> {
  const names = await columnNames(path, layout);
  return {
    columns: names.map((name) => ({ name, declaredType: null })),
    named: layout.header,
    values: "text",
    batches: () => checkedBatches(path, layout, names.length),
    close: () => Promise.resolve(),
  };
}

async function columnNames(path: string, layout: DelimitedLayout): Promise<string[]> {
  for await (const { records, lines } of recordBatches(path, layout.delimiter, 1)) {
    const [first = []] = records;
    if (!layout.header) return first.map((_, index) => `c${index + 1}`);
    const names = first.map((field) => field ?? "");
    const empty = names.indexOf("");
    if (empty >= 0) {
      throw badFile(path, `the header names no column at position ${empty + 1}`, {
        line: lines[0]!,
        hint: "use --no-header if the first line is data",
      });
    }
    return names;
  }
  throw badFile(path, "the file is empty");
}

async function* checkedBatches(path: string, layout: DelimitedLayout, width: number): AsyncIterable<SourceBatch> {
  let header = layout.header;
  for await (const batch of recordBatches(path, layout.delimiter, BATCH_ROWS)) {
    const rows: Field[][] = [];
    const lines: number[] = [];
    batch.records.forEach((record, index) => {
      const line = batch.lines[index]!;
      if (header) {
        header = false;
        return;
      }
      if (record.length !== width) {
        // A blank line is one empty field: a NULL row only where rows have a single column.
        if (record.length === 1 && record[0] === null) return;
        throw badFile(path, `expected ${width} fields, found ${record.length}`, { line });
      }
      rows.push(record);
      lines.push(line);
    });
    yield { rows, lines, bytesRead: batch.bytesRead };
  }
}

async function* recordBatches(path: string, delimiter: string, batchRows: number): AsyncGenerator<RecordBatch> {
  const input = createReadStream(path, { highWaterMark: 1 << 18 });
  // The parser runs ahead of the loop below, so lines wait here until their record arrives.
  let lines: number[] = [];
  const parser = parse({
    delimiter,
    bom: true,
    relax_column_count: true,
    cast: (field, context) => {
      if (context.index === 0) lines.push(context.lines);
      return field === "" && !context.quoting ? null : field;
    },
  });
  // Errors reach the loop through the parser, which the pipeline destroys with them.
  pipeline(input, utf8Check(path), parser, () => {});
  let records: Field[][] = [];
  const take = (): RecordBatch => {
    const batch = { records, lines: lines.slice(0, records.length), bytesRead: input.bytesRead };
    lines = lines.slice(records.length);
    records = [];
    return batch;
  };
  try {
    for await (const record of parser) {
      records.push(record as Field[]);
      if (records.length === batchRows) yield take();
    }
    if (records.length > 0) yield take();
  } catch (error) {
    throw error instanceof CsvError ? csvFailure(path, error) : fileFailure("import", path, error);
  } finally {
    input.destroy();
  }
}

function csvFailure(path: string, error: CsvError): unknown {
  const line = typeof error["lines"] === "number" ? { line: error["lines"] } : {};
  const reason = error.code === "CSV_QUOTE_NOT_CLOSED"
    ? "a quoted field is not closed before the end of the file"
    : error.message.replace(/^[A-Z][^:]*: /, "").replace(/ (?:at|on) line \d+.*$/, "");
  return badFile(path, reason, { cause: error, ...line });
}
