/**
 * Whole-process times: `rhei --version` and a first query on a small database, beside the runtime alone and, where installed,
 * `sqlite3` on the same file.
 *
 *     deno run -A bench/start.ts [--runs 7]
 */
import Database from "libsql";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { median } from "./support/timing.ts";

/** A command's median time from spawn to exit, `null` when it is not installed. */
export interface StartTime {
  readonly command: string;
  readonly ms: number | null;
}

const MAIN = join(import.meta.dirname!, "..", "cli", "main.ts");
const QUERY = "select kind, count(*) as n, sum(amount) as total from sale group by kind order by kind";
const ROWS = 2_000;

function makeDatabase(path: string): void {
  const database = new Database(path);
  database.exec("CREATE TABLE sale (id INTEGER PRIMARY KEY, kind TEXT, amount REAL)");
  database.exec(`INSERT INTO sale SELECT value, 'kind ' || (value % 5), value * 0.25 FROM generate_series(1, ${ROWS})`);
  database.close();
}

function runtimeArguments(script: string, ...rest: readonly string[]): [string, string[]] {
  return [process.execPath, ["run", "-A", "--quiet", "--no-check", script, ...rest]];
}

/** Median wall time of the runs after one warm-up. @throws {Error} When a command that exists fails. */
function timeCommand(name: string, [program, args]: [string, string[]], runs: number): StartTime {
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const startedMs = performance.now();
    const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
    if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return { command: name, ms: null };
    if (status !== 0) throw new Error(`${name} failed with ${status}: ${stderr}`);
    if (run > 0) times.push(performance.now() - startedMs);
  }
  return { command: name, ms: median(times) };
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchStart(runs: number): Promise<StartTime[]> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const empty = join(folder, "empty.ts");
    await writeFile(empty, "");
    const path = join(folder, "small.db");
    makeDatabase(path);
    return [
      timeCommand("runtime alone", runtimeArguments(empty), runs),
      timeCommand("rhei --version", runtimeArguments(MAIN, "--version"), runs),
      timeCommand("rhei query, libSQL", runtimeArguments(MAIN, "query", path, QUERY, "--route", "oltp"), runs),
      timeCommand("rhei query, mirror kept", runtimeArguments(MAIN, "query", path, QUERY, "--route", "olap"), runs),
      timeCommand("sqlite3 -version", ["sqlite3", ["-version"]], runs),
      timeCommand("sqlite3 query", ["sqlite3", [path, QUERY]], runs),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One line per command, with the ratio to the runtime alone. */
export function describeStartTimes(times: readonly StartTime[]): string {
  const alone = times[0]?.ms ?? 1;
  return times.map(({ command, ms }) =>
    ms === null
      ? `${command.padEnd(26)}not installed`
      : `${command.padEnd(26)}${ms.toFixed(1).padStart(8)} ms  ${
        (ms / alone).toFixed(2).padStart(6)
      } of the runtime alone`
  ).join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "7" } } });
  process.stdout.write(`${describeStartTimes(await benchStart(Number(values.runs)))}\n`);
}
