// deno-lint-ignore-file no-console -- a benchmark prints
/**
 * Sync benchmark: first load, applying inserts and updates, lag of small transactions, and what tracking costs the writer.
 *
 *     deno run -A bench/sync.ts [--rows 600000] [--changes 100000] [--olap duckdb|arrow] [--smoke]
 *
 * Every figure stands beside a baseline measured in the same run; the data is generated from a fixed seed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Database from "libsql";
import { TriggerLog } from "../src/cdc/mod.ts";
import { openArrow } from "../src/olap/arrow/mod.ts";
import { openDuckdb } from "../src/olap/duckdb/mod.ts";
import { openOltp } from "../src/oltp/mod.ts";
import { Synchronizer } from "../src/sync/mod.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "600000" },
    changes: { type: "string", default: "100000" },
    olap: { type: "string", default: "duckdb" },
    smoke: { type: "boolean", default: false },
  },
});
const LOAD_ROWS = values.smoke ? 5_000 : Number(values.rows);
const CHANGES = values.smoke ? 1_000 : Number(values.changes);
const LAG_ROUNDS = values.smoke ? 10 : 2000;
const LAG_ROWS = 10;
const INSERT_ROWS = values.smoke ? 2_000 : 100_000;
const BATCH_ROWS = 1_000;

const COLUMNS =
  "orderkey INTEGER, partkey INTEGER, suppkey INTEGER, linenumber INTEGER, quantity INTEGER, price REAL, discount REAL, tax REAL, " +
  "returnflag TEXT, linestatus TEXT, shipdate TEXT, commitdate TEXT, receiptdate TEXT, instruct TEXT, mode TEXT, comment TEXT";
const ORDER_COLUMNS = "id INTEGER PRIMARY KEY, customer INTEGER, status TEXT, total REAL, placed TEXT";

/** A small, fast generator with a fixed seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const INSTRUCTIONS = ["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"];
const MODES = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"];
const WORDS = "carefully final deposits sleep quickly among the ironic requests even packages haggle slyly bold".split(
  " ",
);

function lineItem(random: (below: number) => number, key: number): (number | string)[] {
  const date = () => `199${2 + random(7)}-0${1 + random(9)}-${10 + random(19)}`;
  const comment = Array.from({ length: 3 + random(4) }, () => WORDS[random(WORDS.length)]).join(" ");
  const flags = ["ANR"[random(3)] ?? "N", "FO"[random(2)] ?? "O"];
  return [
    ...[key >> 2, random(200_000), random(10_000), key & 3, 1 + random(50)],
    ...[random(10_000_000) / 100 + 0.001, random(11) / 100 + 0.0001, random(9) / 100 + 0.0001],
    ...flags,
    ...[date(), date(), date(), INSTRUCTIONS[random(4)] ?? "", MODES[random(7)] ?? "", comment],
  ];
}

function order(random: (below: number) => number, key: number): (number | string)[] {
  return [key, random(10_000), "FOP"[random(3)] ?? "F", random(1_000_000) / 100 + 0.001, `2024-0${1 + random(9)}-11`];
}

type Connection = InstanceType<typeof Database>;

function insertRows(database: Connection, table: string, rows: readonly (number | string)[][]): number {
  const insert = database.prepare(`INSERT INTO ${table} VALUES (${rows[0]?.map(() => "?").join(", ")})`);
  const startedMs = performance.now();
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    database.exec("BEGIN IMMEDIATE");
    for (const row of rows.slice(start, start + BATCH_ROWS)) insert.run(row);
    database.exec("COMMIT");
  }
  return performance.now() - startedMs;
}

type MakeRow = typeof lineItem;

function makeRows(
  random: (below: number) => number,
  from: number,
  count: number,
  make: MakeRow = lineItem,
): (number | string)[][] {
  return Array.from({ length: count }, (_, at) => make(random, from + at));
}

const perSecond = (count: number, ms: number) => `${Math.round(count / ms * 1000).toLocaleString("en").padStart(9)}/s`;

function report(what: string, count: number, ms: number, baseline: string, baselineMs: number): void {
  console.log(
    `${what.padEnd(30)}${perSecond(count, ms)}   ${baseline.padEnd(24)}${perSecond(count, baselineMs)}   ratio ${
      (baselineMs / ms).toFixed(2)
    }`,
  );
}

/** Time to read rows with the bare driver, all columns as they come. */
function readMs(database: Connection, table: string, where: string): number {
  const startedMs = performance.now();
  const rows = database.prepare(`SELECT * FROM ${table} WHERE ${where}`).raw(true).safeIntegers(true).iterate();
  let sum = 0;
  for (const row of rows) sum += (row as unknown[]).length;
  if (sum === 0) throw new Error("The baseline read nothing");
  return performance.now() - startedMs;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function main(folder: string): Promise<void> {
  const path = join(folder, "bench.db");
  const random = randomFrom(42);
  const writer = new Database(path);
  writer.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  writer.exec(`CREATE TABLE lineitem(${COLUMNS}); CREATE TABLE untracked(${COLUMNS})`);
  writer.exec(`CREATE TABLE orders(${ORDER_COLUMNS})`);
  for (let at = 0; at < LOAD_ROWS; at += 50_000) {
    insertRows(writer, "lineitem", makeRows(random, at, Math.min(50_000, LOAD_ROWS - at)));
  }
  const baseReadMs = readMs(writer, "lineitem", "true");

  const oltp = await openOltp({ path });
  const olap = await (values.olap === "arrow" ? openArrow : openDuckdb)({ path: join(folder, "mirror") });
  const source = new TriggerLog(oltp);
  const sync = new Synchronizer({ oltp, olap, source, trackMode: ["lineitem", "orders"] });
  const startedMs = performance.now();
  await sync.open();
  report("first load, 16 columns", LOAD_ROWS, performance.now() - startedMs, "bare read", baseReadMs);

  await compareSyncs(writer, sync, "orders", order, random, "total = total + 1, status = 'X'");
  await compareSyncs(writer, sync, "lineitem", lineItem, random, "quantity = quantity + 1, comment = 'changed'");

  await measureLag(writer, sync, "orders", order, random);
  await measureLag(writer, sync, "lineitem", lineItem, random);
  const idleMs = performance.now();
  for (let round = 0; round < 1000; round++) await sync.catchUp();
  console.log(`catchUp with nothing new       ${(performance.now() - idleMs).toFixed(1)} µs`);

  compareInserts(writer, random);
  const { equal } = await sync.verify();
  console.log(`mirror equal to source         ${equal}`);
  await sync.close();
  await olap.close();
  await oltp.close();
  writer.close();
  if (!equal) throw new Error("The mirror differs from its source");
}

/** Time from the commit of a small transaction until the mirror shows it, asked to at once. */
async function measureLag(
  writer: Connection,
  sync: Synchronizer,
  table: string,
  make: MakeRow,
  random: (below: number) => number,
): Promise<void> {
  const lags: number[] = [];
  const commits: number[] = [];
  for (let round = 0; round < LAG_ROUNDS; round++) {
    const rows = makeRows(random, 10_000_000 + round * LAG_ROWS, LAG_ROWS, make);
    commits.push(insertRows(writer, table, rows));
    const startedMs = performance.now();
    await sync.catchUp();
    lags.push(performance.now() - startedMs);
  }
  lags.sort((a, b) => a - b);
  commits.sort((a, b) => a - b);
  const shown = (of: readonly number[], share: number) => `${(percentile(of, share) * 1000).toFixed(0)} µs`;
  console.log(
    `${`lag of ${LAG_ROWS} rows, ${make(random, 0).length} columns`.padEnd(30)}p50 ${shown(lags, 0.5)}  p99 ${
      shown(lags, 0.99)
    }   their own commits p50 ${shown(commits, 0.5)}`,
  );
}

/** Syncs of `CHANGES` inserts and of as many updates, spread over the table; the table grows by what is inserted. */
async function compareSyncs(
  writer: Connection,
  sync: Synchronizer,
  table: string,
  make: MakeRow,
  random: (below: number) => number,
  update: string,
): Promise<void> {
  const width = make(random, 0).length;
  const [[before] = []] = writer.prepare(`SELECT ifnull(max(rowid), 0) FROM ${table}`).raw(true).all([]) as number[][];
  const from = before ?? 0;
  insertRows(writer, table, makeRows(random, from + 1, CHANGES, make));
  let startedMs = performance.now();
  await sync.syncNow();
  let syncMs = performance.now() - startedMs;
  report(`sync of inserts, ${width} columns`, CHANGES, syncMs, "bare read", readMs(writer, table, `rowid > ${from}`));

  const step = Math.max(1, Math.floor((from + CHANGES) / CHANGES));
  const changed = `rowid % ${step} = 0 AND rowid <= ${step * CHANGES}`;
  writer.exec(`UPDATE ${table} SET ${update} WHERE ${changed}`);
  startedMs = performance.now();
  const { changes } = await sync.syncNow();
  syncMs = performance.now() - startedMs;
  report(`sync of updates, ${width} columns`, changes, syncMs, "bare read", readMs(writer, table, changed));
}

/** Inserts into the tracked and the untracked table in turns; the best round of each counts. */
function compareInserts(writer: Connection, random: (below: number) => number): void {
  const [tracked, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    const rows = makeRows(random, 20_000_000 + round * INSERT_ROWS, INSERT_ROWS);
    bare.push(insertRows(writer, "untracked", rows));
    tracked.push(insertRows(writer, "lineitem", rows));
  }
  report("tracked inserts in batches", INSERT_ROWS, Math.min(...tracked), "untracked", Math.min(...bare));
}

const folder = mkdtempSync(join(tmpdir(), "rhei-bench-"));
try {
  await main(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
