import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import manifest from "../../deno.json" with { type: "json" };
import { smokeTest } from "../../scripts/build/smoke.ts";
import { executableTest, type Outcome, runAlone, startAlone } from "./built_executable.ts";

/** Enough rows for two threads to divide the work. */
const ROWS = 150_000;

const SCRIPT = `
create table sale (id integer primary key, kind text, amount real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})
insert into sale select i, 'kind ' || (i % 3), i * 0.5 from n;
`;

const QUERY = "select kind, count(*) as n, sum(amount) as total from sale group by kind order by kind";

const ANSWER = "kind,n,total\nkind 0,50000,1875037500.0\nkind 1,50000,1874987500.0\nkind 2,50000,1875012500.0\n";

for (const olap of ["duckdb", "arrow"]) {
  executableTest(
    `the executable runs every command, alone and without an environment, with ${olap}`,
    async (rhei, folder) => {
      writeFileSync(join(folder, "make.sql"), SCRIPT);
      const run = async (...args: string[]): Promise<string> => {
        const outcome = await runAlone(rhei, [...args, "--olap", olap, "--threads", "2"], { cwd: folder });
        assert.equal(outcome.code, 0, `${args.join(" ")}: ${outcome.stderr}`);
        return outcome.stdout;
      };
      assert.equal((await runAlone(rhei, ["--version"], { cwd: folder })).stdout, `rhei ${manifest.version}\n`);
      assert.match(await run("--help"), /completions/);
      await run("run", "a.db", "make.sql");
      await run("track", "a.db");
      assert.match(await run("sync", "a.db"), /up to date/);
      assert.equal(await run("query", "a.db", QUERY, "--route", "olap"), ANSWER);
      assert.equal(await run("query", "a.db", QUERY, "--route", "oltp"), ANSWER);
      assert.match(await run("explain", "a.db", QUERY), new RegExp(`goes to: +${olap} \\(olap\\)`));
      assert.match(await run("status", "a.db"), /sale +.*150,?000/);
      assert.match(await run("verify", "a.db"), /sale: equal, 150,000 rows/);
      for (const format of ["csv", "json", "jsonl", "tsv", "parquet", "arrow"]) {
        await run("export", "a.db", "select * from sale where id <= 10", `out.${format}`);
        await run("import", "a.db", `from_${format}`, `out.${format}`);
        const counted = await run("query", "a.db", `select count(*), sum(amount) from from_${format}`);
        assert.equal(counted.split("\n")[1], "10,27.5", format);
      }
      await run("untrack", "a.db");
      assert.match((await runAlone(rhei, ["completions", "bash"], { cwd: folder })).stdout, /complete/);
      const session = { cwd: folder, stdin: `${QUERY};\n.tables\nselect 'bye' as word;\n` };
      const shell = await runAlone(rhei, ["shell", "a.db", "--olap", olap], session);
      assert.deepEqual([shell.code, shell.stdout.startsWith(ANSWER)], [0, true], shell.stderr);
      assert.match(shell.stdout, /from_parquet[^]*word\nbye\n$/);
    },
  );
}

/** Above this a download is no longer small. */
const SIZE_BYTES_MAX = 150e6;

executableTest("the executable passes the smoke test of a release, and is not too large for one", async (rhei) => {
  await smokeTest(rhei);
  assert.ok(statSync(rhei).size <= SIZE_BYTES_MAX, `${statSync(rhei).size} bytes`);
});

executableTest("the executable serves metrics and ends in order at SIGTERM", async (rhei, folder) => {
  writeFileSync(join(folder, "make.sql"), "create table t (a integer primary key); insert into t values (1);");
  assert.equal((await runAlone(rhei, ["run", "a.db", "make.sql"], { cwd: folder })).code, 0);
  const child = startAlone(rhei, ["serve", "a.db", "--metrics-port", "0"], { cwd: folder });
  const exited = once(child, "close");
  const events: Record<string, { url?: string }> = {};
  for await (const line of createInterface({ input: child.stderr! })) {
    const entry = JSON.parse(line) as { event: string; url?: string };
    events[entry.event] = entry;
    if (entry.event === "ready") break;
  }
  const metrics = await (await fetch(`${events["metrics"]!.url}/metrics`)).text();
  assert.match(metrics, /^rhei_/m);
  Deno.kill(child.pid!, "SIGTERM");
  assert.equal((await exited)[0], 0);
});

executableTest("the executable reads nothing that configures Bun", async (rhei, folder) => {
  const touched = join(folder, "touched");
  const planted = join(folder, "planted.js");
  writeFileSync(planted, `require("node:fs").writeFileSync(${JSON.stringify(touched)}, "")`);
  writeFileSync(join(folder, ".env"), "RHEI_FORMAT=json\n");
  writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./planted.js"]\n');
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs", "imports": {} }');
  writeFileSync(join(folder, "tsconfig.json"), "not JSON");
  const make = await runAlone(rhei, ["run", "a.db", "-"], { cwd: folder, stdin: "create table t (a)" });
  const query = (env: Record<string, string>): Promise<Outcome> =>
    runAlone(rhei, ["query", "a.db", "select 1 as one"], { cwd: folder, env });
  assert.equal(make.code, 0, make.stderr);
  assert.equal((await query({})).stdout, "one\n1\n");
  // Of a program of Bun's this would make Bun itself, which knows no command "query".
  assert.equal((await query({ BUN_BE_BUN: "1" })).stdout, "one\n1\n");
  assert.equal((await query({ BUN_OPTIONS: "--version" })).stdout, "one\n1\n");
  assert.throws(() => readFileSync(touched), /ENOENT/);
});
