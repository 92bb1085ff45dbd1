import { readFile } from "node:fs/promises";
import type { Table } from "apache-arrow";
import { messageOf } from "../../src/errors/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { arrowColumn } from "./arrow_column.ts";
import { badFile, fileFailure } from "./file_failure.ts";
import { BATCH_ROWS, type RowSource, type SourceBatch } from "./row_source.ts";

/**
 * Opens an Arrow IPC file or stream. Integers, floats, text and binary keep their type; booleans become 1 and 0, decimals NUMERIC,
 * dates and times text, nested values JSON text; NaN becomes NULL.
 *
 * @throws {RheiError} `FILE_FORMAT` if it cannot be read, is no Arrow data, or a column's type has no counterpart.
 */
export async function openArrow(path: string): Promise<RowSource> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw fileFailure("import", path, cause);
  }
  const arrow = await import("apache-arrow");
  let table: Table;
  try {
    table = arrow.tableFromIPC(bytes);
  } catch (cause) {
    throw badFile(path, `no Arrow data (${messageOf(cause)})`, { cause });
  }
  // Bytes that hold no Arrow message at all give an empty table without columns, not an error.
  if (table.schema.fields.length === 0) throw badFile(path, "no Arrow data");
  const columns = table.schema.fields.map((field, index) => arrowColumn(arrow, path, field, table.getChildAt(index)!));
  return {
    columns: columns.map(({ name, declaredType }) => ({ name, declaredType })),
    named: true,
    values: "typed",
    batches: async function* (): AsyncIterable<SourceBatch> {
      for (let start = 0; start < table.numRows; start += BATCH_ROWS) {
        const rows: ExactValue[][] = [];
        for (let row = start; row < Math.min(table.numRows, start + BATCH_ROWS); row++) {
          rows.push(columns.map((column) => column.valueAt(row)));
        }
        yield { rows, lines: null, bytesRead: null };
      }
    },
    close: () => Promise.resolve(),
  };
}
