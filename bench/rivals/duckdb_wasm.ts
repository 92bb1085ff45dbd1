import Database from "libsql";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Contender, ContenderInput, Rows } from "../support/contest/contender.ts";

interface WasmTable {
  toArray(): readonly { toArray(): readonly unknown[] }[];
}

interface WasmConnection {
  query(sql: string): WasmTable;
}

interface WasmDuckdb {
  instantiate(progress: () => void): Promise<unknown>;
  connect(): WasmConnection;
  registerFileText(name: string, text: string): void;
  dropFile(name: string): void;
}

interface WasmModule {
  createDuckDB(
    bundles: Readonly<Record<string, { readonly mainModule: string; readonly mainWorker: string }>>,
    logger: unknown,
    runtime: unknown,
  ): Promise<WasmDuckdb>;
  readonly VoidLogger: new () => unknown;
  readonly NODE_RUNTIME: unknown;
}

/** Rows handed over at a time. */
const ROWS = 50_000;

function load(database: WasmDuckdb, connection: WasmConnection, source: Database.Database, table: string): void {
  const columns = source.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).raw(true).all() as string[][];
  const types: Readonly<Record<string, string>> = { INTEGER: "bigint", REAL: "double", TEXT: "varchar" };
  connection.query(`create table ${table} (${columns.map(([name, type]) => `${name} ${types[type!]}`).join(", ")})`);
  let lines: string[] = [];
  const flush = () => {
    // Its reader of Parquet is fetched from the network; that of CSV is built in.
    database.registerFileText("rows", lines.join("\n"));
    connection.query(
      `insert into ${table} select * from read_csv('rows', delim = '\x01', header = false, quote = '', escape = '',
      auto_detect = false, columns = {${columns.map(([name, type]) => `${name}: '${types[type!]}'`).join(", ")}})`,
    );
    database.dropFile("rows");
    lines = [];
  };
  for (const row of source.prepare(`SELECT * FROM ${table}`).raw(true).iterate() as Iterable<unknown[]>) {
    lines.push(row.join("\x01"));
    if (lines.length === ROWS) flush();
  }
  if (lines.length > 0) flush();
}

/** DuckDB compiled to WebAssembly, whose tables are in memory and which has one thread here. */
export async function openDuckdbWasm({ tables, sourcePath }: ContenderInput): Promise<Contender> {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs");
  const wasm = require(path) as WasmModule;
  const bundle = (name: string) => ({ mainModule: join(dirname(path), `duckdb-${name}.wasm`), mainWorker: "" });
  const database = await wasm.createDuckDB(
    { mvp: bundle("mvp"), eh: bundle("eh") },
    new wasm.VoidLogger(),
    wasm.NODE_RUNTIME,
  );
  await database.instantiate(() => {});
  const connection = database.connect();
  const source = new Database(sourcePath, { readonly: true });
  for (const { name } of tables) load(database, connection, source, name);
  source.close();
  return {
    run: async (sql): Promise<Rows> => connection.query(sql).toArray().map((row) => row.toArray()),
    close: async () => {},
  };
}
