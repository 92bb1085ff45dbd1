import { DuckDBInstance } from "@duckdb/node-api";
import Database from "libsql";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadSqlite } from "./load_sqlite.ts";
import { TPCH_QUERIES } from "./tpch/queries.ts";
import { writeTpch } from "./tpch/write.ts";
import { makeWarehouse, type Warehouse, warehouseIn } from "./warehouse.ts";

/** Where a bench's tables come from: Parquet files and queries of others, TPC-H at a scale, or a small warehouse. */
export type SourceRequest =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "tpch"; readonly scale: number }
  | { readonly kind: "small"; readonly orders: number };

/** The same tables as Parquet files and as a libSQL file. */
export interface Source {
  readonly warehouse: Warehouse;
  readonly sourcePath: string;
}

/** Makes what is asked for in a folder, or takes what an earlier run has made there. */
export async function makeSource(request: SourceRequest, folder: string): Promise<Source> {
  await mkdir(folder, { recursive: true });
  const warehouse = await makeParquet(request, folder);
  const sourcePath = join(folder, `${await digestOf(warehouse)}.db`);
  await once(sourcePath, (path) => writeSource(path, warehouse));
  return { warehouse, sourcePath };
}

async function makeParquet(request: SourceRequest, folder: string): Promise<Warehouse> {
  switch (request.kind) {
    case "folder":
      return warehouseIn(request.folder);
    case "small":
      return makeWarehouse(join(folder, "small"), request.orders);
    case "tpch": {
      const path = join(folder, `tpch-sf${request.scale}`);
      await once(path, (unfinished) => writeTpch(unfinished, request.scale));
      return { ...await warehouseIn(path), queries: TPCH_QUERIES };
    }
  }
}

/** Makes a file or folder under another name first, so that one which an interrupted run has begun is never taken. */
async function once(path: string, make: (path: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await make(unfinished);
  await rename(unfinished, path);
}

/** Tells Parquet files apart by name, size and time. */
async function digestOf({ tables }: Warehouse): Promise<string> {
  const hash = createHash("sha256");
  for (const { name, path } of tables) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 12);
}

async function writeSource(path: string, { tables }: Warehouse): Promise<void> {
  const instance = await DuckDBInstance.create();
  const duckdb = await instance.connect();
  const libsql = new Database(path);
  try {
    for (const table of tables) await duckdb.run(`create view ${table.name} as from '${table.path}'`);
    // A file that cannot be finished is never used.
    libsql.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    await loadSqlite(duckdb, libsql, tables);
  } finally {
    libsql.close();
    duckdb.closeSync();
    instance.closeSync();
  }
}
