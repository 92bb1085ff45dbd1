// deno-lint-ignore-file no-console -- a command prints its table on stdout
/**
 * `deno task suites DIR [--olap duckdb|arrow] [--suite NAME] [--query N] [--seed N] [--scale N] [--threads N] [--verbose]` builds the databases of SSB, ClickBench, CH-benCHmark
 * and TPC-DS at a small scale (fact tables of some 20,000 rows, times --scale), runs the statements of `DIR/<suite>.jsonl` on route oltp and on route olap, compares the answers, and
 * lists what is declined and why. Exits 1 if an answer differs.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HtapEngine } from "../../mod.ts";
import { type Backend, backendNamed } from "../support/dual_engine.ts";
import { buildSuite } from "./build_suite.ts";
import { readStatements, runStatement, type SuiteLine } from "./run_suite.ts";
import { SUITES } from "./all_suites.ts";
import type { Suite } from "./suite_table.ts";

/** From here on a statement is shown as slow: so many times SQLite's time, and at least so many milliseconds. */
const SLOW_FACTOR = 20;
const SLOW_MS = 50;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    olap: { type: "string", default: "arrow" },
    suite: { type: "string" },
    query: { type: "string" },
    seed: { type: "string", default: "1" },
    scale: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
  },
});

function print(lines: readonly SuiteLine[]): void {
  for (const { query, verdict, reason, rows, oltpMs, olapMs } of lines) {
    const slow = olapMs > SLOW_MS && olapMs > SLOW_FACTOR * oltpMs;
    if (verdict === "equal" && !slow && !values.verbose) continue;
    const times = `${oltpMs.toFixed(0)} ms, ${olapMs.toFixed(0)} ms`;
    console.log(`  ${query.padEnd(4)} ${verdict}${slow ? " (slow)" : ""}, ${rows} rows, ${times} ${reason}`);
  }
}

async function run(suite: Suite, folder: string, backend: Backend, scratch: string): Promise<readonly SuiteLine[]> {
  const oltpPath = join(scratch, `${suite.name}.db`);
  buildSuite(suite, oltpPath, Number(values.seed), Number(values.scale));
  await using engine = await HtapEngine.open({
    oltpPath,
    olap: { backend, path: ":memory:" },
    syncIntervalMs: 0,
    threads: Number(values.threads),
  });
  await engine.syncNow();
  const lines: SuiteLine[] = [];
  for (const [at, sql] of (await readStatements(folder, suite.name)).entries()) {
    if (values.query !== undefined && values.query !== String(at + 1)) continue;
    lines.push(...await runStatement(engine, sql, at + 1));
  }
  const count = (verdict: SuiteLine["verdict"]) => lines.filter((line) => line.verdict === verdict).length;
  const empty = lines.filter((line) => line.rows === 0).length;
  console.log(
    `${suite.name}: ${lines.length} statements, ${count("equal")} equal, ${count("differs")} differ, ${
      count("declined")
    } declined, ` +
      `${count("refused")} not accepted by SQLite; ${empty} give no rows`,
  );
  print(lines);
  return lines;
}

const [folder] = positionals;
if (folder === undefined) {
  console.error(
    "Usage: deno task suites DIR [--olap duckdb|arrow] [--suite NAME]   (DIR holds ssb.jsonl and the like)",
  );
  Deno.exit(2);
}
const scratch = await mkdtemp(join(tmpdir(), "rhei-suites-"));
let compared = 0;
let differing = 0;
try {
  const backend = backendNamed(values.olap);
  const wanted = SUITES.filter(({ name }) => values.suite === undefined || values.suite === name);
  if (wanted.length === 0) throw new RangeError(`--suite takes ${SUITES.map(({ name }) => name).join(", ")}`);
  for (const suite of wanted) {
    const lines = await run(suite, folder, backend, scratch);
    compared += lines.filter(({ verdict }) => verdict === "equal" || verdict === "differs").length;
    differing += lines.filter(({ verdict }) => verdict === "differs").length;
  }
} finally {
  await rm(scratch, { recursive: true });
}
if (compared === 0) console.error("nothing was compared");
Deno.exit(differing > 0 || compared === 0 ? 1 : 0);
