/**
 * Whole-process times: `rhei --version` and a first query on a small database with its mirror at hand, from this checkout and from the
 * built executable, beside the runtime alone and, where installed, `sqlite3` and DuckDB's shell on the same rows. Also the
 * executable's size, and the memory `rhei serve` holds when nothing happens.
 *
 *     deno task build && deno run -A bench/start.ts [--runs 7] [--executable dist/rhei] [--database chinook.sqlite --sql "select …"]
 */
import Database from "libsql";
import { DuckDBInstance } from "@duckdb/node-api";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { median } from "./support/timing.ts";

/** What to measure. */
export interface StartBenchOptions {
  readonly runs: number;
  /** Runs before those, which are not counted: the first find nothing in the caches of the runtime and the operating system. */
  readonly warmUps: number;
  /** The built executable, if it is measured too. */
  readonly executable: string | null;
  /** A database to ask, which is copied; `null` stands for a made one. */
  readonly database: string | null;
  readonly sql: string;
  /** How long the service is left alone before its memory is read. */
  readonly idleMs: number;
}

/** A command's median time from spawn to exit, `null` when it is not installed. */
export interface StartTime {
  readonly command: string;
  readonly ms: number | null;
}

/** What was measured. */
export interface StartBench {
  readonly times: readonly StartTime[];
  /** `null` without an executable. */
  readonly executableBytes: number | null;
  /** Resident memory of the idle service, by backend; empty without an executable, and where `/proc` does not tell. */
  readonly idleBytes: Readonly<Record<string, number>>;
}

type Command = readonly [program: string, args: readonly string[]];

const ROOT = join(import.meta.dirname!, "..");
const MAIN = join(ROOT, "cli", "main.ts");
const QUERY = "select kind, count(*) as n, sum(amount) as total from sale group by kind order by kind";
const ROWS = 2_000;

function makeDatabase(path: string): void {
  const database = new Database(path);
  database.exec("CREATE TABLE sale (id INTEGER PRIMARY KEY, kind TEXT, amount REAL)");
  database.exec(`INSERT INTO sale SELECT value, 'kind ' || (value % 5), value * 0.25 FROM generate_series(1, ${ROWS})`);
  database.close();
}

/** The same tables for DuckDB's own shell. */
async function copyForDuckdb(from: string, to: string): Promise<void> {
  const source = new Database(from);
  const instance = await DuckDBInstance.create(to);
  const connection = await instance.connect();
  const tables = source.prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .raw(true).all().flat() as string[];
  for (const table of tables) {
    const rows = source.prepare(`select * from "${table}"`).raw(true);
    const columns = rows.columns().map(({ name, type }) => ({ name, type: duckdbType(type ?? "") }));
    await connection.run(
      `create table "${table}" (${columns.map(({ name, type }) => `"${name}" ${type}`).join(", ")})`,
    );
    const marks = columns.map(({ type }, at) => `$${at + 1}::${type}`).join(", ");
    const insert = await connection.prepare(`insert into "${table}" values (${marks})`);
    await connection.run("begin");
    for (const row of rows.iterate() as Iterable<unknown[]>) {
      for (const [at, value] of row.entries()) {
        if (value === null) insert.bindNull(at + 1);
        else insert.bindVarchar(at + 1, String(value));
      }
      await insert.run();
    }
    await connection.run("commit");
  }
  source.close();
  connection.closeSync();
  instance.closeSync();
}

function duckdbType(declared: string): string {
  if (/INT/i.test(declared)) return "BIGINT";
  return /NUMERIC|REAL|DOUBLE|FLOAT/i.test(declared) ? "DOUBLE" : "VARCHAR";
}

function fromCheckout(script: string, ...args: readonly string[]): Command {
  return [process.execPath, ["run", "-A", "--quiet", "--no-check", script, ...args]];
}

/** Runs every command in turn, so that a busy moment meets all of them. @throws {Error} When one that exists fails. */
function timeCommands(
  commands: Readonly<Record<string, Command>>,
  { runs, warmUps }: Pick<StartBenchOptions, "runs" | "warmUps">,
): StartTime[] {
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let run = -warmUps; run < runs; run++) {
    for (const [name, [program, args]] of Object.entries(commands)) {
      const startedMs = performance.now();
      const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
      const ms = performance.now() - startedMs;
      if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") continue;
      if (status !== 0) throw new Error(`${name} failed with ${status}: ${stderr}`);
      if (run >= 0) times.get(name)!.push(ms);
    }
  }
  return [...times].map(([command, each]) => ({ command, ms: each.length === 0 ? null : median(each) }));
}

