/**
 * Analytical queries through rhei and its DuckDB mirror (route olap, freshness latest), against DuckDB alone on native tables of the
 * same data and types, and against libSQL. Same threads, warm, contenders in turns, median of the runs.
 *
 *     deno run -A bench/queries.ts [DIR] [--runs 5] [--threads 2] [--orders 20000] [--no-libsql]
 *
 * DIR holds `*.parquet` and `*.sql` files (TPC-H, say); without it the bench makes a small warehouse of its own.
 * Aim: geometric mean of rhei / DuckDB at most 1.15.
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import Database from "libsql";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { HtapEngine } from "../mod.ts";
import { loadSqlite } from "./support/load_sqlite.ts";
import { resultHash } from "./support/result_hash.ts";
import { geometricMean, inTurns, median } from "./support/timing.ts";
import { makeWarehouse, type Warehouse, warehouseIn } from "./support/warehouse.ts";

/** What to measure. */
export interface QueryBenchOptions {
  /** Folder of Parquet files and queries, or `null` for a warehouse made here. */
  readonly folder: string | null;
  readonly runs: number;
  readonly threads: number;
  /** Orders in a warehouse made here; four times as many lines. */
  readonly orders: number;
  readonly libsql: boolean;
}

/** Medians of one query, in milliseconds; `libsqlMs` is `null` when it was left out. */
export interface QueryTimes {
  readonly query: string;
  readonly rheiMs: number;
  readonly duckdbMs: number;
  readonly libsqlMs: number | null;
  /** Of the result, equal for all contenders. */
  readonly hash: string;
}

type Rows = readonly (readonly unknown[])[];

async function nativeTables(connection: DuckDBConnection, warehouse: Warehouse): Promise<void> {
  for (const { name, path } of warehouse.tables) {
    const columns = (await connection.runAndReadAll(`describe select * from '${path}'`)).getRows();
    // The mirror's own types: 64-bit integers, doubles, text.
    const casts = columns.map(([column, type]) =>
      /INT/.test(String(type)) ? `${column}::bigint as ${column}` : String(column)
    );
    await connection.run(`create table ${name} as select ${casts.join(", ")} from '${path}'`);
  }
}

async function benchOne(
  query: Warehouse["queries"][number],
  contenders: readonly (() => Promise<Rows>)[],
  runs: number,
): Promise<QueryTimes> {
  const hashes = [];
  for (const contender of contenders) hashes.push(resultHash(await contender()));
  if (new Set(hashes).size !== 1) throw new Error(`Results of ${query.name} differ: ${hashes.join(", ")}`);
  const [rheiMs, duckdbMs, libsqlMs] = (await inTurns(contenders, runs)).map(median);
  return { query: query.name, rheiMs: rheiMs!, duckdbMs: duckdbMs!, libsqlMs: libsqlMs ?? null, hash: hashes[0]! };
}

async function measure(scratch: string, options: QueryBenchOptions): Promise<QueryTimes[]> {
  const { folder, runs, threads } = options;
  const warehouse = folder === null
    ? await makeWarehouse(join(scratch, "parquet"), options.orders)
    : await warehouseIn(folder);
  const instance = await DuckDBInstance.create(join(scratch, "native.duckdb"), { threads: String(threads) });
  const native = await instance.connect();
  await nativeTables(native, warehouse);
  await native.run("checkpoint");
  const path = join(scratch, "bench.db");
  const libsql = new Database(path);
  libsql.exec("PRAGMA journal_mode = WAL");
  await loadSqlite(native, libsql, warehouse.tables);
  const engine = await HtapEngine.open({ oltpPath: path, threads, syncIntervalMs: 0 });
  try {
    await engine.syncNow();
    const times: QueryTimes[] = [];
    for (const query of warehouse.queries) {
      const { sql } = query;
      const rows = libsql.prepare(sql).raw(true);
      times.push(
        await benchOne(query, [
          async () => (await engine.query(sql, [], { route: "olap", freshness: "latest" })).exactRows(),
          async () => (await native.runAndReadAll(sql)).getRows(),
          ...(options.libsql ? [() => Promise.resolve(rows.all() as unknown[][])] : []),
        ], runs),
      );
    }
    return times;
  } finally {
    await engine.close();
    libsql.close();
    native.closeSync();
    instance.closeSync();
  }
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchQueries(options: QueryBenchOptions): Promise<QueryTimes[]> {
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    return await measure(scratch, options);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** A table for people; the last line has the geometric means. */
export function describeQueryTimes(times: readonly QueryTimes[]): string {
  const cells = (...values: readonly string[]): string => values.map((value) => value.padStart(12)).join("");
  const ratio = (a: number, b: number | null): string => b === null ? "" : (a / b).toFixed(2);
  const lines = times.map(({ query, rheiMs, duckdbMs, libsqlMs, hash }) =>
    cells(
      query,
      rheiMs.toFixed(2),
      duckdbMs.toFixed(2),
      libsqlMs?.toFixed(1) ?? "",
      ratio(rheiMs, duckdbMs),
      ratio(rheiMs, libsqlMs),
      "",
    ) + hash
  );
  const overDuckdb = geometricMean(times.map(({ rheiMs, duckdbMs }) => rheiMs / duckdbMs)).toFixed(3);
  const withLibsql = times.filter(({ libsqlMs }) => libsqlMs !== null);
  const overLibsql = withLibsql.length === 0
    ? ""
    : geometricMean(withLibsql.map(({ rheiMs, libsqlMs }) => rheiMs / libsqlMs!)).toFixed(3);
  return [
    cells("query", "rhei ms", "duckdb ms", "libsql ms", "rhei/duckdb", "rhei/libsql", "  result"),
    ...lines,
    cells("geomean", "", "", "", overDuckdb, overLibsql),
  ].join("\n");
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "5" },
      threads: { type: "string", default: String(availableParallelism()) },
      orders: { type: "string", default: "20000" },
      "no-libsql": { type: "boolean", default: false },
    },
  });
  const times = await benchQueries({
    folder: positionals[0] ?? null,
    runs: Number(values.runs),
    threads: Number(values.threads),
    orders: Number(values.orders),
    libsql: !values["no-libsql"],
  });
  process.stdout.write(`${describeQueryTimes(times)}\n`);
}
