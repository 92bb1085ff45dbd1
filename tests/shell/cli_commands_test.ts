import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import Database from "libsql";
import manifest from "../../deno.json" with { type: "json" };
import { inFolder, rhei } from "./cli_process.ts";

/** 5,000 orders, enough for the mirror to answer an aggregate. */
const SCHEMA = `
create table orders (id integer primary key, status text not null, total real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
insert into orders select i, iif(i % 2, 'open', 'paid'), i * 0.5 from n;
create table customers (id integer primary key, name text, photo blob);
insert into customers values (1, 'Zoë', x'00ff'), (2, '', null), (9007199254740993, null, null);
`;

function makeDatabase(path: string): void {
  const database = new Database(path);
  database.exec(SCHEMA);
  database.close();
}

function objectsOf(path: string): unknown[] {
  const database = new Database(path);
  try {
    return database.prepare("select name from sqlite_schema where name like '%rhei%'").raw(true).all().flat();
  } finally {
    database.close();
  }
}

Deno.test("rhei query answers from both engines and binds parameters", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const sum = "select status, count(*) as n, sum(total) as total from orders group by status order by 1";
    const routed = await rhei(["query", path("a.db"), sum]);
    assert.deepEqual(routed, {
      code: 0,
      stdout: "status,n,total\nopen,2500,3125000.0\npaid,2500,3126250.0\n",
      stderr: routed.stderr,
    });
    assert.match(routed.stderr, /tracking/, "one line says that the database is tracked");
    const again = await rhei(["--format", "json", "query", path("a.db"), sum, "--route=oltp"]);
    assert.deepEqual(again, {
      code: 0,
      stdout: '[{"status":"open","n":2500,"total":3125000.0},\n{"status":"paid","n":2500,"total":3126250.0}]\n',
      stderr: "",
    });
    const bound = await rhei([
      "query",
      path("a.db"),
      "select ?, ?, ?, ?, ?, typeof(?)",
      "5",
      "null",
      "'5'",
      "007",
      "x'0a'",
      "1.5",
    ]);
    assert.equal(bound.stdout.split("\n")[1], "5,,5,007,x'0a',real");
    const texts = await rhei([
      "query",
      path("a.db"),
      "select typeof(?), ? is null, ?",
      "--text",
      "--",
      "5",
      "null",
      "-x",
    ]);
    assert.equal(texts.stdout.split("\n")[1], "text,0,-x");
  }));

Deno.test("rhei explain says engine, reason and plan", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const olap = await rhei(["explain", path("a.db"), "select sum(total) from orders"]);
    assert.equal(olap.code, 0);
    assert.match(olap.stdout, /^goes to: +duckdb \(olap\)\nbecause: +.*SCAN orders.*\n/);
    const oltp = await rhei(["explain", path("a.db"), "select * from orders where id = 1"]);
    assert.match(oltp.stdout, /^goes to: +libsql \(oltp\)\n[^]*plan\nSEARCH orders USING INTEGER PRIMARY KEY/);
  }));

Deno.test("rhei sync, status and verify show the mirror; untrack removes every trace", () =>
  inFolder(async (path) => {
    const database = path("a.db");
    makeDatabase(database);
    const first = await rhei(["sync", database]);
    assert.equal(first.code, 0);
    assert.match(first.stdout, /^customers +loaded +3 rows\norders +loaded +5,000 rows\n2 tables · /);
    const second = await rhei(["sync", database]);
    assert.match(second.stdout, /^The mirror is up to date · /);
    const status = await rhei(["status", database, "--format", "json"]);
    const { tables, lag, backend } = JSON.parse(status.stdout);
    assert.deepEqual([backend, lag.changes], ["duckdb", 0]);
    assert.deepEqual(tables.map((table: { name: string; rows: number }) => [table.name, table.rows]).sort(), [
      ["customers", 3],
      ["orders", 5000],
    ]);
    const plain = await rhei(["status", database]);
    assert.match(
      plain.stdout,
      /^database: +.*a\.db\nmirror: +duckdb, .*\nlag: +none\n[^]*orders +mirrored +5,000 rows\n$/,
    );
    const verify = await rhei(["verify", database]);
    assert.deepEqual([verify.code, verify.stdout], [
      0,
      "customers: equal, 3 rows\norders: equal, 5,000 rows\nmirror and database are equal\n",
    ]);
    assert.equal((await rhei(["untrack", database, "customers"])).code, 0);
    const without = await rhei(["status", database]);
    assert.match(without.stdout, /\ncustomers +untracked\norders +mirrored +5,000 rows\n$/);
    assert.notDeepEqual(objectsOf(database), []);
    const untrack = await rhei(["untrack", database]);
    assert.deepEqual([untrack.code, untrack.stdout, objectsOf(database)], [0, "", []]);
    const track = await rhei(["track", database, "orders"]);
    assert.equal(track.code, 0, track.stderr);
    assert.notDeepEqual(objectsOf(database), []);
  }));

