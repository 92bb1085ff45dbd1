/**
 * Point reads and inserts through `HtapEngine` against bare libsql prepared statements in the same run, on files of the same
 * settings (WAL, synchronous NORMAL).
 *
 *     deno run -A bench/engine.ts [--rows 20000] [--rounds 5]
 *
 * Aims: at least 0.7 of bare for point reads, 0.5 for tracked inserts in batches. A tracked insert pays for the engine and for capture;
 * what capture alone costs, tracked against untracked through the engine, is in `bench/sync.ts`.
 */
import Database from "libsql";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { HtapEngine } from "../mod.ts";
import { median } from "./support/timing.ts";

/** How much to run. */
export interface EngineBenchOptions {
  /** Operations per round. */
  readonly rows: number;
  readonly rounds: number;
}

/** One operation through the engine and bare, per second. */
export interface EngineTimes {
  readonly operation: string;
  readonly enginePerSecond: number;
  readonly barePerSecond: number;
  /** Both sides read or left the same rows. */
  readonly same: boolean;
}

const CREATE = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, quantity INTEGER, note TEXT)";
const INSERT = "INSERT INTO item VALUES (?, ?, ?, ?, ?)";
const READ = "SELECT id, name, price, quantity, note FROM item WHERE id = ?";
const BATCH_ROWS = 1000;

type Row = [number, string, number, number, string];

function rowOf(id: number): Row {
  return [id, `item ${id}`, (id * 7919) % 10_007 + 0.25, (id * 31) % 97, `note ${(id * 104_729) % 1_000_003}`];
}

/** Ids in a scattered but fixed order. */
function scattered(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * 7919) % count + 1);
}

interface Contest {
  readonly operation: string;
  /** Operations of one round. */
  readonly operations: number;
  /** Does one round; what it returns must be the same on both sides. */
  readonly engine: (round: number) => Promise<number>;
  readonly bare: (round: number) => number;
}

function openBare(path: string): Database.Database {
  const database = new Database(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  return database;
}

async function compete(contest: Contest, rounds: number): Promise<EngineTimes> {
  const [engineMs, bareMs]: [number[], number[]] = [[], []];
  let same = true;
  for (let round = 0; round <= rounds; round++) {
    let startedMs = performance.now();
    const fromEngine = await contest.engine(round);
    const tookMs = performance.now() - startedMs;
    startedMs = performance.now();
    same &&= contest.bare(round) === fromEngine;
    if (round === 0) continue; // Warm-up.
    engineMs.push(tookMs);
    bareMs.push(performance.now() - startedMs);
  }
  const perSecond = (times: readonly number[]): number => contest.operations / median(times) * 1000;
  return { operation: contest.operation, enginePerSecond: perSecond(engineMs), barePerSecond: perSecond(bareMs), same };
}

function rowsAt(round: number, count: number, base: number): Row[] {
  return Array.from({ length: count }, (_, i) => rowOf(base + round * count + i + 1));
}

function bareBatches(database: Database.Database, rows: readonly Row[]): number {
  const insert = database.prepare(INSERT);
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    database.exec("BEGIN IMMEDIATE");
    for (const row of rows.slice(start, start + BATCH_ROWS)) insert.run(row);
    database.exec("COMMIT");
  }
  return rows.length;
}

async function engineBatches(engine: HtapEngine, rows: readonly Row[]): Promise<number> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    await engine.batch(rows.slice(start, start + BATCH_ROWS).map((params) => ({ sql: INSERT, params })));
  }
  return rows.length;
}

function insertContests(
  kind: string,
  engine: HtapEngine,
  bare: Database.Database,
  rows: number,
  base: number,
): Contest[] {
  const single = Math.max(10, Math.floor(rows / 10));
  const insert = bare.prepare(INSERT);
  return [
    {
      operation: `${kind} insert, one by one`,
      operations: single,
      engine: async (round) => {
        for (const row of rowsAt(round, single, base)) await engine.execute(INSERT, row);
        return single;
      },
      bare: (round) => {
        for (const row of rowsAt(round, single, base)) insert.run(row);
        return single;
      },
    },
    {
      operation: `${kind} insert, batches of ${BATCH_ROWS}`,
      operations: rows,
      engine: (round) => engineBatches(engine, rowsAt(round, rows, 2 * base)),
      bare: (round) => bareBatches(bare, rowsAt(round, rows, 2 * base)),
    },
  ];
}

function readContest(engine: HtapEngine, bare: Database.Database, rows: number): Contest {
  const ids = scattered(rows);
  const select = bare.prepare(READ).raw(true).safeIntegers(true);
  return {
    operation: "point read",
    operations: rows,
    engine: async () => {
      let sum = 0;
      for (const id of ids) sum += Number((await engine.query(READ, [id])).exactRows()[0]![3]);
      return sum;
    },
    bare: () => {
      let sum = 0;
      for (const id of ids) sum += Number((select.get([id]) as unknown[])[3]);
      return sum;
    },
  };
}

async function measure(folder: string, { rows, rounds }: EngineBenchOptions): Promise<EngineTimes[]> {
  const times: EngineTimes[] = [];
  for (const track of ["all", "none"] as const) {
    const bare = openBare(join(folder, `bare-${track}.db`));
    bare.exec(CREATE);
    await using engine = await HtapEngine.open({
      oltpPath: join(folder, `engine-${track}.db`),
      track,
      syncIntervalMs: 0,
    });
    await engine.execute(CREATE);
    const first = rowsAt(0, rows, 0);
    await engineBatches(engine, first);
    bareBatches(bare, first);
    // Capture of a table begins when a sync meets it.
    if (track === "all") await engine.syncNow();
    const kind = track === "all" ? "tracked" : "untracked";
    if (track === "all") times.push(await compete(readContest(engine, bare, rows), rounds));
    for (const contest of insertContests(kind, engine, bare, rows, 1_000_000_000)) {
      times.push(await compete(contest, rounds));
    }
    bare.close();
  }
  return times;
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchEngine(options: EngineBenchOptions): Promise<EngineTimes[]> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    return await measure(folder, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One line per operation. */
export function describeEngineTimes(times: readonly EngineTimes[]): string {
  const perSecond = (value: number): string => `${Math.round(value).toLocaleString("en")}/s`.padStart(12);
  return times.map(({ operation, enginePerSecond, barePerSecond, same }) =>
    `${operation.padEnd(36)}${perSecond(enginePerSecond)}  bare${perSecond(barePerSecond)}  ratio ${
      (enginePerSecond / barePerSecond).toFixed(2)
    }${same ? "" : "  RESULTS DIFFER"}`
  ).join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rows: { type: "string", default: "20000" }, rounds: { type: "string", default: "5" } },
  });
  const times = await benchEngine({ rows: Number(values.rows), rounds: Number(values.rounds) });
  process.stdout.write(`${describeEngineTimes(times)}\n`);
}
