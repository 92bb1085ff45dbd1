/**
 * Each operator of the Arrow executor, from the parsed statement to its rows, against a loop by hand over the same typed arrays: rows
 * per second of both and their ratio. The data are random, the same in each run.
 *
 *     deno run -A bench/kernels.ts [--rows 6000000] [--runs 5] [--threads 1] [--only join]
 *
 * Hand-written loops have one thread.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { MirrorCatalog, OlapBackend } from "../src/olap/mod.ts";
import { RuntimeDecline } from "../src/olap/mod.ts";
import { parseSelect } from "../src/sql/mod.ts";
import { type KernelData, makeKernelData } from "./support/kernels/data.ts";
import { type Kernel, KERNELS } from "./support/kernels/kernels.ts";
import { loadKernels } from "./support/kernels/load.ts";
import { inTurns, median } from "./support/timing.ts";

/** What to measure. */
export interface KernelBenchOptions {
  readonly rows: number;
  readonly runs: number;
  readonly threads: number;
  /** A part of the names of kernels; `null` for all. */
  readonly only: string | null;
}

/** Medians of one operator. */
export type KernelTime =
  | { readonly kind: "ran"; readonly name: string; readonly rowsPerSecond: number; readonly loopRowsPerSecond: number }
  | { readonly kind: "declined"; readonly name: string; readonly reason: string };

/** How far the sums of doubles may be apart: loops add in another order. */
const TOLERANCE = 1e-9;

async function answer(backend: OlapBackend, catalog: MirrorCatalog, text: string): Promise<readonly number[] | string> {
  const outcome = await backend.compile({ text, query: parseSelect(text), parameters: [], catalog });
  if (outcome.kind === "declined") return outcome.reason;
  try {
    const { rows } = await backend.run(outcome.query);
    return rows[0]!.map(Number);
  } catch (error) {
    if (error instanceof RuntimeDecline) return error.message;
    throw error;
  }
}

async function timeKernel(
  kernel: Kernel,
  data: KernelData,
  run: (sql: string) => Promise<readonly number[] | string>,
  runs: number,
): Promise<KernelTime> {
  const { name } = kernel;
  const sql = typeof kernel.sql === "string" ? kernel.sql : kernel.sql(data.rows);
  const found = await run(sql);
  if (typeof found === "string") return { kind: "declined", name, reason: found };
  const expected = kernel.loop(data);
  const same = expected.length === found.length &&
    expected.every((value, at) => Math.abs(value - found[at]!) <= TOLERANCE * Math.abs(value));
  if (!same) {
    throw new Error(`Results of kernel "${name}" differ: ${found.join(", ")} and by hand ${expected.join(", ")}`);
  }
  const times = await inTurns([() => run(sql), () => Promise.resolve(kernel.loop(data))], runs);
  const [ms, loopMs] = times.map(median);
  const perSecond = (milliseconds: number) => data.rows / milliseconds * 1_000;
  return { kind: "ran", name, rowsPerSecond: perSecond(ms!), loopRowsPerSecond: perSecond(loopMs!) };
}

/** @throws {Error} When an operator and its loop find different numbers. */
export async function benchKernels({ rows, runs, threads, only }: KernelBenchOptions): Promise<KernelTime[]> {
  const data = makeKernelData(rows);
  const { backend, catalog } = await loadKernels(data, threads);
  try {
    const times: KernelTime[] = [];
    for (const kernel of KERNELS) {
      if (only !== null && !kernel.name.includes(only)) continue;
      times.push(await timeKernel(kernel, data, (sql) => answer(backend, catalog, sql), runs));
    }
    return times;
  } finally {
    await backend.close();
  }
}

/** One line per operator: millions of rows per second, by hand, and how many times as fast as by hand. */
export function describeKernelTimes(times: readonly KernelTime[]): string {
  const name = (text: string): string => text.padEnd(34);
  const millions = (perSecond: number): string => (perSecond / 1e6).toFixed(1).padStart(12);
  return [
    `${name("operator")}${"M rows/s".padStart(12)}${"by hand".padStart(12)}${"ratio".padStart(8)}`,
    ...times.map((time) =>
      time.kind === "declined"
        ? `${name(time.name)}declined: ${time.reason}`
        : name(time.name) + millions(time.rowsPerSecond) + millions(time.loopRowsPerSecond) +
          (time.rowsPerSecond / time.loopRowsPerSecond).toFixed(2).padStart(8)
    ),
  ].join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "6000000" },
      runs: { type: "string", default: "5" },
      threads: { type: "string", default: "1" },
      only: { type: "string" },
    },
  });
  const times = await benchKernels({
    rows: Number(values.rows),
    runs: Number(values.runs),
    threads: Number(values.threads),
    only: values.only ?? null,
  });
  process.stdout.write(`${describeKernelTimes(times)}\n`);
}
