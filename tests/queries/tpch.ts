// deno-lint-ignore-file no-console -- a command prints its table on stdout
/**
 * `deno task tpch DIR [--queries DIR] [--olap duckdb|arrow]` loads the Parquet files of a folder into an SQLite database through rhei, runs every `*.sql`
 * file of the query folder on route oltp, olap and auto, compares the answers, and prints times and declines. Exits 1 if an answer
 * differs.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { importFile } from "../../cli/transfer/mod.ts";
import { HtapEngine } from "../../mod.ts";
import { differenceOf, type Outcome } from "../support/differential.ts";
import { backendNamed, outcomeOf } from "../support/dual_engine.ts";
import { TPCH_INDEXES, TPCH_TABLES } from "./tpch_schema.ts";

const ROUTES = ["oltp", "olap", "auto"] as const;

interface Line {
  readonly query: string;
  readonly milliseconds: readonly number[];
  readonly rows: number;
  /** Empty when all is well. */
  readonly problem: string;
}

async function filesOf(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name));
}

async function load(engine: HtapEngine, folder: string): Promise<void> {
  for (const file of await filesOf(folder, ".parquet")) {
    const table = basename(file, ".parquet");
    const columns = TPCH_TABLES[table];
    if (columns !== undefined) await engine.execute(`CREATE TABLE ${table} (${columns})`);
    const started = performance.now();
    const { rows } = await importFile(engine, file, table);
    console.error(`${table}: ${rows} rows imported in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  for (const sql of TPCH_INDEXES) await engine.execute(sql);
  await engine.execute("ANALYZE");
}

/** Equal to 1e-9 relative; in the same order where the query asks for one. */
function compare(sql: string, expected: Outcome, actual: Outcome): string | null {
  const ordered = /\border\s+by\b(?![^(]*\))/i.test(sql);
  return differenceOf(expected, actual, { realTolerance: 1e-9, order: ordered ? "all" : [], looseText: false });
}

async function run(engine: HtapEngine, file: string): Promise<Line> {
  const sql = await readFile(file, "utf8");
  const outcomes: Outcome[] = [];
  const milliseconds: number[] = [];
  for (const route of ROUTES) {
    const started = performance.now();
    outcomes.push(await outcomeOf(engine, { sql, params: [] }, route));
    milliseconds.push(performance.now() - started);
  }
  const [expected, olap, auto] = outcomes as [Outcome, Outcome, Outcome];
  const declined = olap.kind === "declined" ? `declined (${olap.cause}): ${olap.reason}` : null;
  const differences = [compare(sql, expected, olap), compare(sql, expected, auto)].filter((one) => one !== null);
  const problem = [...differences.map((one) => `DIFFERS: ${one}`), ...(declined === null ? [] : [declined])].join("; ");
  return {
    query: basename(file, ".sql"),
    milliseconds,
    rows: expected.kind === "rows" ? expected.rows.length : -1,
    problem,
  };
}

function print(lines: readonly Line[]): void {
  const cell = (text: string | number): string => String(text).padStart(10);
  console.log(["query", "rows", "oltp ms", "olap ms", "auto ms"].map(cell).join(""));
  for (const { query, rows, milliseconds, problem } of lines) {
    console.log([query, rows, ...milliseconds.map((ms) => ms.toFixed(1))].map(cell).join("") + `  ${problem}`);
  }
  const totals = ROUTES.map((_, i) => lines.reduce((sum, line) => sum + line.milliseconds[i]!, 0).toFixed(0));
  console.log(["total", "", ...totals].map(cell).join(""));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { queries: { type: "string" }, olap: { type: "string", default: "duckdb" } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error(
    "Usage: deno task tpch DIR [--queries DIR] [--olap duckdb|arrow]   (DIR holds *.parquet, and queries/*.sql unless told otherwise)",
  );
  Deno.exit(2);
}
const scratch = await mkdtemp(join(tmpdir(), "rhei-tpch-"));
let failed = true;
try {
  await using engine = await HtapEngine.open({
    oltpPath: join(scratch, "tpch.db"),
    olap: { backend: backendNamed(values.olap) },
    syncIntervalMs: 0,
  });
  await load(engine, folder);
  const started = performance.now();
  await engine.syncNow();
  console.error(`mirror loaded in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const lines: Line[] = [];
  for (const file of await filesOf(values.queries ?? folder, ".sql")) lines.push(await run(engine, file));
  print(lines);
  const declines = lines.filter((line) => line.problem.includes("declined")).length;
  const differing = lines.filter((line) => line.problem.includes("DIFFERS")).length;
  console.log(`${lines.length} queries, ${differing} differ, ${declines} declined`);
  failed = differing > 0 || lines.length === 0;
} finally {
  await rm(scratch, { recursive: true });
}
Deno.exit(failed ? 1 : 0);