Deno.test("rhei track changes the sync mode, and asks what becomes of history", () =>
  inFolder(async (path) => {
    const database = path("a.db");
    makeDatabase(database);
    const temporal = await rhei(["track", database, "--sync-mode", "temporal"]);
    assert.equal(temporal.code, 0, temporal.stderr);
    assert.match(temporal.stderr, /kept in sync mode temporal/);
    await rhei(["query", database, "update customers set name = 'Zoe' where id = 1"]);
    const versions = [
      "query",
      database,
      "select name from customers for system_time all where id = 1 order by _rhei_valid_from",
    ];
    assert.equal((await rhei(versions)).stdout, "name\nZoë\nZoe\n");
    assert.match((await rhei(["status", database, "--format", "json"])).stdout, /"syncMode":"temporal"/);
    for (
      const [args, message] of [
        [["query", database, "select 1", "--sync-mode", "destructive"], /it is kept in "temporal"/],
        [["track", database, "--sync-mode", "destructive"], /--keep-history or --discard-history/],
        [["untrack", database], /--keep-history or --discard-history/],
        [["untrack", database, "--keep-history", "--discard-history"], /Cannot use both/],
        [["track", database, "--keep-history"], /Cannot end history/],
      ] as const
    ) {
      const refused = await rhei(args);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, message);
    }
    const byEnvironment = await rhei(["track", database, "--discard-history"], {
      env: { RHEI_SYNC_MODE: "destructive" },
    });
    assert.deepEqual(
      [byEnvironment.code, (await rhei(versions)).stdout],
      [2, "name\nZoë\nZoe\n"],
      byEnvironment.stderr,
    );
    assert.match(byEnvironment.stderr, /it is kept in "temporal"/);
    const back = await rhei(["track", database, "--sync-mode", "destructive", "--keep-history"]);
    assert.equal(back.code, 0, back.stderr);
    assert.equal((await rhei(versions)).stdout, "name\nZoë\nZoe\n");
    assert.equal((await rhei(["untrack", database, "--discard-history"])).code, 0);
    assert.deepEqual(objectsOf(database), []);
  }));

Deno.test("rhei verify exits with 1 and names the key when the mirror was damaged", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    await rhei(["sync", path("a.db"), "--olap-path", path("mirror")]);
    const instance = await DuckDBInstance.create(path("mirror/mirror.duckdb"));
    const connection = await instance.connect();
    await connection.run("update m.orders set status = 'lost' where id = 4711");
    connection.closeSync();
    instance.closeSync();
    const verify = await rhei(["verify", path("a.db"), "--olap-path", path("mirror")]);
    assert.equal(verify.code, 1);
    assert.match(
      verify.stdout,
      /^orders: DIFFERS in 1 row .*\n +id = 4711: different \(status\)\nmirror and database DIFFER\n$/m,
    );
  }));

Deno.test("rhei export and import carry the same rows through every format", () =>
  inFolder(async (path) => {
    const database = path("a.db");
    makeDatabase(database);
    for (const file of ["c.csv", "c.parquet"]) {
      const exported = await rhei(["export", database, "select * from customers order by id", path(file)]);
      assert.equal(exported.code, 0, exported.stderr);
      assert.match(exported.stderr, /3 rows exported to ".*" · /);
      const table = file.replace(".", "_");
      const imported = await rhei(["import", database, table, path(file)]);
      assert.match(imported.stderr, /3 rows imported into new table "c_\w+" · /);
      assert.equal(imported.code, 0);
      const difference = await rhei(["query", database, `select * from customers except select * from ${table}`]);
      assert.equal(difference.stdout, "id,name,photo\n", file);
    }
    assert.equal(readFileSync(path("c.csv"), "utf8"), "id,name,photo\n1,Zoë,x'00ff'\n2,\"\",\n9007199254740993,,\n");
  }));

