import duckdb from "@duckdb/node-bindings";
import type { ExactValue, MirrorTable } from "../../types/mod.ts";
import { readVector } from "./chunk_reader.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";

/** Starts reading all rows of a table in key order; DuckDB compares VARCHAR and BLOB bytewise, as SQLite's BINARY does. */
export function startScan(connection: DuckdbConnection, table: MirrorTable): Promise<duckdb.Result> {
  const columns = table.columns.map((column) => quoteName(column.name)).join(", ");
  const order = table.keyColumns.map((key) => `${quoteName(key)} asc nulls first`).join(", ");
  return connection.stream(`select ${columns} from ${mirrorTableName(table.name)} order by ${order}`);
}

/** The next rows of a scan, or `null` at its end. */
export async function nextRows(result: duckdb.Result, table: MirrorTable): Promise<ExactValue[][] | null> {
  const chunk = await duckdb.fetch_chunk(result);
  const rowCount = chunk === null ? 0 : duckdb.data_chunk_get_size(chunk);
  if (chunk === null || rowCount === 0) return null;
  const columns = table.columns.map((column, index) => readVector(chunk, index, column.class));
  return Array.from({ length: rowCount }, (_, row) => columns.map((values) => values[row]!));
}
