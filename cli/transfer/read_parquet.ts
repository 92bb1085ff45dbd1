import { statSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { messageOf } from "../../src/errors/mod.ts";
import { quoteName, quoteText } from "../../src/sql/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { openMemoryDuckDb } from "./duckdb_files.ts";
import { badFile, fileFailure } from "./file_failure.ts";
import type { RowSource, SourceBatch, SourceColumn } from "./row_source.ts";

/**
 * Opens a Parquet file. Integers, doubles, text and blobs keep their type; booleans become 1 and 0, decimals NUMERIC, dates and times
 * text, nested values JSON text; NaN becomes NULL. Integers wider than 64 bits become text where a value needs it.
 *
 * @throws {RheiError} `FILE_FORMAT` if the file is missing or no Parquet.
 */
export async function openParquet(path: string): Promise<RowSource> {
  try {
    statSync(path);
  } catch (cause) {
    throw fileFailure("import", path, cause);
  }
  const database = await openMemoryDuckDb();
  const { connection } = database;
  try {
    // Escaped, because the reader would expand these characters as a pattern of file names.
    const table = `read_parquet(${quoteText(path.replace(/[*?[]/g, "[$&]"))})`;
    const described = await connection.runAndReadAll(`describe select * from ${table}`);
    const columns: SourceColumn[] = [];
    const expressions: string[] = [];
    for (const [name, type] of described.getRowsJson() as [string, string][]) {
      const plan = await columnPlan(connection, table, quoteName(name), type);
      columns.push({ name, declaredType: plan.declaredType });
      expressions.push(plan.expression);
    }
    return {
      columns,
      named: true,
      values: "typed",
      batches: () => parquetBatches(connection, `select ${expressions.join(", ")} from ${table}`),
      close: () => database.close(),
    };
  } catch (cause) {
    await database.close();
    const reason = messageOf(cause).split("\n")[0] ?? "";
    throw badFile(path, reason.replace(/^[A-Z][A-Za-z ]*Error: /, ""), { cause });
  }
}

async function* parquetBatches(connection: DuckDBConnection, sql: string): AsyncIterable<SourceBatch> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield { rows: chunk.convertRows(exactOfDuckDb) as ExactValue[][], lines: null, bytesRead: null };
  }
}

/** Only BIGINT, DOUBLE, VARCHAR and BLOB arrive here: {@linkcode columnPlan} casts everything else. */
function exactOfDuckDb(value: unknown): ExactValue {
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value === "object" && value !== null) return Uint8Array.from((value as { bytes: Uint8Array }).bytes);
  return value as ExactValue;
}

const INTEGERS = /^U?(?:TINYINT|SMALLINT|INTEGER)$|^BIGINT$/;
const WIDE_INTEGERS = /^(?:UBIGINT|U?HUGEINT)$/;
const NESTED = /^(?:STRUCT|MAP|UNION|LIST|JSON|VARIANT)\b|\[\d*\]$/;

/** How a column is read: an expression of one of DuckDB's four types that SQLite has too, and the type for a new table. */
async function columnPlan(
  connection: DuckDBConnection,
  table: string,
  name: string,
  type: string,
): Promise<{ expression: string; declaredType: string }> {
  if (INTEGERS.test(type)) return { expression: `${name}::BIGINT`, declaredType: "INTEGER" };
  if (type === "BOOLEAN") return { expression: `${name}::TINYINT::BIGINT`, declaredType: "INTEGER" };
  if (type === "FLOAT" || type === "DOUBLE") return { expression: `${name}::DOUBLE`, declaredType: "REAL" };
  if (type === "BLOB") return { expression: name, declaredType: "BLOB" };
  if (WIDE_INTEGERS.test(type)) {
    const misfit = `select count(*) from ${table} where try_cast(${name} as BIGINT) is null and ${name} is not null`;
    const [[count] = []] = (await connection.runAndReadAll(misfit)).getRowsJson();
    return Number(count) === 0
      ? { expression: `${name}::BIGINT`, declaredType: "INTEGER" }
      : { expression: `${name}::VARCHAR`, declaredType: "TEXT" };
  }
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) {
    return Number(decimal[2]) === 0 && Number(decimal[1]) <= 18
      ? { expression: `${name}::BIGINT`, declaredType: "INTEGER" }
      : { expression: `${name}::VARCHAR`, declaredType: type };
  }
  if (NESTED.test(type)) return { expression: `to_json(${name})::VARCHAR`, declaredType: "TEXT" };
  return { expression: `${name}::VARCHAR`, declaredType: "TEXT" };
}
