/**
 * Sync: first load, cycles of 1 to 100,000 inserts, updates, deletes and a mixture, and what capture costs the writer, with both mirrors
 * in both modes.
 *
 *     deno run -A bench/sync.ts [--olap arrow,duckdb] [--mode destructive,temporal] [--rows 400000] [--sizes 1,10,1000,100000]
 *         [--kinds insert,update,delete,mixed] [--parts load,cycles,capture] [--budget 1500]
 *
 * Each figure is printed as soon as it is measured. `--budget` bounds the time of one of them, in milliseconds; large cycles are run at
 * least twice whatever that takes, so that 100,000 changes go beyond it.
 *
 * A cycle is one transaction and the sync that brings it to the mirror, which ends when the mirror shows it. Beside each figure stands
 * what the writer did in the same run: a ratio above 1 says that the mirror follows faster than the changes are made. Beside the first
 * load stands the bare driver that reads the table's rows. Data and changes come from fixed seeds; at the end every mirror has been
 * compared with its source.
 *
 * The last table sets the figures beside those published of another engine on other hardware, for orientation: a ratio above 1 says that
 * rhei is ahead. Aim of capture: at least 0.6 of the untracked rate.
 */
import assert from "node:assert/strict";
import Database from "libsql";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { HtapEngine } from "../mod.ts";
import { type CaptureCost, measureCapture, untrackedName } from "./support/sync/capture.ts";
import { CHANGE_KINDS, type ChangeKind, Changes, type CycleTimes, measureCycles } from "./support/sync/cycles.ts";
import { besidePublished, describeCapture, describeCycle, describeLoad, HEADINGS } from "./support/sync/describe.ts";
import { CUSTOMERS, LINES, ORDERS, type Shape } from "./support/sync/rows.ts";
import type { Backend, LoadTimes, Mode, SyncTimes } from "./support/sync/times.ts";
import { Random } from "./support/tpch/random.ts";

/** What to measure. */
export interface SyncBench {
  readonly backends: readonly Backend[];
  readonly modes: readonly Mode[];
  readonly parts: readonly Part[];
  /** Rows of each table at the start. */
  readonly rows: number;
  /** Changes in a cycle. */
  readonly sizes: readonly number[];
  readonly kinds: readonly ChangeKind[];
  /** A figure is measured until this time is over, in milliseconds, or the cycles are. */
  readonly budgetMs: number;
  readonly cyclesMin: number;
  readonly cyclesMax: number;
  /** Rows written to see the cost of capture, in each round. */
  readonly captureRows: number;
  /** Receives each line as soon as its figure is there. */
  readonly report: (line: string) => void;
}

/** What may be left out; the first load is always made. */
export type Part = "load" | "cycles" | "capture";

const SHAPES: readonly Shape[] = [ORDERS, LINES, CUSTOMERS];
const LOAD_BATCH_ROWS = 10_000;
const CAPTURE_BATCH_ROWS = 1_000;
const IDLE_SYNCS = 100;
/** First loads; the best counts. */
const LOADS = 2;

