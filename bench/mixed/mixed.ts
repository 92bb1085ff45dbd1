/**
 * Transactions and analytical queries on the same data at once, after the design of HATtrick (Milkai and others, SIGMOD 2022): the star
 * schema benchmark's queries beside orders, payments and counts of orders on its tables.
 *
 *     deno run -A bench/mixed/mixed.ts [--scale 0.2] [--only rhei+arrow,rhei+duckdb,libsql] [--clients 4] [--seconds 1.2] [--rounds 3]
 *         [--threads 1] [--freshness latest] [--minutes 5] [--out dist/mixed] [--no-one-core]
 *
 * Transactional clients (T) and analytical clients (A) are loops without pauses in this one process. Each contender is measured
 * - at the mixed point, one T-client and one A-client whose queries may use `--threads` threads, in turns with either alone: medians of
 *   `--rounds`, as shares of what each does alone: with the whole machine, and on a single core (Linux, with `taskset`). Aim, with one
 *   core each: at least 0.85.
 * - with more clients of each kind until twice as many gain less than 5 %, and with all those numbers of both kinds together: the
 *   throughput frontier. What of this does not fit into `--minutes`, shared out evenly, is left out, and the report says so.
 * Each transaction leaves its number in its client's freshness table, and each query reads these in the same statement: the freshness
 * score of a query is the time from the commit of the first transaction that it did not see until its begin. Aim: 0 for `latest`.
 *
 * Writes `mixed.svg`, `mixed.md` and `mixed.json` into `--out`. At scale 1 there are 6,000,000 order lines.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Freshness } from "../../mod.ts";
import { canConfine, onOneCore } from "../support/one_core.ts";
import { median } from "../support/timing.ts";
import { frontierChart } from "./chart.ts";
import { type Contender, CONTENDER_NAMES, type ContenderName } from "./contender.ts";
import { type Dataset, datasetOf, writeDataset } from "./dataset.ts";
import { findSaturation, frontierOf } from "./frontier.ts";
import { openLibsql } from "./libsql_contender.ts";
import { type ContenderReport, markdownReport, type MixedPoint, type MixedReport } from "./report.ts";
import { openRhei } from "./rhei_contender.ts";
import { TimeShare } from "./time_share.ts";
import { type Duration, type Load, type Point, Workload } from "./workload.ts";

/** What to measure. */
export interface MixedBench extends Duration {
  /** Of the star schema benchmark; 1 is 6,000,000 order lines. */
  readonly scale: number;
  readonly contenders: readonly ContenderName[];
  /** The most clients of each kind. */
  readonly clientsMax: number;
  /** Of the mixed point. */
  readonly rounds: number;
  /** Threads a query of rhei may use. */
  readonly threads: number;
  readonly freshness: Freshness;
  /** Whether either is measured alone on a single core, too. */
  readonly oneCore: boolean;
  /** Time for everything; only the mixed point is measured whatever it takes. */
  readonly minutes: number;
  /** Hears of every measurement that begins. */
  readonly onStep: (text: string) => void;
}

const SOLO_T: Load = { tClients: 1, aClients: 0 };
const SOLO_A: Load = { tClients: 0, aClients: 1 };
const MIXED: Load = { tClients: 1, aClients: 1 };

/** Of a contender's share of the time, what its measurements may take: the rest is for the check of its answers at the end. */
const MEASURED_SHARE = 0.85;

