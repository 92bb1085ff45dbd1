import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import Database from "libsql";
import { type CliOptions, inFolder, rhei } from "./cli_process.ts";

function makeDatabase(path: string): void {
  const database = new Database(path);
  database.exec("create table orders (id integer primary key, amount real); insert into orders values (1, 2.5)");
  database.close();
}

/** A command line that must fail, and all that it says. */
interface Refusal {
  readonly args: readonly string[];
  readonly code: 1 | 2;
  /** Lines of stderr; a regular expression stands for a whole line. */
  readonly stderr: readonly (string | RegExp)[];
  readonly stdout?: string;
  readonly options?: CliOptions;
}

async function refuses({ args, code, stderr, stdout = "", options }: Refusal): Promise<void> {
  const outcome = await rhei(args, options);
  const lines = outcome.stderr.trimEnd().split("\n").filter((line) => !line.startsWith("tracking "));
  const said = `rhei ${args.join(" ")} said:\n${outcome.stderr}`;
  assert.equal(lines.length, stderr.length, said);
  stderr.forEach((expected, index) => {
    if (typeof expected === "string") assert.equal(lines[index], expected, said);
    else assert.match(lines[index]!, expected, said);
  });
  assert.equal(outcome.code, code, said);
  assert.equal(outcome.stdout, stdout, said);
}

Deno.test("export, .export and .chart run nothing that is no query", () =>
  inFolder(async (path) => {
    const db = path("a.db");
    makeDatabase(db);
    const file = path("d.csv");
    for (
      const statement of [
        "delete from orders",
        "with gone as (select 1) delete from orders",
        "delete from orders returning id",
        "drop table orders",
        "pragma user_version = 3",
      ]
    ) {
      const message = `Cannot export to "${file}": the statement is no query`;
      const exported = await rhei(["export", db, statement, file]);
      assert.match(exported.stderr, new RegExp(`^${message}`, "m"), statement);
      assert.equal(exported.code, 1, statement);
      const stdin = `.export ${file} ${statement}\n.chart bar ${statement}\n`;
      const scripted = await rhei(["run", "--keep-going", db, "-"], { stdin });
      assert.ok(scripted.stderr.includes(message), scripted.stderr);
      assert.match(scripted.stderr, /Cannot draw the result: the statement is no query/);
      assert.equal(scripted.code, 1, statement);
    }
    assert.ok(!existsSync(file));
    const left = await rhei([
      "query",
      db,
      "select count(*) as n, (select user_version from pragma_user_version) as v from orders",
      "--format",
      "csv",
    ]);
    assert.equal(left.stdout, "n,v\n1,0\n");
    const explained = await rhei(["export", db, "explain query plan select * from orders", file]);
    assert.equal(explained.code, 0, explained.stderr);
  }));

Deno.test("scripts, stdin and parameters that are not UTF-8 are refused, and nothing is run", () =>
  inFolder(async (path) => {
    const db = path("a.db");
    makeDatabase(db);
    const latin = Buffer.from(
      "insert into orders values (2, 1);\ninsert into orders values (3, 'caf\xe9');\n",
      "latin1",
    );
    writeFileSync(path("latin.sql"), latin);
    writeFileSync(path("reads.sql"), `.read ${path("latin.sql")}\n`);
    writeFileSync(path("latin.json"), Buffer.from('\n["caf\xe9"]', "latin1"));
    const hint = "Hint: convert the file, for example with: iconv -f latin1 -t utf-8";
    const refusal = (name: string): string[] => [`Cannot read "${name}", line 2: it is not UTF-8 text`, hint];
    await refuses({ args: ["run", db, path("latin.sql")], code: 1, stderr: refusal(path("latin.sql")) });
    await refuses({ args: ["run", db, "-"], code: 1, stderr: refusal("stdin"), options: { stdin: latin } });
    await refuses({ args: ["shell", db], code: 1, stderr: refusal("stdin"), options: { stdin: latin } });
    const insert = "insert into orders values (2, ?)";
    const args = ["query", db, insert, "--params", path("latin.json")];
    await refuses({ args, code: 1, stderr: refusal(path("latin.json")) });
    const nested = await rhei(["run", db, path("reads.sql")]);
    assert.ok(nested.stderr.includes(refusal(path("latin.sql"))[0]!), nested.stderr);
    assert.equal(nested.code, 1);
    const left = await rhei(["query", db, "select count(*) as n from orders", "--format", "csv"]);
    assert.equal(left.stdout, "n\n1\n");
  }));

