/**
 * Tries a built program in an empty folder, on any platform. Run: `deno task smoke PROGRAM`.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

/** Enough for the threads of the Arrow executor to divide the work. */
const ROWS = 150_000;

const SCRIPT = `
create table sale (id integer primary key, kind text, amount real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})
insert into sale select i, iif(i % 2, 'odd', 'even'), i * 0.5 from n;
`;

const QUERY = "select kind, count(*) as n, sum(amount) as total from sale group by kind order by kind";

const ANSWER = "kind,n,total\neven,75000,2812537500.0\nodd,75000,2812500000.0\n";

/** Windows' own libraries need it; nothing else of the environment is passed on. */
const NEEDED = ["SystemRoot"];

/** Runs the program's main commands with both mirrors. @throws {Error} When one fails or answers otherwise than it must. */
export async function smokeTest(program: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-smoke-"));
  const env = Object.fromEntries(NEEDED.map((name) => [name, process.env[name]]));
  const run = async (...args: string[]): Promise<string> => {
    // Line ends are what the platform has.
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: folder,
      env: { ...env, RHEI_NATIVE_DIR: folder },
    });
    return stdout.replaceAll("\r\n", "\n");
  };
  const expect = (what: string, got: string, wanted: string): void => {
    if (got !== wanted) throw new Error(`Cannot trust ${program}: ${what} gave ${JSON.stringify(got)}`);
  };
  try {
    await writeFile(join(folder, "make.sql"), SCRIPT);
    await run("--version");
    for (const olap of ["duckdb", "arrow"]) {
      const database = `${olap}.db`;
      await run("run", database, "make.sql");
      for (const route of ["olap", "oltp"]) {
        const answer = await run("query", database, QUERY, "--route", route, "--olap", olap, "--threads", "2");
        expect(`--olap ${olap} --route ${route}`, answer, ANSWER);
      }
      await run("export", database, "select * from sale", `${olap}.parquet`, "--olap", olap);
      await run("import", database, "copy", `${olap}.parquet`, "--olap", olap);
      await run("verify", database, "--olap", olap);
      const counted = await run("query", database, "select count(*) as n from copy", "--olap", olap);
      expect("import of an export", counted, `n\n${ROWS}\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [program] = Deno.args;
  try {
    if (program === undefined) throw new Error("Cannot tell what to try: name a PROGRAM");
    await smokeTest(resolve(program));
    process.stdout.write(`${program}: works, ${((await stat(program)).size / 1e6).toFixed(1)} MB\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