/** Resident memory of a service that has loaded its mirror and then had nothing to do. */
async function idleMemory(executable: string, database: string, olap: string, idleMs: number): Promise<number | null> {
  const child = spawn(executable, ["serve", database, "--olap", olap], { stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(child, "close");
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      if ((JSON.parse(line) as { event: string }).event === "ready") break;
    }
    await sleep(idleMs);
    const status = `/proc/${child.pid}/status`;
    if (!existsSync(status)) return null;
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"))![1]) * 1024;
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

/** Runs the bench in a scratch folder, which it removes. */
export async function benchStart(options: StartBenchOptions): Promise<StartBench> {
  const { executable, database, sql, idleMs } = options;
  const folder = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const empty = join(folder, "empty.ts");
    await writeFile(empty, "");
    // Each backend has a mirror of its own, and sqlite3 a database without triggers.
    const [plain, duckdb, arrow, shell] = ["plain.db", "duckdb.db", "arrow.db", "shell.duckdb"].map((name) =>
      join(folder, name)
    ) as [string, string, string, string];
    if (database === null) makeDatabase(plain);
    else await copyFile(database, plain);
    await copyForDuckdb(plain, shell);
    for (const copy of [duckdb, arrow]) await copyFile(plain, copy);
    const query = (path: string, ...args: readonly string[]) => ["query", path, sql, ...args];
    const asked = {
      "query": query(duckdb),
      "query, libSQL": query(duckdb, "--route", "oltp"),
      "query, DuckDB mirror": query(duckdb, "--route", "olap"),
      "query, Arrow mirror": query(arrow, "--route", "olap", "--olap", "arrow"),
    };
    const commands: Record<string, Command> = {
      "runtime alone": fromCheckout(empty),
      "rhei --version": fromCheckout(MAIN, "--version"),
    };
    for (const [name, args] of Object.entries(asked)) commands[`rhei ${name}`] = fromCheckout(MAIN, ...args);
    if (executable !== null) {
      commands["executable --version"] = [executable, ["--version"]];
      for (const [name, args] of Object.entries(asked)) commands[`executable ${name}`] = [executable, args];
    }
    commands["sqlite3 -version"] = ["sqlite3", ["-version"]];
    commands["sqlite3 query"] = ["sqlite3", [plain, sql]];
    commands["duckdb --version"] = ["duckdb", ["--version"]];
    commands["duckdb query"] = ["duckdb", [shell, sql]];
    const times = timeCommands(commands, options);
    const idleBytes: Record<string, number> = {};
    for (const [olap, path] of executable === null ? [] : [["duckdb", duckdb], ["arrow", arrow]] as const) {
      const bytes = await idleMemory(executable!, path, olap, idleMs);
      if (bytes !== null) idleBytes[olap] = bytes;
    }
    return { times, executableBytes: executable === null ? null : (await stat(executable)).size, idleBytes };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One line per command, with the ratio to the runtime alone, then sizes. */
export function describeStart({ times, executableBytes, idleBytes }: StartBench): string {
  const alone = times[0]?.ms ?? 1;
  const lines = times.map(({ command, ms }) =>
    ms === null
      ? `${command.padEnd(34)}not installed`
      : `${command.padEnd(34)}${ms.toFixed(1).padStart(8)} ms  ${
        (ms / alone).toFixed(2).padStart(6)
      } of the runtime alone`
  );
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(8)} MB`;
  if (executableBytes !== null) lines.push(`${"executable, size".padEnd(34)}${megabytes(executableBytes)}`);
  for (const [olap, bytes] of Object.entries(idleBytes)) {
    lines.push(`${`executable serve, idle, ${olap}`.padEnd(34)}${megabytes(bytes)}`);
  }
  return lines.join("\n");
}

if (import.meta.main) {
  const built = join(ROOT, "dist", "rhei");
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "7" },
      executable: { type: "string", default: existsSync(built) ? built : "" },
      database: { type: "string" },
      sql: { type: "string", default: QUERY },
    },
  });
  const bench = await benchStart({
    runs: Number(values.runs),
    warmUps: 2,
    executable: values.executable === "" ? null : resolve(values.executable),
    database: values.database ?? null,
    sql: values.sql,
    idleMs: 3_000,
  });
  process.stdout.write(`${describeStart(bench)}\n`);
}
