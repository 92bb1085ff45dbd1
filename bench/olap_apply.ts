/**
 * How fast the DuckDB mirror takes rows: first load, and transactions of 1 to 100,000 changes on a loaded table.
 *
 * The baseline is DuckDB alone: plain SQL on a file of its own that makes the same rows from `range()` and applies them with the
 * same atomicity, so nothing crosses from JavaScript. A ratio of 2 means that rhei takes twice as long.
 *
 *     deno run -A bench/olap_apply.ts [--rows 1000000]
 */
import { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
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

const TABLE: MirrorTable = {
  name: "lineitem",
  source: { name: "lineitem", columns: [], key: { kind: "rowid", alias: "id", accessName: "rowid" }, sql: "" },
  columns: COLUMNS.map(({ name, class: columnClass }) => ({ name, class: columnClass })),
  keyColumns: ["id"],
};
const SQL_TYPES = { integer: "bigint", real: "double", text: "varchar" } as const;
const BATCH_ROWS = 10_000;
const NO_KEYS: ColumnBatch = {
  rowCount: 0,
  columns: [{ class: "integer", data: new BigInt64Array(0), nulls: null }],
};

function makeBatch(rows: readonly number[], version: number): ColumnBatch {
  return {
    rowCount: rows.length,
    columns: COLUMNS.map(({ class: columnClass, js }) => {
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
  from: number,
  batches: readonly ColumnBatch[],
  load: boolean,
): Promise<void> {
  const transaction = await mirror.begin();
  if (load) await transaction.createTable(TABLE);
  for (const batch of batches) {
    if (load) await transaction.append(TABLE.name, batch);
    else await transaction.change(TABLE.name, batch, NO_KEYS);
  }
  await transaction.commit({ ...STATE, watermark: watermark(from) });
}

/** The same by plain SQL; `rows` gives a column `row`. */
async function baseline(duckdb: DuckDBConnection, rows: string, version: number, load: boolean): Promise<void> {
  const select = `select ${
    COLUMNS.map(({ sql, name }) => `${sql} as ${name}`)
  } from (select *, ${version} as version from ${rows})`;
  const definition = COLUMNS.map(({ name, class: columnClass }) => `${name} ${SQL_TYPES[columnClass]}`);
  const apply = load
    ? `create or replace table lineitem(${definition}); insert into lineitem ${select};`
    : `create or replace temp table staged as ${select};` +
      `delete from lineitem using temp.staged where lineitem.id = staged.id; insert into lineitem from temp.staged;`;
  await duckdb.run(`begin; ${apply} update state set watermark = ${version}; commit`);
}

/** Rows spread over the table, the same ones for the same arguments. */
const spread = (count: number, tableRows: number, round: number) => {
  const stride = Math.max(1, Math.floor(tableRows / count));
  return { first: (round * 7919) % stride, stride };
};

async function median(rounds: number, body: (round: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await body(round);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

/** Median milliseconds of transactions that update `size` rows, in the mirror and in the baseline. */
async function measureUpdates(
  mirror: OlapBackend,
  duckdb: DuckDBConnection,
  { size, tableRows, version }: { readonly size: number; readonly tableRows: number; readonly version: number },
) {
  const rounds = size <= 1000 ? 60 : 6;
  const batches = Array.from({ length: rounds }, (_, round) => {
    const { first, stride } = spread(size, tableRows, round);
    const rows = Array.from({ length: size }, (_, at) => first + at * stride);
    return Array.from(
      { length: Math.ceil(size / BATCH_ROWS) },
      (_, batch) => makeBatch(rows.slice(batch * BATCH_ROWS, (batch + 1) * BATCH_ROWS), version + round),
    );
  });
  const ours = await median(rounds, (round) => commitAll(mirror, version + round, batches[round]!, false));
  const theirs = await median(rounds, (round) => {
    const { first, stride } = spread(size, tableRows, round);
    return baseline(duckdb, `(select ${first} + range * ${stride} as row from range(${size}))`, version + round, false);
  });
  return { ours, theirs, rounds };
}

/** One line of the report. */
export interface Measurement {
  readonly name: string;
  readonly rowsPerSecond: number;
  readonly medianMs: number;
  readonly baselineMs: number;
}

/** Runs the benchmark on a table of `tableRows` and proves that mirror and baseline end with the same rows. */
export async function benchOlapApply(tableRows: number, sizes: readonly number[]): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  const mirror = await openDuckdb({ path: join(folder, "rhei") });
  const instance = await DuckDBInstance.create(join(folder, "baseline.duckdb"), { checkpoint_threshold: "64MB" });
  const duckdb = await instance.connect();
  const results: Measurement[] = [];
  const record = (name: string, rows: number, medianMs: number, baselineMs: number) =>
    results.push({ name, rowsPerSecond: rows / medianMs * 1000, medianMs, baselineMs });
  try {
    await duckdb.run("create table state(watermark bigint); insert into state values (0)");
    const all = Array.from({ length: Math.ceil(tableRows / BATCH_ROWS) }, (_, batch) => {
      const length = Math.min(BATCH_ROWS, tableRows - batch * BATCH_ROWS);
      return makeBatch(Array.from({ length }, (_, row) => batch * BATCH_ROWS + row), 0);
    });
    const loadMs = await median(1, () => commitAll(mirror, 0, all, true));
    const loadBaseline = await median(
      1,
      () => baseline(duckdb, `(select range as row from range(${tableRows}))`, 0, true),
    );
    record("first load", tableRows, loadMs, loadBaseline);
    let version = 1;
    for (const size of sizes) {
      const updates = await measureUpdates(mirror, duckdb, { size, tableRows, version });
      record(`${size.toLocaleString("en")} update${size === 1 ? "" : "s"}`, size, updates.ours, updates.theirs);
      version += updates.rounds;
    }
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
  for await (const batch of mirror.scan(TABLE.name)) {
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
  const { values } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } });
  const measurements = await benchOlapApply(Number(values.rows), [1, 10, 1000, 100_000]);
  for (const { name, rowsPerSecond, medianMs, baselineMs } of measurements) {
    const rate = Math.round(rowsPerSecond).toLocaleString("en").padStart(11);
    const ratio = (medianMs / baselineMs).toFixed(2);
    process.stdout.write(
      `${name.padEnd(16)} ${rate} rows/s  p50 ${medianMs.toFixed(2).padStart(9)} ms  plain DuckDB ${
        baselineMs.toFixed(2).padStart(9)
      } ms  ratio ${ratio}\n`,
    );
  }
}
