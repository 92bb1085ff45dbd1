/**
 * Sync: first load, cycles of 1 to 100,000 inserts, updates, deletes and a mixture, and what capture costs the writer, with both mirrors
 * in both modes.
 *
 *     deno run -A bench/sync.ts [--olap arrow,duckdb] [--mode destructive,temporal] [--rows 600000] [--sizes 1,10,1000,100000]
 *
 * A cycle is one transaction and the sync that brings it to the mirror, which ends when the mirror shows it. Beside each figure stands
 * what the writer did in the same run: a ratio above 1 says that the mirror follows faster than the changes are made. Beside the first
 * load stands the bare driver that reads the table's rows. Data and changes come from fixed seeds; at the end every mirror has been
 * compared with its source, and all have the same rows.
 *
 * For orientation, published figures of another engine on other hardware: sync 141,326 changes/s into memory and 43,579/s into DuckDB,
 * cycles of 10 rows 0.228 ms (p50) and 0.943 ms (p99), first load 466,000 to 488,000 rows/s. Aim of capture: at least 0.6.
 */
import assert from "node:assert/strict";
import Database from "libsql";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { HtapEngine } from "../mod.ts";
import { resultHash } from "./support/result_hash.ts";
import { type CaptureCost, measureCapture, untrackedName } from "./support/sync/capture.ts";
import { CHANGE_KINDS, Changes, type CycleTimes, measureCycles } from "./support/sync/cycles.ts";
import { LINES, ORDERS, type Shape } from "./support/sync/rows.ts";
import { Random } from "./support/tpch/random.ts";

/** What to measure. */
export interface SyncBench {
  readonly backends: readonly ("arrow" | "duckdb")[];
  readonly modes: readonly ("destructive" | "temporal")[];
  /** Rows of each table at the start. */
  readonly rows: number;
  /** Changes in a cycle. */
  readonly sizes: readonly number[];
  /** Changes in all cycles of a size together, unless that makes too few cycles or too many. */
  readonly changesTotal: number;
  readonly cyclesMin: number;
  readonly cyclesMax: number;
  /** Rows written to see the cost of capture, in each round. */
  readonly captureRows: number;
  readonly rounds: number;
}

/** Figures of one mirror in one mode. */
export interface SyncTimes {
  readonly backend: "arrow" | "duckdb";
  readonly mode: "destructive" | "temporal";
  /** Rows per second of the first load, and of the bare driver reading the same rows. */
  readonly loadPerSecond: number;
  readonly readPerSecond: number;
  readonly cycles: readonly CycleTimes[];
  /** The time of a sync that finds nothing to do, in milliseconds. */
  readonly idleMs: number;
  readonly capture: readonly CaptureCost[];
  /** Of the rows that all cycles left behind. */
  readonly hash: string;
}

const SHAPES: readonly Shape[] = [ORDERS, LINES];
const LOAD_BATCH_ROWS = 10_000;
const CAPTURE_BATCH_ROWS = 1_000;
const IDLE_SYNCS = 100;

/** Runs the bench in a scratch folder, which it removes. */
export async function benchSync(bench: SyncBench): Promise<readonly SyncTimes[]> {
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const base = join(scratch, "base.db");
    writeTables(base, bench.rows);
    const times: SyncTimes[] = [];
    for (const backend of bench.backends) {
      for (const mode of bench.modes) {
        const path = join(scratch, `${backend}-${mode}.db`);
        await copyFile(base, path);
        times.push(await measure(path, backend, mode, bench));
      }
    }
    assert.equal(new Set(times.map(({ hash }) => hash)).size, 1, "all mirrors hold the same rows");
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
  oltpPath: string,
  backend: SyncTimes["backend"],
  mode: SyncTimes["mode"],
  bench: SyncBench,
): Promise<SyncTimes> {
  const readPerSecond = bareReadPerSecond(oltpPath, bench.rows);
  await using engine = await HtapEngine.open({
    oltpPath,
    olap: { backend },
    syncMode: mode,
    syncIntervalMs: 0,
    track: [LINES.name],
  });
  const beganMs = performance.now();
  await engine.syncNow();
  const loadPerSecond = bench.rows / (performance.now() - beganMs) * 1000;
  await engine.track(ORDERS.name);
  await engine.syncNow();

  const changes = new Changes(ORDERS, new Random(2), bench.rows);
  const cycles: CycleTimes[] = [];
  for (const size of bench.sizes) {
    const count = Math.min(bench.cyclesMax, Math.max(bench.cyclesMin, Math.floor(bench.changesTotal / size)));
    // A first cycle of each kind, which does not count: it compiles what is used.
    for (const kind of CHANGE_KINDS) await measureCycles(engine, changes, kind, size, 1);
    for (const kind of CHANGE_KINDS) cycles.push(await measureCycles(engine, changes, kind, size, count));
  }
  const idleFromMs = performance.now();
  for (let look = 0; look < IDLE_SYNCS; look++) await engine.syncNow();
  const idleMs = (performance.now() - idleFromMs) / IDLE_SYNCS;
  const summed = await engine.query(
    "SELECT count(*), sum(id), sum(customer), count(CASE WHEN status = 'X' THEN 1 END) FROM orders",
    [],
    { route: "olap" },
  );
  const hash = resultHash(summed.values());
  const capture = await measureCaptures(engine, bench);
  const { equal } = await engine.verify();
  assert.ok(equal, `the ${backend} mirror in mode ${mode} equals its source`);
  return { backend, mode, loadPerSecond, readPerSecond, cycles, idleMs, capture, hash };
}

