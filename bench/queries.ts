/**
 * Analytical queries through rhei and its mirrors (route olap, freshness latest), on DuckDB alone over native tables of the same data
 * and types, and on other engines. Each runs in a process of its own, with as many threads; warm, in turns, median of the runs.
 *
 *     deno run -A bench/queries.ts [DIR | --sf 1] [--cache DIR] [--runs 5] [--threads 2] [--only q01,q06]
 *       [--contenders duckdb,rhei+arrow,rhei+duckdb,libsql,duckdb-wasm,polars,alasql] [--no-libsql] [--limit 60] [--orders 20000]
 *
 * DIR holds `*.parquet` and `*.sql` files. `--sf` makes TPC-H at a scale factor. Without either the bench makes a small warehouse of
 * its own. What is made, the libSQL file too, stays in the folder `--cache` for the next run. The last three contenders have to be
 * asked for by name; `bench/rivals/deno.json` names their packages. A result marked ≠ is not the baseline's, or in another form.
 * Aims: geometric mean over DuckDB at most 1.0 for rhei+arrow (no query above 3) and 1.15 for rhei+duckdb.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ContenderProcess, type Outcome } from "./support/contest/contender_process.ts";
import { type ContenderName, CONTENDERS } from "./support/contest/contenders.ts";
import { makeSource, type SourceRequest } from "./support/source.ts";
import { geometricMean, median } from "./support/timing.ts";

/** What to measure. */
export interface QueryBenchOptions {
  readonly source: SourceRequest;
  /** Where what the bench makes is kept; `null` for a folder that is removed. */
  readonly cache: string | null;
  /** The first is what the others are compared with. */
  readonly contenders: readonly ContenderName[];
  /** Names of queries; `null` for all. */
  readonly only: readonly string[] | null;
  readonly runs: number;
  readonly threads: number;
  /** A query that takes longer is ended. */
  readonly limitSeconds: number;
}