/** Runs the bench in a scratch folder, which it removes. */
export async function benchMixed(bench: MixedBench): Promise<MixedReport> {
  const untilMs = performance.now() + bench.minutes * 60_000;
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    bench.onStep(plan(bench));
    const dataset = datasetOf(bench.scale);
    const base = join(scratch, "base.db");
    bench.onStep(`writing ${dataset.lines} order lines`);
    writeDataset(base, dataset, bench.clientsMax);
    const contenders: ContenderReport[] = [];
    for (const [at, name] of bench.contenders.entries()) {
      const shareMs = (untilMs - performance.now()) / (bench.contenders.length - at);
      const time = new TimeShare(performance.now() + shareMs * MEASURED_SHARE);
      const path = join(scratch, `${name}.db`);
      await copyFile(base, path);
      contenders.push(await measure(name, path, dataset, bench, time));
      await rm(path);
    }
    const hashes = new Set(contenders.map(({ hash }) => hash));
    if (hashes.size > 1) {
      throw new Error(`The contenders answer differently: ${contenders.map(({ name, hash }) => `${name} ${hash}`)}`);
    }
    const { scale, threads, freshness, seconds } = bench;
    return { scale, lines: dataset.lines, threads, freshness: String(freshness), seconds, contenders };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function open(name: ContenderName, path: string, { threads, freshness }: MixedBench): Promise<Contender> {
  switch (name) {
    case "rhei+arrow":
      return openRhei(path, { backend: "arrow", threads, freshness });
    case "rhei+duckdb":
      return openRhei(path, { backend: "duckdb", threads, freshness });
    case "libsql":
      return openLibsql(path);
  }
}

async function measure(
  name: ContenderName,
  path: string,
  dataset: Dataset,
  bench: MixedBench,
  time: TimeShare,
): Promise<ContenderReport> {
  bench.onStep(`${name}: opening`);
  await using contender = await open(name, path, bench);
  const workload = new Workload(contender, dataset, bench.clientsMax);
  try {
    const hash = await workload.hashAtStart();
    const run = (load: Load): Promise<Point> => {
      bench.onStep(`${name}: ${load.tClients} T, ${load.aClients} A`);
      return workload.run(load, bench);
    };
    // A first time, which does not count: it compiles what is used.
    await run(MIXED);
    const mixed = await measureMixedPoint((load) => time.run(() => run(load)), bench);
    const points = await measurePlane((load) => time.runInTime(() => run(load)), bench.clientsMax);
    await contender.settle();
    const hashAfter = await workload.hashNow();
    const expected = await hashOfFile(path, dataset, bench.clientsMax);
    if (hashAfter !== expected) {
      throw new Error(`${name} answers ${hashAfter} after the last load, where its database says ${expected}`);
    }
    return { name, hash, mixed, points, frontier: frontierOf(points), leftOut: time.leftOut };
  } finally {
    await workload.close();
  }
}

/** One client of each kind, alone and together, in turns. */
async function measureMixedPoint(
  run: (load: Load) => Promise<Point>,
  { rounds, oneCore }: MixedBench,
): Promise<MixedPoint> {
  const [tAlone, aAlone, both]: [Point[], Point[], Point[]] = [[], [], []];
  const [tOneCore, aOneCore]: [Point[], Point[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    tAlone.push(await run(SOLO_T));
    aAlone.push(await run(SOLO_A));
    both.push(await run(MIXED));
    if (!oneCore) continue;
    tOneCore.push(await onOneCore(() => run(SOLO_T)));
    aOneCore.push(await onOneCore(() => run(SOLO_A)));
  }
  return {
    tAlone: median(tAlone.map((point) => point.tThroughput)),
    aAlone: median(aAlone.map((point) => point.aThroughput)),
    tMixed: median(both.map((point) => point.tThroughput)),
    aMixed: median(both.map((point) => point.aThroughput)),
    tAloneP99Ms: median(tAlone.map((point) => point.tP99Ms)),
    tMixedP99Ms: median(both.map((point) => point.tP99Ms)),
    oneCore: oneCore
      ? {
        tAlone: median(tOneCore.map((point) => point.tThroughput)),
        aAlone: median(aOneCore.map((point) => point.aThroughput)),
      }
      : null,
  };
}

/** Each side alone up to its saturation, then both in all those numbers of clients. */
async function measurePlane(
  run: (load: Load) => Promise<Point | null>,
  clientsMax: number,
): Promise<readonly Point[]> {
  const tPoints = await findSaturation("t", clientsMax, run);
  const aPoints = await findSaturation("a", clientsMax, run);
  const points = [...tPoints, ...aPoints];
  for (const { tClients } of tPoints) {
    for (const { aClients } of aPoints) {
      const point = await run({ tClients, aClients });
      if (point !== null) points.push(point);
    }
  }
  return points;
}

/** What a run is made of, told at its start: a slow contender's measurements last until its set of queries is done. */
function plan({ contenders, clientsMax, rounds, oneCore, seconds, warmUpSeconds, minutes }: MixedBench): string {
  const steps = Math.floor(Math.log2(clientsMax)) + 1;
  const loads = 1 + (oneCore ? 5 : 3) * rounds + 2 * steps + steps ** 2;
  const leastSeconds = Math.round(contenders.length * loads * (seconds + warmUpSeconds));
  return `${contenders.length} × up to ${loads} measurements of at least ${seconds} s: ${leastSeconds} s or more, at most about ${minutes} min`;
}

/** What libSQL itself answers over a file. */
async function hashOfFile(path: string, dataset: Dataset, clientsMax: number): Promise<string> {
  await using libsql = await openLibsql(path);
  const workload = new Workload(libsql, dataset, clientsMax);
  try {
    return await workload.hashNow();
  } finally {
    await workload.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      scale: { type: "string", default: "0.2" },
      only: { type: "string", default: CONTENDER_NAMES.join(",") },
      clients: { type: "string", default: "4" },
      seconds: { type: "string", default: "1.2" },
      rounds: { type: "string", default: "3" },
      threads: { type: "string", default: "1" },
      freshness: { type: "string", default: "latest" },
      minutes: { type: "string", default: "5" },
      out: { type: "string", default: "dist/mixed" },
      "one-core": { type: "boolean", default: canConfine() },
    },
    allowNegative: true,
  });
  const report = await benchMixed({
    scale: Number(values.scale),
    contenders: values.only.split(",").map((name) => {
      const known = CONTENDER_NAMES.find((contender) => contender === name);
      if (known === undefined) throw new RangeError(`--only takes ${CONTENDER_NAMES.join(", ")}, not ${name}`);
      return known;
    }),
    clientsMax: Number(values.clients),
    seconds: Number(values.seconds),
    warmUpSeconds: 0.3,
    rounds: Number(values.rounds),
    oneCore: values["one-core"],
    threads: Number(values.threads),
    freshness: values.freshness as Freshness,
    minutes: Number(values.minutes),
    onStep: (text) => process.stderr.write(`${text}\n`),
  });
  const text = markdownReport(report);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, "mixed.md"), text);
  await writeFile(join(values.out, "mixed.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(values.out, "mixed.svg"), frontierChart(report.contenders));
  process.stdout.write(text);
}
