import type { DuckDBConnection } from "@duckdb/node-api";

/** An in-memory DuckDB used as reader and writer of files, apart from any mirror. */
export interface MemoryDuckDb {
  readonly connection: DuckDBConnection;
  close(): Promise<void>;
}

/** Opens one; the library is loaded here, because most commands never need it. Times with a zone are read as UTC. */
export async function openMemoryDuckDb(): Promise<MemoryDuckDb> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}
