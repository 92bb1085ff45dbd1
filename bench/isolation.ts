/**
 * Whether analytical queries hold writers up: transactions of ten inserts through the engine, alone and while queries run through it one
 * after the other without a pause, in turns. The sync loop runs in both, as it does by default.
 *
 *     deno run -A bench/isolation.ts [DIR | --sf 0.1] [--olap arrow] [--threads 1] [--freshness latest] [--seconds 5] [--rounds 3]
 *         [--cache DIR]
 *
 * DIR holds `*.parquet` and `*.sql` files; `--sf` makes TPC-H at a scale, otherwise the bench makes a small warehouse of its own
 * (`--orders 100000`). `--cache` keeps what was made. `--threads` are those a query may use: by default one less than the machine's
 * cores, so that the writer has one to itself.
 * Aim: writers keep at least 85 % of their throughput.
 */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Freshness, HtapEngine } from "../mod.ts";
import { makeSource, type SourceRequest } from "./support/source.ts";
import { median } from "./support/timing.ts";
import type { Warehouse } from "./support/warehouse.ts";

/** What to measure. */
export interface IsolationBench {
  /** What the queries run over. */
  readonly source: SourceRequest;
  /** Folder that keeps what was made for later runs, or `null`. */
  readonly cache: string | null;
  readonly backend: "arrow" | "duckdb";
  /** Threads a query may use. */
  readonly threads: number;
  readonly freshness: Freshness;
  /** Of each measurement. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Medians over the rounds. */
export interface Isolation {
  /** Transactions per second without and with queries. */
  readonly alone: number;
  readonly beside: number;
  /** Queries per second meanwhile. */
  readonly queries: number;
  /** Time a transaction took beside queries that only one in a hundred exceeded, in milliseconds. */
  readonly p99Ms: number;
}

const ROWS_PER_TRANSACTION = 10;
const INSERT = "insert into writes values (?, ?, ?, ?, ?)";

/** Writes one transaction after the other. */
class Writer {
  readonly #db: HtapEngine;
  #id = 0;

  constructor(db: HtapEngine) {
    this.#db = db;
  }

  get rowsWritten(): number {
    return this.#id;
  }

  /** Gives the time of each transaction in milliseconds. */
  async run(seconds: number): Promise<number[]> {
    const times: number[] = [];
    const startMs = performance.now();
    let nowMs = startMs;
    while (nowMs - startMs < seconds * 1000) {
      await this.#db.batch(Array.from({ length: ROWS_PER_TRANSACTION }, () => {
        const id = this.#id++;
        return { sql: INSERT, params: [id, id % 977, "FOP"[id % 3]!, id * 0.37, "1996-03-13"] };
      }));
      // As if the next one came from outside: a chain of promises alone would let nothing else have a turn.
      await nextTurn();
      const endMs = performance.now();
      times.push(endMs - nowMs);
      nowMs = endMs;
    }
    return times;
  }
}

/** Runs queries one after the other until told to end; gives how many. */
async function query(
  db: HtapEngine,
  queries: Warehouse["queries"],
  freshness: Freshness,
  control: { ended: boolean },
): Promise<number> {
  let count = 0;
  while (!control.ended) {
    await db.query(queries[count++ % queries.length]!.sql, [], { route: "olap", freshness });
    await nextTurn();
  }
  return count;
}

async function measure(db: HtapEngine, warehouse: Warehouse, options: IsolationBench): Promise<Isolation> {
  const { seconds, rounds, freshness } = options;
  const writer = new Writer(db);
  const [alone, beside, queries, p99]: [number[], number[], number[], number[]] = [[], [], [], []];
  const perSecond = (times: readonly number[]) => times.length / times.reduce((sum, time) => sum + time, 0) * 1000;
  // Every query once: the first run compiles it.
  for (const { sql } of warehouse.queries) await db.query(sql, [], { route: "olap" });
  await writer.run(seconds / 5);
  for (let round = 0; round < rounds; round++) {
    alone.push(perSecond(await writer.run(seconds)));
    const control = { ended: false };
    const reading = query(db, warehouse.queries, freshness, control);
    const times = await writer.run(seconds);
    control.ended = true;
    beside.push(perSecond(times));
    queries.push(await reading / seconds);
    p99.push(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!);
  }
  const counted = await db.query("select count(*) from writes", [], { route: "olap" });
  assert.deepEqual(counted.values(), [[writer.rowsWritten]], "the mirror has every row written");
  return { alone: median(alone), beside: median(beside), queries: median(queries), p99Ms: median(p99) };
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchIsolation(options: IsolationBench): Promise<Isolation> {
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const { source, backend, threads } = options;
    const { warehouse, sourcePath } = await makeSource(source, options.cache ?? scratch);
    const path = join(scratch, "bench.db");
    await copyFile(sourcePath, path);
    await using db = await HtapEngine.open({ oltpPath: path, threads, olap: { backend } });
    await db.execute(
      "create table writes (id integer primary key, customer integer, status text, total real, placed text)",
    );
    await db.syncNow();
    return await measure(db, warehouse, options);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      olap: { type: "string", default: "arrow" },
      threads: { type: "string", default: String(Math.max(1, availableParallelism() - 1)) },
      freshness: { type: "string", default: "latest" },
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      sf: { type: "string" },
      orders: { type: "string", default: "100000" },
      cache: { type: "string" },
    },
  });
  const [folder] = positionals;
  const { alone, beside, queries, p99Ms } = await benchIsolation({
    source: folder !== undefined
      ? { kind: "folder", folder }
      : values.sf !== undefined
      ? { kind: "tpch", scale: Number(values.sf) }
      : { kind: "small", orders: Number(values.orders) },
    cache: values.cache ?? null,
    backend: values.olap === "duckdb" ? "duckdb" : "arrow",
    threads: Number(values.threads),
    freshness: values.freshness as Freshness,
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
  });
  const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString("en")} transactions/s`;
  process.stdout.write(
    `writers alone   ${rate(alone)}\nbeside queries  ${rate(beside)}  p99 ${p99Ms.toFixed(2)} ms  ` +
      `(${queries.toFixed(1)} queries/s)\nratio           ${(beside / alone).toFixed(3)}\n`,
  );
}