/** Runs the bench in a scratch folder, which it removes. */
export async function benchSync(bench: SyncBench): Promise<readonly SyncTimes[]> {
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const base = join(scratch, "base.db");
    writeTables(base, bench.rows);
    const times: SyncTimes[] = [];
    for (const backend of bench.backends) {
      for (const mode of bench.modes) {
        bench.report(`${backend}, ${mode}`);
        const path = join(scratch, `${backend}-${mode}.db`);
        times.push(await measure(base, path, backend, mode, bench));
        bench.report("");
      }
    }
    for (const line of besidePublished(times)) bench.report(line);
    return times;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function writeTables(path: string, rows: number): void {
  const database = new Database(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    const random = new Random(1);
    for (const shape of SHAPES) {
      database.exec(`CREATE TABLE ${shape.name} (${shape.columns})`);
      database.exec(`CREATE TABLE ${untrackedName(shape)} (${shape.columns})`);
      const insert = database.prepare(shape.insert);
      for (let from = 1; from <= rows; from += LOAD_BATCH_ROWS) {
        database.exec("BEGIN");
        for (let key = from; key < Math.min(from + LOAD_BATCH_ROWS, rows + 1); key++) {
          insert.run(shape.row(random, key));
        }
        database.exec("COMMIT");
      }
    }
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
}

async function measure(
  base: string,
  path: string,
  backend: Backend,
  mode: Mode,
  bench: SyncBench,
): Promise<SyncTimes> {
  const { parts, report } = bench;
  let load: LoadTimes | null = null;
  if (parts.includes("load")) {
    load = await measureLoad(base, path, backend, mode, bench);
    report(describeLoad(load));
  }
  await copyFile(base, path);
  await using engine = await openEngine(path, backend, mode, SHAPES.map(({ name }) => name));
  await engine.syncNow();
  const cycles = parts.includes("cycles") ? await measureAllCycles(engine, bench) : [];
  const capture = parts.includes("capture") ? await measureCaptures(engine, bench) : [];
  const { equal } = await engine.verify();
  assert.ok(equal, `the ${backend} mirror in mode ${mode} equals its source`);
  return { backend, mode, load, cycles, capture };
}

function openEngine(
  path: string,
  backend: Backend,
  mode: Mode,
  track: readonly string[],
): Promise<HtapEngine> {
  return HtapEngine.open({ oltpPath: path, olap: { backend }, syncMode: mode, syncIntervalMs: 0, track });
}

async function measureLoad(
  base: string,
  path: string,
  backend: Backend,
  mode: Mode,
  { rows }: SyncBench,
): Promise<LoadTimes> {
  let [bestMs, bestReadMs] = [Infinity, Infinity];
  for (let load = 0; load < LOADS; load++) {
    const own = `${path}-${load}`;
    await copyFile(base, own);
    bestReadMs = Math.min(bestReadMs, bareReadMs(own, rows));
    // Depending on the mode the load is part of opening or of the first sync.
    const beganMs = performance.now();
    await using engine = await openEngine(own, backend, mode, [LINES.name]);
    await engine.syncNow();
    bestMs = Math.min(bestMs, performance.now() - beganMs);
  }
  return { shape: LINES, perSecond: rows / bestMs * 1000, readPerSecond: rows / bestReadMs * 1000 };
}

async function measureAllCycles(
  engine: HtapEngine,
  { rows, sizes, kinds, cyclesMin, cyclesMax, budgetMs, report }: SyncBench,
): Promise<CycleTimes[]> {
  report(HEADINGS.cycles);
  const changes = new Changes(ORDERS, new Random(2), rows);
  const cycles: CycleTimes[] = [];
  for (const size of sizes) {
    for (const kind of kinds) {
      const one = await measureCycles(engine, changes, { kind, size, cyclesMin, cyclesMax, budgetMs });
      report(describeCycle(one));
      cycles.push(one);
    }
  }
  const idleFromMs = performance.now();
  for (let look = 0; look < IDLE_SYNCS; look++) await engine.syncNow();
  report(`  nothing to do         ${((performance.now() - idleFromMs) / IDLE_SYNCS).toFixed(3)} ms`);
  return cycles;
}

async function measureCaptures(
  engine: HtapEngine,
  { captureRows, budgetMs, report }: SyncBench,
): Promise<CaptureCost[]> {
  report(HEADINGS.capture);
  const costs: CaptureCost[] = [];
  const random = new Random(3);
  let firstKey = 100_000_000;
  for (const shape of SHAPES) {
    for (const batchRows of [1, CAPTURE_BATCH_ROWS]) {
      const one = await measureCapture(engine, shape, random, { rows: captureRows, batchRows, budgetMs, firstKey });
      report(describeCapture(one));
      costs.push(one);
      firstKey += 100_000_000;
    }
  }
  return costs;
}

/** The time to read all rows of the wider table with the bare driver, as they come. */
function bareReadMs(path: string, rows: number): number {
  const database = new Database(path);
  try {
    const beganMs = performance.now();
    let read = 0;
    for (const _ of database.prepare(`SELECT * FROM ${LINES.name}`).raw(true).safeIntegers(true).iterate()) read++;
    assert.equal(read, rows);
    return performance.now() - beganMs;
  } finally {
    database.close();
  }
}

function listOf<T extends string>(option: string, values: string, known: readonly T[]): T[] {
  return values.split(",").map((value) => {
    const found = known.find((name) => name === value);
    if (found === undefined) throw new RangeError(`--${option} takes ${known.join(", ")}, not ${value}`);
    return found;
  });
}

function countOf(option: string, value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`--${option} takes positive integers, not ${value}`);
  }
  return count;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      olap: { type: "string", default: "arrow,duckdb" },
      mode: { type: "string", default: "destructive,temporal" },
      parts: { type: "string", default: "load,cycles,capture" },
      rows: { type: "string", default: "400000" },
      sizes: { type: "string", default: "1,10,1000,100000" },
      kinds: { type: "string", default: CHANGE_KINDS.join(",") },
      budget: { type: "string", default: "1500" },
    },
  });
  await benchSync({
    backends: listOf("olap", values.olap, ["arrow", "duckdb"]),
    modes: listOf("mode", values.mode, ["destructive", "temporal"]),
    parts: listOf("parts", values.parts, ["load", "cycles", "capture"]),
    rows: countOf("rows", values.rows),
    sizes: values.sizes.split(",").map((size) => countOf("sizes", size)),
    kinds: listOf("kinds", values.kinds, CHANGE_KINDS),
    budgetMs: countOf("budget", values.budget),
    cyclesMin: 2,
    cyclesMax: 1000,
    captureRows: 1_000,
    report: (line) => process.stdout.write(`${line}\n`),
  });
}
