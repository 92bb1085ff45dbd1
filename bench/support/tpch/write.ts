import { DuckDBInstance } from "@duckdb/node-api";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { TpchGenerator, type TpchRow, type TpchTable } from "./generate.ts";

/** Of every table, in DuckDB's types: 64-bit integers, doubles, dates as text `YYYY-MM-DD`. */
const COLUMNS: Readonly<Record<TpchTable, string>> = {
  region: "r_regionkey bigint, r_name text, r_comment text",
  nation: "n_nationkey bigint, n_name text, n_regionkey bigint, n_comment text",
  supplier:
    "s_suppkey bigint, s_name text, s_address text, s_nationkey bigint, s_phone text, s_acctbal double, s_comment text",
  part: "p_partkey bigint, p_name text, p_mfgr text, p_brand text, p_type text, p_size bigint, p_container text, " +
    "p_retailprice double, p_comment text",
  partsupp: "ps_partkey bigint, ps_suppkey bigint, ps_availqty bigint, ps_supplycost double, ps_comment text",
  customer: "c_custkey bigint, c_name text, c_address text, c_nationkey bigint, c_phone text, c_acctbal double, " +
    "c_mktsegment text, c_comment text",
  orders: "o_orderkey bigint, o_custkey bigint, o_orderstatus text, o_totalprice double, o_orderdate text, " +
    "o_orderpriority text, o_clerk text, o_shippriority bigint, o_comment text",
  lineitem:
    "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber bigint, l_quantity double, l_extendedprice double, " +
    "l_discount double, l_tax double, l_returnflag text, l_linestatus text, l_shipdate text, l_commitdate text, l_receiptdate text, " +
    "l_shipinstruct text, l_shipmode text, l_comment text",
};

const TABLES = Object.keys(COLUMNS) as readonly TpchTable[];

/** Lines written to a file at a time. */
const LINES = 8192;

/** A text file of lines, fields apart by `|`, which no value holds. */
class LineFile {
  readonly #file: number;
  #lines: string[] = [];

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  add(row: TpchRow): void {
    this.#lines.push(row.join("|"));
    if (this.#lines.length === LINES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }
}

/** Writes TPC-H's tables as `TABLE.parquet` into a folder, which it makes. At scale 1 it takes about half a minute. */
export async function writeTpch(folder: string, scale: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = (table: TpchTable): string => join(folder, `${table}.lines`);
  const files = new Map(TABLES.map((table) => [table, new LineFile(path(table))]));
  new TpchGenerator(scale).generate((table, row) => files.get(table)!.add(row));
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    for (const table of TABLES) {
      files.get(table)!.close();
      const columns = COLUMNS[table].split(", ").map((column) => `'${column.replace(" ", "': '")}'`);
      const lines = `read_csv('${
        path(table)
      }', delim = '|', header = false, quote = '', escape = '', auto_detect = false,
        columns = {${columns.join(", ")}})`;
      await connection.run(`copy (select * from ${lines}) to '${join(folder, `${table}.parquet`)}' (format parquet)`);
      rmSync(path(table));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