/** Of one contender and one query. */
export type QueryTime =
  | { readonly kind: "ran"; readonly ms: number; readonly hash: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface QueryTimes {
  readonly query: string;
  /** In the order of the contenders. */
  readonly times: readonly QueryTime[];
}

/** Of one contender, in MB of 2^20 bytes. */
export interface ContenderCost {
  readonly contender: ContenderName;
  readonly loadSeconds: number;
  readonly loadPeakMb: number;
  /** While the queries ran, the loaded tables included. */
  readonly queryPeakMb: number;
}

export interface QueryBench {
  readonly queries: readonly QueryTimes[];
  readonly costs: readonly ContenderCost[];
}

/** A contender that has spent this long on a query is not asked to repeat it. */
const ENOUGH_MS = 20_000;

async function timeQuery(
  query: { readonly name: string; readonly sql: string },
  contenders: readonly ContenderProcess[],
  { runs, limitSeconds }: QueryBenchOptions,
): Promise<QueryTimes> {
  const outcomes: Outcome[] = [];
  for (const contender of contenders) outcomes.push(await contender.run(query.sql, true, limitSeconds * 1_000));
  const hashes = outcomes.map((outcome) => outcome.kind === "ran" ? outcome.hash! : "");
  const spent = outcomes.map((outcome) => outcome.kind === "ran" ? outcome.ms : 0);
  const measured: number[][] = contenders.map(() => []);
  // Run 0 is to warm up: caches, compiled plans, JIT.
  for (let run = 0; run <= runs; run++) {
    for (const [i, contender] of contenders.entries()) {
      if (outcomes[i]!.kind === "failed" || spent[i]! >= ENOUGH_MS) continue;
      const outcome = outcomes[i] = await contender.run(query.sql, false, limitSeconds * 1_000);
      if (outcome.kind === "failed") continue;
      spent[i]! += outcome.ms;
      if (run > 0) measured[i]!.push(outcome.ms);
    }
  }
  const times = outcomes.map((outcome, i): QueryTime => {
    if (outcome.kind === "failed") return outcome;
    return { kind: "ran", ms: median(measured[i]!.length > 0 ? measured[i]! : [outcome.ms]), hash: hashes[i]! };
  });
  refuseDifferences(query.name, contenders, times);
  return { query: query.name, times };
}

function refuseDifferences(query: string, contenders: readonly ContenderProcess[], times: readonly QueryTime[]): void {
  const hashes = times.flatMap((time, i) =>
    time.kind === "ran" && CONTENDERS[contenders[i]!.name].exact ? [`${contenders[i]!.name} ${time.hash}`] : []
  );
  if (new Set(hashes.map((text) => text.split(" ")[1])).size > 1) {
    throw new Error(`Results of ${query} differ: ${hashes.join(", ")}`);
  }
}

async function measure(scratch: string, options: QueryBenchOptions): Promise<QueryBench> {
  const { warehouse, sourcePath } = await makeSource(options.source, options.cache ?? scratch);
  const { threads, only } = options;
  const input = { tables: warehouse.tables, sourcePath, scratch, threads };
  const contenders = options.contenders.map((name) => new ContenderProcess(name, input));
  try {
    for (const contender of contenders) await contender.start();
    const queries: QueryTimes[] = [];
    for (const query of warehouse.queries) {
      if (only === null || only.includes(query.name)) queries.push(await timeQuery(query, contenders, options));
    }
    const costs: ContenderCost[] = [];
    for (const contender of contenders) {
      const { loadMs, loadPeakMb } = contender.ready;
      const queryPeakMb = await contender.peakMb();
      costs.push({ contender: contender.name, loadSeconds: loadMs / 1_000, loadPeakMb, queryPeakMb });
    }
    return { queries, costs };
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchQueries(options: QueryBenchOptions): Promise<QueryBench> {
  const scratch = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    return await measure(scratch, options);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Ratios of a contender to the baseline on the queries both ran. */
function ratiosOf(queries: readonly QueryTimes[], contender: number): readonly { query: string; ratio: number }[] {
  return queries.flatMap(({ query, times }) => {
    const [base, time] = [times[0]!, times[contender]!];
    return base.kind === "ran" && time.kind === "ran" ? [{ query, ratio: time.ms / base.ms }] : [];
  });
}

function describeTime(time: QueryTime, base: QueryTime, isBase: boolean): string {
  if (time.kind === "failed") return "—".padStart(20);
  const ratio = isBase || base.kind === "failed" ? "" : (time.ms / base.ms).toFixed(2);
  // Other engines' values may differ in type or form alone, yet the reader should know.
  const mark = base.kind === "ran" && base.hash !== time.hash ? "≠" : " ";
  return `${time.ms.toFixed(2).padStart(11)}${mark}${ratio.padStart(8)}`;
}

/** Characters of a reason that are shown: some engines print the statement's tree. */
const REASON_LENGTH = 160;

function firstLine(reason: string): string {
  return reason.split("\n")[0]!.slice(0, REASON_LENGTH);
}

/** A table for people: milliseconds and the ratio to the first contender. Below it means, worst ratios, memory and what failed. */
export function describeQueryTimes({ queries, costs }: QueryBench): string {
  const all = costs.map((cost, i) => ({ ...cost, ratios: ratiosOf(queries, i) }));
  const line = (name: string, cells: readonly string[]): string => name.padEnd(12) + cells.join("");
  const summary = (name: string, cell: (contender: (typeof all)[number]) => string): string =>
    line(name, all.map((contender) => cell(contender).padStart(20)));
  const worst = ({ ratios }: (typeof all)[number]): string => {
    const [first] = [...ratios].sort((a, b) => b.ratio - a.ratio);
    return first === undefined ? "" : `${first.query} ${first.ratio.toFixed(2)}`;
  };
  const failures = queries.flatMap(({ query, times }) =>
    times.flatMap((time, i) =>
      time.kind === "failed" ? [`${all[i]!.contender} ${query}: ${firstLine(time.reason)}`] : []
    )
  );
  return [
    summary("query", ({ contender }) => contender),
    ...queries.map(({ query, times }) => {
      const [base] = times;
      const hash = base!.kind === "ran" ? base!.hash : "";
      return `${line(query, times.map((time, i) => describeTime(time, base!, i === 0)))}  ${hash}`;
    }),
    summary("geomean", ({ ratios }) => geometricMean(ratios.map(({ ratio }) => ratio)).toFixed(3)),
    summary("worst", worst),
    summary("queries run", ({ ratios }) => String(ratios.length)),
    summary("load s", ({ loadSeconds }) => loadSeconds.toFixed(1)),
    summary("load peak MB", ({ loadPeakMb }) => loadPeakMb.toFixed(0)),
    summary("peak MB", ({ queryPeakMb }) => queryPeakMb.toFixed(0)),
    ...failures,
  ].join("\n");
}

function contendersOf(names: string): ContenderName[] {
  return names.split(",").map((name) => {
    if (name in CONTENDERS) return name as ContenderName;
    throw new RangeError(`Option --contenders knows ${Object.keys(CONTENDERS).join(", ")}, not ${name}`);
  });
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sf: { type: "string" },
      cache: { type: "string" },
      contenders: { type: "string", default: "duckdb,rhei+arrow,rhei+duckdb,libsql" },
      only: { type: "string" },
      runs: { type: "string", default: "5" },
      threads: { type: "string", default: String(availableParallelism()) },
      limit: { type: "string", default: "60" },
      orders: { type: "string", default: "20000" },
      "no-libsql": { type: "boolean", default: false },
    },
  });
  const [folder] = positionals;
  const bench = await benchQueries({
    source: folder !== undefined
      ? { kind: "folder", folder }
      : values.sf !== undefined
      ? { kind: "tpch", scale: Number(values.sf) }
      : { kind: "small", orders: Number(values.orders) },
    cache: values.cache ?? null,
    contenders: contendersOf(values.contenders).filter((name) => name !== "libsql" || !values["no-libsql"]),
    only: values.only?.split(",") ?? null,
    runs: Number(values.runs),
    threads: Number(values.threads),
    limitSeconds: Number(values.limit),
  });
  process.stdout.write(`${describeQueryTimes(bench)}\n`);
}
