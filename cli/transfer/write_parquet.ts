import type { DuckDBAppender } from "@duckdb/node-api";
import { quoteName, quoteText } from "../../src/sql/mod.ts";
import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { distinctNames } from "../render/mod.ts";
import { type ColumnKind, columnKind } from "./column_kind.ts";
import { openMemoryDuckDb } from "./duckdb_files.ts";

const DUCKDB_TYPES = { integer: "BIGINT", real: "DOUBLE", text: "VARCHAR", blob: "BLOB" } as const;

/** Writes Parquet (zstd) with exact types; `path` is the name for messages. */
export async function writeParquet(set: RowSet, path: string, temporary: string): Promise<void> {
  const kinds = set.columns.map((_, index) => columnKind(set, index, path));
  // DuckDB's names ignore case.
  const names = distinctNames(set.columns.map((column) => column.name), "ignoreCase");
  const definitions = names.map((name, index) => `${quoteName(name)} ${DUCKDB_TYPES[kinds[index]!]}`);
  const database = await openMemoryDuckDb();
  try {
    await database.connection.run(`create table rows (${definitions.join(", ")})`);
    const appender = await database.connection.createAppender("rows");
    for (const row of set.rows) {
      for (let index = 0; index < kinds.length; index++) append(appender, kinds[index]!, row[index]!);
      appender.endRow();
    }
    appender.closeSync();
    await database.connection.run(`copy rows to ${quoteText(temporary)} (format parquet, compression zstd)`);
  } finally {
    await database.close();
  }
}

function append(appender: DuckDBAppender, kind: ColumnKind, value: ExactValue): void {
  if (value === null) return appender.appendNull();
  switch (kind) {
    case "integer":
      return appender.appendBigInt(value as bigint);
    case "real":
      return appender.appendDouble(Number(value));
    case "text":
      return appender.appendVarchar(value as string);
    case "blob":
      return appender.appendBlob(value as Uint8Array);
  }
}
