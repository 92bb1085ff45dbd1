/**
 * `FOR SYSTEM_TIME AS OF` in temporal mode over a million versions, against the same queries on the current rows of the same table.
 *
 *     deno run -A bench/as_of.ts [--versions 1000000] [--each 2,4] [--olap arrow,duckdb] [--runs 11] [--threads N]
 *
 * Every row gets `--each` versions: it is inserted, then changed by transactions that change all rows. What a query said of the current
 * rows before each change must be what `AS OF` says of that moment later. Aim: within 2 times the query on current rows.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { HtapEngine } from "../mod.ts";
import { resultHash } from "./support/result_hash.ts";
import { inTurns, median } from "./support/timing.ts";

/** What to measure. */
export interface AsOfBench {
  readonly backends: readonly ("arrow" | "duckdb")[];
  /** Versions of all rows together, and of each row. */
  readonly versions: number;
  readonly each: readonly number[];
  readonly runs: number;
  /** Threads a query may use. */
  readonly threads: number;
}

/** Medians of one query, in milliseconds. */
export interface AsOfTimes {
  readonly backend: "arrow" | "duckdb";
  readonly query: string;
  readonly rows: number;
  readonly versionsEach: number;
  readonly currentMs: number;
  /** As of a moment between the first and the second version of all rows, and of one after the last change. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Of what the query says of the first moment. */
  readonly hash: string;
}

/** `table` stands for the readings with or without a moment. */
const QUERIES: readonly { readonly name: string; readonly sql: (table: string) => string }[] = [
  {
    name: "summary",
    sql: (table) =>
      `SELECT kind, count(*), sum(amount), min(amount), max(amount) FROM ${table} r GROUP BY kind ORDER BY kind`,
  },
  { name: "filter", sql: (table) => `SELECT count(*), sum(amount) FROM ${table} r WHERE r.amount % 100 = 7` },
  {
    name: "join",
    sql: (table) =>
      `SELECT s.region, count(*), sum(r.amount) FROM ${table} r JOIN sensors s ON s.id = r.sensor GROUP BY s.region ORDER BY 1`,
  },
];

const SENSORS = 1_000;

/** A moment between changes: the clock moves on before it and after it. */
async function moment(): Promise<string> {
  await pause(5);
  const now = new Date().toISOString();
  await pause(5);
  return now;
}

async function measure(
  oltpPath: string,
  backend: AsOfTimes["backend"],
  versionsEach: number,
  { versions, runs, threads }: AsOfBench,
): Promise<AsOfTimes[]> {
  const rows = Math.floor(versions / versionsEach);
  await using db = await HtapEngine.open({
    oltpPath,
    olap: { backend },
    syncMode: "temporal",
    syncIntervalMs: 0,
    threads,
  });
  await db.execute("CREATE TABLE sensors (id INTEGER PRIMARY KEY, region TEXT)");
  await db.execute(
    "CREATE TABLE readings (id INTEGER PRIMARY KEY, sensor INTEGER, kind TEXT, amount INTEGER, note TEXT)",
  );
  await db.syncNow();
  const series = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) INSERT INTO`;
  await db.execute(`${series(SENSORS)} sensors SELECT i, 'region ' || (i % 7) FROM n`);
  await db.execute(
    `${
      series(rows)
    } readings SELECT i, 1 + i * 31 % ${SENSORS}, 'kind ' || (i % 5), i * 7919 % 100003, 'note ' || (i % 97) FROM n`,
  );
  await db.syncNow();
  const ask = async (sql: string) => (await db.query(sql, [], { route: "olap" })).values();
  const before = await Promise.all(QUERIES.map(async ({ sql }) => resultHash(await ask(sql("readings")))));
  const first = await moment();
  for (let version = 2; version <= versionsEach; version++) {
    await db.execute("UPDATE readings SET amount = (amount * 31 + id) % 100003");
    await db.syncNow();
  }
  const last = await moment();

  const times: AsOfTimes[] = [];
  for (const [at, { name, sql }] of QUERIES.entries()) {
    const asOf = (time: string) => sql(`readings FOR SYSTEM_TIME AS OF '${time}'`);
    const current = resultHash(await ask(sql("readings")));
    assert.equal(resultHash(await ask(asOf(first))), before[at], `${name} as of the first moment`);
    assert.equal(resultHash(await ask(asOf(last))), current, `${name} as of the last moment`);
    const texts = [sql("readings"), asOf(first), asOf(last)];
    const measured = await inTurns(texts.map((text) => () => ask(text)), runs);
    const [currentMs, firstMs, lastMs] = measured.map(median) as [number, number, number];
    times.push({ backend, query: name, rows, versionsEach, currentMs, firstMs, lastMs, hash: before[at]! });
  }
  return times;
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchAsOf(bench: AsOfBench): Promise<readonly AsOfTimes[]> {
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const times: AsOfTimes[] = [];
    for (const each of bench.each) {
      for (const backend of bench.backends) {
        times.push(...await measure(join(scratch, `${backend}-${each}.db`), backend, each, bench));
      }
    }
    return times;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** One line per query. */
export function describeAsOfTimes(times: readonly AsOfTimes[]): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`.padStart(11);
  return times.map(({ backend, query, rows, versionsEach, currentMs, firstMs, lastMs, hash }) =>
    `${backend.padEnd(7)} ${query.padEnd(8)} ${rows.toLocaleString("en").padStart(9)} rows × ${versionsEach}  current ${
      ms(currentMs)
    }  as of the first ${ms(firstMs)} ratio ${(firstMs / currentMs).toFixed(2)}  as of the last ${ms(lastMs)} ratio ${
      (lastMs / currentMs).toFixed(2)
    }  hash ${hash}`
  ).join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      olap: { type: "string", default: "arrow,duckdb" },
      versions: { type: "string", default: "1000000" },
      each: { type: "string", default: "2,4" },
      runs: { type: "string", default: "11" },
      threads: { type: "string", default: String(availableParallelism()) },
    },
  });
  const times = await benchAsOf({
    backends: values.olap.split(",").map((name) => name === "duckdb" ? "duckdb" : "arrow"),
    versions: Number(values.versions),
    each: values.each.split(",").map(Number),
    runs: Number(values.runs),
    threads: Number(values.threads),
  });
  process.stdout.write(`${describeAsOfTimes(times)}\n`);
}