Deno.test("rhei points at an unknown name or a syntax error and suggests what was meant", () =>
  inFolder(async (path) => {
    const db = path("a.db");
    makeDatabase(db);
    for (
      const [sql, ...stderr] of [
        [
          "select id,\n  amout from orders",
          /^Cannot .*"?amout"?/,
          "line 2:   amout from orders",
          "          ^^^^^",
          'Hint: did you mean "amount"?',
        ],
        [
          "select * from ordres where id = 1",
          /^Cannot .*"?ordres"?/,
          "line 1: select * from ordres where id = 1",
          "                      ^^^^^^",
          'Hint: did you mean "orders"?',
        ],
        [
          "insert into ordres values (1)",
          /^Cannot .*"?ordres"?/,
          "line 1: insert into ordres values (1)",
          "                    ^^^^^^",
          'Hint: did you mean "orders"?',
        ],
        [
          "update orders set amout = 1",
          /^Cannot .*"?amout"?/,
          "line 1: update orders set amout = 1",
          "                          ^^^^^",
          'Hint: did you mean "amount"?',
        ],
        [
          "select id form orders where id = 1",
          /^Cannot .*syntax error/,
          "line 1: select id form orders where id = 1",
          "                       ^^^^^^",
        ],
      ] as (readonly [string, ...(string | RegExp)[]])[]
    ) {
      await refuses({ args: ["query", db, sql], code: 1, stderr });
    }
  }));

Deno.test("rhei run names file, line and statement of the first error and runs nothing after it", () =>
  inFolder(async (path) => {
    const lines = ["create table t (a);", ...Array.from({ length: 38 }, (_, i) => `insert into t values (${i});`)];
    writeFileSync(
      path("s.sql"),
      `${lines.join("\n")}\ninsert into t vales (40);\ninsert into t values (41);\nselect count(*) from t;\n`,
    );
    const stderr = [
      /^.*s\.sql:40: .*near "vales": syntax error$/,
      "line 40: insert into t vales (40)",
      "                       ^^^^^",
    ];
    await refuses({ args: ["run", path("a.db"), path("s.sql")], code: 1, stderr });
    const count = await rhei(["query", path("a.db"), "select count(*) from t"]);
    assert.equal(count.stdout, "count(*)\n38\n");
    // The table is there already, so line 1 fails too; everything else runs.
    const keptGoing = await rhei(["run", path("a.db"), path("s.sql"), "--keep-going"]);
    assert.deepEqual([keptGoing.code, keptGoing.stdout], [1, "count(*)\n77\n"]);
    assert.match(keptGoing.stderr, /s\.sql:1: .*already exists[^]*s\.sql:40: /);
    await refuses({
      args: ["run", path("a.db"), path("none.sql")],
      code: 1,
      stderr: [/^Cannot read ".*none\.sql": no such file$/],
    });
  }));

Deno.test("rhei says what is wrong with a database it cannot open, and makes no file", () =>
  inFolder(async (path) => {
    writeFileSync(
      path("text.db"),
      "this is a letter, not a database, and long enough to be taken for neither\n".repeat(20),
    );
    const before = () => readdirSync(path("")).sort();
    const files = before();
    for (
      const [name, message, ...hint] of [
        ["text.db", /^Cannot open ".*text\.db": the file is not a SQLite database$/],
        [
          "missing.db",
          /^Cannot open ".*missing\.db": no such file$/,
          "Hint: rhei shell, run and import make a new database",
        ],
        ["", /^Cannot open ".*": it is a directory$/],
      ] as const
    ) {
      await refuses({ args: ["query", path(name), "select 1"], code: 1, stderr: [message, ...hint] });
    }
    assert.deepEqual(before(), files);
  }));

Deno.test("rhei waits for a locked database no longer than the busy timeout, then says so", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    await rhei(["track", path("a.db")]);
    const other = new Database(path("a.db"));
    other.exec("begin immediate");
    try {
      const stderr = [/^Cannot .*: the database is locked by another connection$/, /^Hint: /];
      await refuses({ args: ["query", path("a.db"), "delete from orders"], code: 1, stderr });
    } finally {
      other.exec("rollback");
      other.close();
    }
    assert.equal((await rhei(["query", path("a.db"), "select count(*) from orders"])).stdout, "count(*)\n1\n");
  }));

/** Root may write any file, unless it gives up that right. */
const WITHOUT_PRIVILEGE = Deno.uid() === 0
  ? ["setpriv", "--inh-caps=-dac_override,-dac_read_search", "--bounding-set=-dac_override,-dac_read_search"]
  : [];

Deno.test("rhei refuses to write to a read-only database and still reads it", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const before = readdirSync(path(""));
    const flag = ["--read-only", "query", path("a.db")];
    await refuses({
      args: [...flag, "delete from orders"],
      code: 1,
      stderr: [/^Cannot .*read-only/],
    });
    assert.equal((await rhei([...flag, "select count(*) from orders", "--route", "olap"])).stdout, "count(*)\n1\n");
    assert.deepEqual(readdirSync(path("")), before, "nothing was added beside it");
    chmodSync(path("a.db"), 0o444);
    chmodSync(path(""), 0o555);
    const options = { within: WITHOUT_PRIVILEGE };
    await refuses({
      args: ["query", path("a.db"), "delete from orders"],
      code: 1,
      stderr: [/^the database cannot be written: opened read-only/, /^Cannot .*read-only/],
      options,
    });
    chmodSync(path(""), 0o755);
  }));