async function measureCaptures(engine: HtapEngine, { captureRows, rounds }: SyncBench): Promise<CaptureCost[]> {
  const costs: CaptureCost[] = [];
  const random = new Random(3);
  let firstKey = 100_000_000;
  for (const shape of SHAPES) {
    for (const batchRows of [1, CAPTURE_BATCH_ROWS]) {
      const rows = batchRows === 1 ? Math.ceil(captureRows / 5) : captureRows;
      costs.push(await measureCapture(engine, shape, random, { rows, batchRows, rounds, firstKey }));
      firstKey += 10_000_000;
    }
  }
  return costs;
}

/** All rows of the wider table with the bare driver, as they come. */
function bareReadPerSecond(path: string, rows: number): number {
  const database = new Database(path);
  try {
    const beganMs = performance.now();
    let read = 0;
    for (const _ of database.prepare(`SELECT * FROM ${LINES.name}`).raw(true).safeIntegers(true).iterate()) read++;
    assert.equal(read, rows);
    return rows / (performance.now() - beganMs) * 1000;
  } finally {
    database.close();
  }
}

/** The figures as lines of text. */
export function describeSyncTimes(times: readonly SyncTimes[]): string {
  return times.map((one) =>
    [
      `${one.backend}, ${one.mode}`,
      `  first load, ${LINES.width} columns     ${perSecond(one.loadPerSecond)}   bare read ${
        perSecond(one.readPerSecond)
      }   ratio ${(one.loadPerSecond / one.readPerSecond).toFixed(2)}`,
      `  a cycle of            changes/s   p50 to visible   p99 to visible   writer's commits   ratio`,
      ...one.cycles.map(describeCycle),
      `  nothing to do         ${one.idleMs.toFixed(3)} ms`,
      `  inserts               tracked          untracked        ratio`,
      ...one.capture.map(describeCapture),
      `  hash ${one.hash}, equal to the source`,
    ].join("\n")
  ).join("\n\n");
}

function describeCycle({ kind, changes, cycles, perSecond: rate, writtenPerSecond, p50Ms, p99Ms }: CycleTimes): string {
  const what = `${changes.toLocaleString("en")} ${kind}${changes === 1 || kind === "mixed" ? "" : "s"}`;
  return `  ${what.padEnd(16)}${perSecond(rate)}   ${milliseconds(p50Ms)}      ${milliseconds(p99Ms)}      ${
    perSecond(writtenPerSecond)
  }   ${(rate / writtenPerSecond).toFixed(2).padStart(5)}   ${cycles} cycles`;
}

function describeCapture({ shape, batchRows, trackedPerSecond, untrackedPerSecond }: CaptureCost): string {
  const what = `${shape.width} columns, ${batchRows === 1 ? "single" : batchRows.toLocaleString("en")}`;
  return `  ${what.padEnd(20)}${perSecond(trackedPerSecond)}   ${perSecond(untrackedPerSecond)}   ratio ${
    (trackedPerSecond / untrackedPerSecond).toFixed(2)
  }`;
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString("en")}/s`.padStart(13);
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(3)} ms`.padStart(13);
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found === undefined) throw new RangeError(`--${option} takes ${known.join(", ")}, not ${value}`);
  return found;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      olap: { type: "string", default: "arrow,duckdb" },
      mode: { type: "string", default: "destructive,temporal" },
      rows: { type: "string", default: "600000" },
      sizes: { type: "string", default: "1,10,1000,100000" },
    },
  });
  const times = await benchSync({
    backends: values.olap.split(",").map((name) => oneOf("olap", name, ["arrow", "duckdb"])),
    modes: values.mode.split(",").map((name) => oneOf("mode", name, ["destructive", "temporal"])),
    rows: Number(values.rows),
    sizes: values.sizes.split(",").map(Number),
    changesTotal: 50_000,
    cyclesMin: 3,
    cyclesMax: 500,
    captureRows: 50_000,
    rounds: 5,
  });
  process.stdout.write(`${describeSyncTimes(times)}\n`);
}
