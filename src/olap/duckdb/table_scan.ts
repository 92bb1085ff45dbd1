import duckdb from "@duckdb/node-bindings";
import { RheiError } from "../../errors/mod.ts";
import type { ExactValue, MirrorTable } from "../../types/mod.ts";
import { pushRows, readVector } from "./chunk_reader.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";

/** Tables of so few rows are read at once: every statement and every fetch is a trip to another thread. */
const AT_ONCE_MAX = 2048n;

/** Reads all rows of a table in key order, from one committed state. */
export class TableScan {
  readonly #table: MirrorTable;
  readonly #nextChunk: () => Promise<duckdb.DataChunk | null>;
  #rowsLeft: bigint;

  private constructor(table: MirrorTable, rowCount: bigint, nextChunk: () => Promise<duckdb.DataChunk | null>) {
    this.#table = table;
    this.#rowsLeft = rowCount;
    this.#nextChunk = nextChunk;
  }

  /** Starts a scan on a connection that does nothing else. */
  static async start(connection: DuckdbConnection, table: MirrorTable): Promise<TableScan> {
    const name = mirrorTableName(table.name);
    const counted = await connection.query(`begin; select count(*) from ${name}`);
    const rowCount = readVector(duckdb.result_get_chunk(counted, 0), 0, "integer")[0] as bigint;
    if (rowCount === 0n) return new TableScan(table, rowCount, async () => null);
    const columns = table.columns.map((column) => quoteName(column.name)).join(", ");
    const sql = `select ${columns} from ${name} order by ${keyOrder(table)}`;
    if (rowCount <= AT_ONCE_MAX) return new TableScan(table, rowCount, chunksOf(await connection.query(sql)));
    await connection.stream(sql);
    return new TableScan(table, rowCount, () => connection.nextChunk());
  }

  /** The next rows, or `null` at the end. */
  async next(): Promise<ExactValue[][] | null> {
    const chunk = await this.#nextChunk();
    if (chunk === null) {
      if (this.#rowsLeft === 0n) return null;
      throw new RheiError(
        "OLAP_UNAVAILABLE",
        `Cannot scan mirror table "${this.#table.name}": DuckDB stopped ${this.#rowsLeft} rows before the end`,
        { hint: "The mirror may be damaged or memory short; it can be rebuilt from the database" },
      );
    }
    const columns = this.#table.columns.map((column, index) => readVector(chunk, index, column.class));
    const rowCount = duckdb.data_chunk_get_size(chunk);
    this.#rowsLeft -= BigInt(rowCount);
    const rows: ExactValue[][] = [];
    pushRows(columns, rowCount, rows);
    return rows;
  }
}

/** Gives the chunks of a computed result one by one. */
function chunksOf(result: duckdb.Result): () => Promise<duckdb.DataChunk | null> {
  const count = duckdb.result_chunk_count(result);
  let at = 0;
  return async () => at < count ? duckdb.result_get_chunk(result, at++) : null;
}

/** DuckDB compares VARCHAR and BLOB bytewise, as SQLite's BINARY does. */
function keyOrder(table: MirrorTable): string {
  return table.keyColumns.map((key) => {
    const columnClass = table.columns.find((column) => column.name === key)?.class;
    // A bare sort column is read back from its sort key, where -0.0 has become 0.0.
    const exact = columnClass === "real" ? `${quoteName(key)} + 0.0::double` : quoteName(key);
    return `${exact} asc nulls first`;
  }).join(", ");
}