Deno.test("rhei run runs a script of SQL and dot commands; rhei shell takes one on stdin", () =>
  inFolder(async (path) => {
    writeFileSync(
      path("s.sql"),
      "-- set up\ncreate table t (a, b);\ncreate trigger u after insert on t begin update t set b = 'x;y'; end;\n" +
        "begin;\ninsert into t (a) values (1), (2);\ncommit;\n.mode json\nselect * from t;\n.tables\n",
    );
    const run = await rhei(["run", path("new.db"), path("s.sql")]);
    assert.equal(run.stdout, '[{"a":1,"b":"x;y"},\n{"a":2,"b":"x;y"}]\nt\n');
    assert.equal(run.code, 0, run.stderr);
    const shell = await rhei(["shell", path("new.db")], { stdin: "select count(*) as n from t;\nselect 2" });
    assert.deepEqual([shell.code, shell.stdout], [0, "n\n2\n2\n2\n"]);
    const inMemory = await rhei(["run", ":memory:", "-"], { stdin: ".quit 3\nselect 1;" });
    assert.deepEqual([inMemory.code, inMemory.stdout], [3, ""]);
    assert.ok(!existsSync(":memory:"));
  }));

Deno.test("rhei --version, --help and completions need no database", async () => {
  const [version, help, commandHelp, completions] = await Promise.all([
    rhei(["--version"]),
    rhei(["--help"]),
    rhei(["query", "--help"]),
    rhei(["completions", "bash"]),
  ]);
  assert.deepEqual(version, { code: 0, stdout: `rhei ${manifest.version}\n`, stderr: "" });
  for (
    const command of [
      "shell",
      "run",
      "query",
      "explain",
      "track",
      "untrack",
      "sync",
      "status",
      "verify",
      "import",
      "export",
      "serve",
      "completions",
    ]
  ) {
    assert.match(help.stdout, new RegExp(`^  ${command}  `, "m"), command);
  }
  assert.match(help.stdout, /--sync-interval MS/);
  assert.match(commandHelp.stdout, /Usage: rhei query .*DB SQL \[PARAM\.\.\.\]/);
  assert.match(commandHelp.stdout, /Examples:\n +rhei query app\.db/);
  assert.match(completions.stdout, /complete .*rhei/);
  assert.deepEqual([help.code, commandHelp.code, completions.code], [0, 0, 0]);
});

Deno.test("rhei completions suggests commands, options and their values", async () => {
  const words = async (...args: string[]) => (await rhei(["completions", "fish", ...args])).stdout;
  assert.match(await words("ex"), /^explain\b[^]*^export\b/m);
  assert.match(await words("query", "--route", "o"), /^oltp\b[^]*^olap\b|^olap\b[^]*^oltp\b/m);
});

Deno.test("rhei takes options from rhei.toml and the environment, the flag first", () =>
  inFolder(async (path) => {
    writeFileSync(path("rhei.toml"), 'format = "json"\nroute = "oltp"\n');
    const cwd = path("");
    const query = ["query", ":memory:", "select 1 as a"];
    assert.equal((await rhei(query, { cwd })).stdout, '[{"a":1}]\n');
    assert.equal((await rhei(query, { cwd, env: { RHEI_FORMAT: "tsv" } })).stdout, "a\n1\n");
    assert.equal((await rhei([...query, "--format", "line"], { cwd, env: { RHEI_FORMAT: "tsv" } })).stdout, "a = 1\n");
  }));

Deno.test("rhei sync --rebuild brings a repaired table back, and status says why it was away", () =>
  inFolder(async (path) => {
    const database = new Database(path("a.db"));
    database.exec("create table t(id integer primary key, c int); create table u(a); insert into t values (1, 'one')");
    database.exec("insert into t values (2, 2)");
    const status = async () => (await rhei(["status", path("a.db")])).stdout;
    assert.equal((await rhei(["sync", path("a.db")])).code, 0);
    assert.match(await status(), /^t +absent +column c holds text and integers, since \d{4}-\d\d-\d\dT[\d:]{8}Z$/m);
    const query = await rhei(["query", path("a.db"), "select typeof(c) from t order by 1", "--format", "csv"]);
    assert.equal(query.stdout, "typeof(c)\ninteger\ntext\n");
    database.exec("update t set c = 1 where id = 1");
    database.close();
    const rebuilt = await rhei(["sync", path("a.db"), "--rebuild", "t", "--rebuild", "u"]);
    assert.deepEqual([rebuilt.code, rebuilt.stdout.split("\n").slice(0, 2)], [0, [
      "t  loaded  2 rows",
      "u  loaded  0 rows",
    ]], rebuilt.stderr);
    const all = await rhei(["sync", path("a.db"), "--rebuild-all"]);
    assert.match(all.stdout, /^t +loaded +2 rows\nu +loaded +0 rows\n/);
    const none = await rhei(["sync", path("a.db"), "--rebuild", "v"]);
    assert.deepEqual([none.code, /there is no such table/.test(none.stderr)], [1, true]);
  }));
