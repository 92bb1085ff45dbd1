import { Buffer } from "node:buffer";
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
  const reading: Reading = { ...layout, path, quotedEmpty: await holdsDoubledQuotes(path) };
  const names = await columnNames(reading);
  return {
    columns: names.map((name) => ({ name, declaredType: null })),
    named: layout.header,
    values: "text",
    batches: () => checkedBatches(reading, names.length),
    close: () => Promise.resolve(),
  };
}

/** How a file is read. */
interface Reading extends DelimitedLayout {
  readonly path: string;
  /** Whether a field may be an empty text; telling those from NULL costs half of the speed. */
  readonly quotedEmpty: boolean;
}

const READ_BYTES = 1 << 18;

async function columnNames(reading: Reading): Promise<string[]> {
  const { path } = reading;
  for await (const { records, lines } of recordBatches(reading, 1)) {
    const [first = []] = records;
    if (!reading.header) return first.map((_, index) => `c${index + 1}`);
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

async function* checkedBatches(reading: Reading, width: number): AsyncIterable<SourceBatch> {
  let { header } = reading;
  for await (const batch of recordBatches(reading, BATCH_ROWS)) {
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
        throw badFile(reading.path, `expected ${width} fields, found ${record.length}`, { line });
      }
      rows.push(record);
      lines.push(line);
    });
    yield { rows, lines, bytesRead: batch.bytesRead };
  }
}

async function* recordBatches(reading: Reading, batchRows: number): AsyncGenerator<RecordBatch> {
  const { path, quotedEmpty } = reading;
  const input = createReadStream(path, { highWaterMark: READ_BYTES });
  // The parser runs ahead of the loop below, so lines wait here until their record arrives.
  let lines: number[] = [];
  let nextLine = 1;
  const parser = parse({
    delimiter: reading.delimiter,
    bom: true,
    relax_column_count: true,
    cast: quotedEmpty ? (field, context) => field === "" && !context.quoting ? null : field : false,
    on_record: (record, context) => {
      lines.push(nextLine);
      nextLine = context.lines + 1;
      if (!quotedEmpty) markNulls(record);
      return record;
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

function markNulls(record: Field[]): void {
  for (let i = 0; i < record.length; i++) if (record[i] === "") record[i] = null;
}

/** Whether `""` stands anywhere in the file: without it no field is a quoted empty one. */
async function holdsDoubledQuotes(path: string): Promise<boolean> {
  const doubled = Buffer.from('""');
  const quote = doubled[0];
  let endsWithQuote = false;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      const bytes = chunk as Buffer;
      if (bytes.includes(doubled) || (endsWithQuote && bytes[0] === quote)) return true;
      endsWithQuote = bytes.at(-1) === quote;
    }
  } catch (error) {
    throw fileFailure("import", path, error);
  }
  return false;
}

function csvFailure(path: string, error: CsvError): unknown {
  const line = typeof error["lines"] === "number" ? { line: error["lines"] } : {};
  return badFile(path, csvReason(error), { cause: error, ...line });
}

function csvReason(error: CsvError): string {
  const field = `field ${Number(error["column"]) + 1}`;
  // The parser's type does not know the first of these codes, though it gives it.
  switch (error.code as string) {
    case "INVALID_OPENING_QUOTE":
      return `${field} holds a quote but does not begin with one; in quotes, it would be doubled`;
    case "CSV_INVALID_CLOSING_QUOTE":
      return `${field} goes on behind its closing quote; a quote inside of it is doubled`;
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quoted field is not closed before the end of the file";
    default:
      return error.message.replace(/^[A-Z][^:]*: /, "").replace(/ (?:at|on) line \d+.*$/, "");
  }
}
