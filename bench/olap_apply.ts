/**
 * How fast mirrors take rows: first load, and transactions of 1 to 100,000 changes on a loaded table; and how long a checkpoint and
 * opening the mirror again take. A commit is on disk with DuckDB; with the Arrow backend it is in memory, until a checkpoint.
 *
 * The baseline is DuckDB alone: plain SQL on a file of its own that makes the same rows from `range()` and applies them with the
 * same atomicity, so nothing crosses from JavaScript. A ratio of 2 means that rhei takes twice as long.
 *
 *     deno run -A bench/olap_apply.ts [--rows 1000000] [--columns 17|5] [--backend duckdb|arrow]
 */
import { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { openArrow } from "../src/olap/arrow/mod.ts";
import { openDuckdb } from "../src/olap/duckdb/mod.ts";
import type { OlapBackend } from "../src/olap/mod.ts";
import { type ColumnBatch, MIRROR_FORMAT_VERSION, type MirrorTable, watermark } from "../src/types/mod.ts";

/** The columns of TPC-H's lineitem after a rowid: JavaScript and DuckDB compute the same values from row and version. */
const COLUMNS = [
  { name: "id", class: "integer", js: (row: number) => row, sql: "row" },
  ...["orderkey", "partkey", "suppkey", "linenumber"].map((name, at) => ({
    name,
    class: "integer" as const,
    js: (row: number, version: number) => (row * (at + 7) + version) % 10_007,
    sql: `(row * ${at + 7} + version) % 10007`,
  })),
  ...["quantity", "extendedprice", "discount", "tax"].map((name, at) => ({
    name,
    class: "real" as const,
    js: (row: number, version: number) => ((row + version) % (1000 * (at + 1))) * 0.25,
    sql: `((row + version) % ${1000 * (at + 1)}) * 0.25::double`,
  })),
  ...["returnflag", "linestatus", "shipdate", "commitdate", "receiptdate", "shipinstruct", "shipmode", "comment"].map(
    (name, at) => {
      const text = [
        "R",
        "F",
        "1996-03-",
        "1996-02-",
        "1996-04-",
        "DELIVER IN PERSON ",
        "TRUCK ",
        "carefully final packages ",
      ];
      return {
        name,
        class: "text" as const,
        js: (row: number, version: number) => text[at]! + ((row + version) % (at < 2 ? 3 : at < 7 ? 28 : 100_003)),
        sql: `'${text[at]}' || ((row + version) % ${at < 2 ? 3 : at < 7 ? 28 : 100_003})`,
      };
    },
  ),
] as const;

type Columns = readonly (typeof COLUMNS)[number][];

/** A narrow table's: key, integer, real, text of few values, text of many. */
const FEW_COLUMNS = COLUMNS.filter(({ name }) =>
  ["id", "orderkey", "quantity", "returnflag", "comment"].includes(name)
);

const tableOf = (columns: Columns): MirrorTable => ({
  name: "lineitem",
  source: { name: "lineitem", columns: [], key: { kind: "rowid", alias: "id", accessName: "rowid" }, sql: "" },
  columns: columns.map(({ name, class: columnClass }) => ({ name, class: columnClass })),
  keyColumns: ["id"],
});

/** Kinds of mirrors. */
export type BackendName = "duckdb" | "arrow";

function openMirror(backend: BackendName, path: string): Promise<OlapBackend> {
  if (backend === "duckdb") return openDuckdb({ path });
  const unwanted = () => {
    throw new Error("No queries here");
  };
  const noQueries = { compile: unwanted, run: unwanted, explain: unwanted, analyze: unwanted, close: async () => {} };
  return openArrow({ path }, () => noQueries);
}
const SQL_TYPES = { integer: "bigint", real: "double", text: "varchar" } as const;
const BATCH_ROWS = 10_000;
const NO_KEYS: ColumnBatch = {
  rowCount: 0,
  columns: [{ class: "integer", data: new BigInt64Array(0), nulls: null }],
};

function makeBatch(columns: Columns, rows: readonly number[], version: number): ColumnBatch {
  return {
    rowCount: rows.length,
    columns: columns.map(({ class: columnClass, js }) => {
      const values = rows.map((row) => js(row, version));
      if (columnClass === "integer") return { class: "integer", data: BigInt64Array.from(values, BigInt), nulls: null };
      if (columnClass === "real") return { class: "real", data: Float64Array.from(values as number[]), nulls: null };
      return { class: "text", data: values as string[] };
    }),
  };
}

const STATE = {
  formatVersion: MIRROR_FORMAT_VERSION,
  databaseId: "bench",
  token: "",
  previousToken: "",
  schemaVersion: 1,
};

async function commitAll(
  mirror: OlapBackend,
  table: MirrorTable,
  from: number,
  batches: readonly ColumnBatch[],
  load: boolean,
): Promise<void> {
  const transaction = await mirror.begin();
  if (load) await transaction.createTable(table);
  for (const batch of batches) {
    if (load) await transaction.append(table.name, batch);
    else await transaction.change(table.name, batch, NO_KEYS);
  }
  await transaction.commit({ ...STATE, watermark: watermark(from) });
}

/** The same by plain SQL; `rows` gives a column `row`. */
async function baseline(
  duckdb: DuckDBConnection,
  columns: Columns,
  rows: string,
  version: number,
  load: boolean,
): Promise<void> {
  const select = `select ${
    columns.map(({ sql, name }) => `${sql} as ${name}`)
  } from (select *, ${version} as version from ${rows})`;
  const definition = columns.map(({ name, class: columnClass }) => `${name} ${SQL_TYPES[columnClass]}`);
  const apply = load
    ? `create or replace table lineitem(${definition}); insert into lineitem ${select};`
    : `create or replace temp table staged as ${select};` +
      `delete from lineitem using temp.staged where lineitem.id = staged.id; insert into lineitem from temp.staged;`;
  await duckdb.run(`begin; ${apply} update state set watermark = ${version}; commit`);
}

/** Rows of a transaction: spread over the table, the same ones for the same arguments; or behind all others. */
function rowsOf(kind: "updates" | "inserts", size: number, tableRows: number, round: number) {
  if (kind === "inserts") return { first: tableRows + round * size, stride: 1 };
  const stride = Math.max(1, Math.floor(tableRows / size));
  return { first: (round * 7919) % stride, stride };
}

async function median(rounds: number, body: (round: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await body(round);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

/** A mirror and plain DuckDB, with a table of so many rows in both. */
interface Pair {
  readonly mirror: OlapBackend;
  readonly duckdb: DuckDBConnection;
  readonly columns: Columns;
  readonly tableRows: number;
}

/** Median milliseconds of transactions of `size` changes, in the mirror and in the baseline. */
async function measureChanges(
  { mirror, duckdb, columns, tableRows }: Pair,
  kind: "updates" | "inserts",
  size: number,
  version: number,
) {
  const rounds = size <= 1000 ? 60 : 6;
  const batches = Array.from({ length: rounds }, (_, round) => {
    const { first, stride } = rowsOf(kind, size, tableRows, round);
    const rows = Array.from({ length: size }, (_, at) => first + at * stride);
    return Array.from(
      { length: Math.ceil(size / BATCH_ROWS) },
      (_, batch) => makeBatch(columns, rows.slice(batch * BATCH_ROWS, (batch + 1) * BATCH_ROWS), version + round),
    );
  });
  const table = tableOf(columns);
  const ours = await median(rounds, (round) => commitAll(mirror, table, version + round, batches[round]!, false));
  const theirs = await median(rounds, (round) => {
    const { first, stride } = rowsOf(kind, size, tableRows, round);
    const rows = `(select ${first} + range * ${stride} as row from range(${size}))`;
    return baseline(duckdb, columns, rows, version + round, false);
  });
  return { ours, theirs, rounds };
}

/** One line of the report. */
export interface Measurement {
  readonly name: string;
  readonly rowsPerSecond: number;
  readonly medianMs: number;
  /** `null` where plain DuckDB has nothing to compare. */
  readonly baselineMs: number | null;
}

/** What to measure. */
export interface ApplyBench {
  readonly backend: BackendName;
  readonly tableRows: number;
  readonly columnCount: 5 | 17;
  /** Sizes of transactions of updates; inserts are measured in the largest. */
  readonly sizes: readonly number[];
}

/** Runs the benchmark and proves that mirror and baseline end with the same rows. */
export async function benchOlapApply({ backend, tableRows, columnCount, sizes }: ApplyBench): Promise<Measurement[]> {
  const columns: Columns = columnCount === 5 ? FEW_COLUMNS : COLUMNS;
  const folder = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  let mirror = await openMirror(backend, join(folder, "rhei"));
  const instance = await DuckDBInstance.create(join(folder, "baseline.duckdb"), { checkpoint_threshold: "64MB" });
  const duckdb = await instance.connect();
  const results: Measurement[] = [];
  const record = (name: string, rows: number, medianMs: number, baselineMs: number | null) =>
    results.push({ name, rowsPerSecond: rows / medianMs * 1000, medianMs, baselineMs });
  try {
    await duckdb.run("create table state(watermark bigint); insert into state values (0)");
    const all = Array.from({ length: Math.ceil(tableRows / BATCH_ROWS) }, (_, batch) => {
      const length = Math.min(BATCH_ROWS, tableRows - batch * BATCH_ROWS);
      return makeBatch(columns, Array.from({ length }, (_, row) => batch * BATCH_ROWS + row), 0);
    });
    const loadMs = await median(1, () => commitAll(mirror, tableOf(columns), 0, all, true));
    // At once: a large load also begins one by itself, which this waits for.
    const checkpointMs = await median(1, () => mirror.checkpoint());
    const rows = `(select range as row from range(${tableRows}))`;
    record("first load", tableRows, loadMs, await median(1, () => baseline(duckdb, columns, rows, 0, true)));
    record("checkpoint", tableRows, checkpointMs, null);
    let version = 1;
    const kinds = [...sizes.map((size) => ["updates", size] as const), ["inserts", Math.max(...sizes)] as const];
    for (const [kind, size] of kinds) {
      const { ours, theirs, rounds } = await measureChanges(
        { mirror, duckdb, columns, tableRows },
        kind,
        size,
        version,
      );
      record(`${size.toLocaleString("en")} ${size === 1 ? kind.slice(0, -1) : kind}`, size, ours, theirs);
      version += rounds;
    }
    await mirror.close();
    const openMs = await median(1, async () => {
      mirror = await openMirror(backend, join(folder, "rhei"));
    });
    record("opened again", await mirror.rowCount("lineitem"), openMs, null);
    assert.equal(await hashOfMirror(mirror), await hashOfBaseline(duckdb), "mirror and baseline hold the same rows");
  } finally {
    await mirror.close();
    duckdb.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
  return results;
}

async function hashOfMirror(mirror: OlapBackend): Promise<string> {
  let hash = 0n;
  let rows = 0;
  for await (const batch of mirror.scan("lineitem")) {
    for (const row of batch) hash = hashRow(hash, row);
    rows += batch.length;
  }
  return `${rows} rows, ${hash}`;
}

async function hashOfBaseline(duckdb: DuckDBConnection): Promise<string> {
  const reader = await duckdb.runAndReadAll("select * from lineitem order by id");
  const rows = reader.getRows();
  return `${rows.length} rows, ${rows.reduce((hash, row) => hashRow(hash, row), 0n)}`;
}

/** FNV-1a over the values as text. */
function hashRow(hash: bigint, row: readonly unknown[]): bigint {
  let low = Number(hash);
  for (const char of row.join("|")) low = Math.imul(low ^ char.codePointAt(0)!, 16777619) >>> 0;
  return BigInt(low);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "1000000" },
      columns: { type: "string", default: "17" },
      backend: { type: "string", multiple: true, default: ["duckdb", "arrow"] },
    },
  });
  const columnCount = values.columns === "5" ? 5 : 17;
  const reports = [];
  for (const backend of values.backend as BackendName[]) {
    const sizes = [1, 10, 1000, 100_000];
    reports.push(await benchOlapApply({ backend, tableRows: Number(values.rows), columnCount, sizes }));
  }
  for (const [at, { name }] of reports[0]!.entries()) {
    const figures = reports.map((report, index) => {
      const { rowsPerSecond, medianMs, baselineMs } = report[at]!;
      const rate = Math.round(rowsPerSecond).toLocaleString("en").padStart(10);
      const ratio = baselineMs === null ? "     -" : (medianMs / baselineMs).toFixed(2).padStart(6);
      return `${values.backend[index]} ${rate} rows/s ${medianMs.toFixed(2).padStart(8)} ms  to plain DuckDB ${ratio}`;
    });
    process.stdout.write(`${name.padEnd(16)} ${figures.join("   ")}\n`);
  }
}