Deno.test("rhei keeps everything as it was when the disk is full", () =>
  inFolder(async (path) => {
    const db = path("a.db");
    makeDatabase(db);
    writeFileSync(
      path("s.sql"),
      "pragma max_page_count = 20;\ninsert into orders (amount) with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select i from n;\n",
    );
    await refuses({
      args: ["run", db, path("s.sql")],
      code: 1,
      stdout: "max_page_count\n20\n",
      stderr: [/s\.sql:2: .*the disk or quota is full$/, /^line 2: insert into orders/, /^ +\^+$/, /^Hint: /],
    });
    assert.equal((await rhei(["query", db, "select count(*) from orders"])).stdout, "count(*)\n1\n");
    await refuses({
      args: ["query", ":memory:", "select 1"],
      code: 1,
      stderr: ['Cannot write to "stdout": no space left on the disk'],
      options: { within: ["sh", "-c", 'exec "$@" > /dev/full', "sh"] },
    });
    // A limit on the size of files stands for a full disk when a file is written.
    const options = { within: ["sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"] };
    const rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select i from n";
    const args = ["export", ":memory:", rows, path("big.csv")];
    await refuses({
      args,
      code: 1,
      stderr: [/^Cannot export to ".*big\.csv": the file would be larger than is allowed$/],
      options,
    });
    assert.deepEqual(readdirSync(path("")).filter((name) => name.includes("big")), []);
  }));

Deno.test("rhei counts parameters", async () => {
  for (
    const [sql, params, message] of [
      ["select ? + ?", ["1"], "Cannot bind parameters: the statement has 2 parameters, 1 given"],
      ["select 1", ["1", "2"], "Cannot bind parameters: the statement has 0 parameters, 2 given"],
    ] as const
  ) {
    await refuses({ args: ["query", ":memory:", sql, ...params], code: 1, stderr: [message] });
  }
});

Deno.test("rhei exits with 2 when the command line or the configuration is wrong", () =>
  inFolder(async (path) => {
    writeFileSync(path("bad.toml"), 'rout = "oltp"\n');
    for (
      const [args, ...stderr] of [
        [["a.db"], 'Unexpected option or argument: "a.db"', "Hint: a command comes first, as in rhei shell a.db"],
        [["status", "a.db", "b.db"], 'Unexpected option or argument: "b.db"', "Hint: rhei --help shows how it is used"],
        [["qery", "a.db"], 'Unexpected option or argument: "qery"', 'Hint: did you mean "query"?'],
        [
          ["query", "a.db", "select 1", "--formt", "csv"],
          'Unexpected option or argument: "--formt"',
          'Hint: did you mean "--format"?',
        ],
        [["query", "a.db"], 'Expected a "SQL", but too few arguments', "Hint: rhei --help shows how it is used"],
        [
          ["query", "a.db", "select ?", "-5"],
          'Unexpected option or argument: "-5"',
          "Hint: values that begin with a dash come after --",
        ],
        [["query", "a.db", "select 1", "--format", "xml"], /^Cannot use --format: received "xml", allowed: box, csv, /],
        [
          ["query", "a.db", "select 1", "--olap", "rows"],
          /^Cannot use --olap: received "rows", allowed: duckdb or arrow$/,
        ],
        [
          ["serve", "a.db", "--metrics-port", "port"],
          'Cannot use --metrics-port: received "port", allowed: a whole number from 0 to 65535, or off',
        ],
        [
          ["--config", path("bad.toml"), "status", "a.db"],
          /^Cannot use "rout" in ".*bad\.toml": no such key$/,
          'Hint: did you mean "route"?',
        ],
        [["completions", "tcsh"], /^Unsupported shell "tcsh"\. Available shells: "bash", /, /^Hint: /],
        [[], "Cannot tell what to do: no command is given", "Hint: rhei --help lists the commands"],
      ] as (readonly [string[], ...(string | RegExp)[]])[]
    ) {
      await refuses({ args, code: 2, stderr });
    }
    assert.ok(!existsSync("a.db"));
  }));

Deno.test("rhei import names the bad row and imports nothing; export refuses a missing folder", () =>
  inFolder(async (path) => {
    const db = path("a.db");
    makeDatabase(db);
    writeFileSync(path("bad.csv"), "id,amount\n2,1.5\n3,2.5,oops\n");
    writeFileSync(path("latin1.csv"), Buffer.from("id,amount\n2,\xe9\n", "latin1"));
    const refused = (file: string, ...stderr: (string | RegExp)[]) =>
      refuses({ args: ["import", db, "orders", path(file)], code: 1, stderr });
    await refused("bad.csv", /^Cannot import ".*bad\.csv", line 3: expected 2 fields, found 3$/);
    await refused("latin1.csv", /^Cannot import ".*latin1\.csv", line 2: it is not UTF-8 text$/, /^Hint: /);
    await refused("none.csv", /^Cannot import ".*none\.csv": no such file$/);
    assert.equal((await rhei(["query", db, "select count(*) from orders"])).stdout, "count(*)\n1\n");
    await refuses({
      args: ["export", db, "select 1", path("no/such/x.csv")],
      code: 1,
      stderr: [/^Cannot export to ".*x\.csv": there is no folder ".*such"$/, /^Hint: make it first: mkdir -p/],
    });
  }));
