import assert from "node:assert/strict";
import { join } from "node:path";
import { QueryResult } from "../../src/engine/query_result.ts";
import { RheiError } from "../../src/errors/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { initialSettings } from "../meta/mod.ts";
import type { SessionEngine, SqlSessionOptions } from "./session_options.ts";
import { SqlSession } from "./sql_session.ts";

interface Rig {
  readonly session: SqlSession;
  readonly results: () => string;
  readonly notices: () => string;
  /** Statements the engine was given, with their options. */
  readonly ran: [sql: string, route: string | undefined][];
  /** Their parameters. */
  readonly bound: unknown[];
}

function rowsOf(values: readonly ExactValue[], engine = "duckdb"): QueryResult {
  const columns = [{ name: "a", declaredType: null }];
  const rows = values.map((value) => [value]);
  return new QueryResult({ columns, rows }, {
    target: engine === "libsql" ? "oltp" : "olap",
    engine,
    reason: "",
    durationMs: 3.14,
    syncMs: 0,
    routeMs: 0,
    lagChanges: 0,
    lagMs: 0,
  });
}

/** A session over an engine that gives `rows` for a SELECT, changes one row otherwise, and fails for what contains `bad`. */
function rig(options: Partial<SqlSessionOptions> = {}, rows: readonly ExactValue[] = [1n, null]): Rig {
  const ran: Rig["ran"] = [];
  const bound: unknown[] = [];
  let results = "";
  let notices = "";
  const engine = {
    inTransaction: false,
    run(sql: string, params: unknown, { route, signal }: { route: string; signal: AbortSignal }) {
      ran.push([sql, route]);
      bound.push(params);
      if (signal.aborted) {
        return Promise.reject(new RheiError("CANCELLED", "Cannot run the statement: it was cancelled"));
      }
      if (sql.includes("bad")) return Promise.reject(new RheiError("SQL_ERROR", "Cannot run it"));
      if (sql.startsWith("select")) {
        return Promise.resolve({ kind: "rows", result: rowsOf(rows), class: { kind: "select" } });
      }
      const kind = sql.startsWith("insert") ? "write" : "ddl";
      return Promise.resolve({ kind: "done", class: { kind }, durationMs: 0.31, rowsAffected: 1, lastInsertRowid: 1 });
    },
    query: () => Promise.resolve(rowsOf(["artist"], "libsql")),
    explain: () => Promise.resolve({ reason: "because" }),
    metrics: () => Promise.resolve("# HELP rhei_lag_ms lag\nrhei_lag_ms 1\nrhei_rows 2\n"),
    verify: () => Promise.resolve({ equal: false }),
    track: (...tables: string[]) => Promise.resolve(void ran.push([`track ${tables.join(",")}`, undefined])),
  } as unknown as SessionEngine;
  const session = new SqlSession({
    engine,
    reports: {
      explanation: ({ reason }) => `goes there ${reason}`,
      sync: () => "synced",
      status: () => "status",
      verify: () => "differs",
    },
    database: "app.db",
    settings: {
      ...initialSettings({ format: "csv", route: "auto", freshness: "latest" }, { isTerminal: true, footer: true }),
      rowsShownMax: 2,
    },
    onFailure: () => {},
    stdout: { write: (text) => results += text },
    notice: (text) => notices += text,
    width: () => 80,
    color: false,
    history: () => [],
    ...options,
  });
  return { session, results: () => results, notices: () => notices, ran, bound };
}

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const sql = (text: string) => ({ kind: "sql", text }) as const;
const dot = (text: string) => ({ kind: "dotCommand", text }) as const;

Deno.test("SqlSession prints rows to stdout and the footer as a notice", async () => {
  const { session, results, notices } = rig();
  await session.run(sql("select a"));
  await session.run(sql("insert into t values (1)"));
  await session.run(sql("create table t(a)"));
  assert.deepEqual(results().replaceAll("\r", "").split("\n").slice(0, 2), ["a", "1"]);
  assert.deepEqual(notices().split("\n"), [
    "2 rows · 3.1 ms · duckdb · fresh",
    "1 row changed · 0.3 ms · libsql",
    "done · 0.3 ms · libsql",
    "",
  ]);
});

Deno.test("SqlSession prints no footer when that is off", async () => {
  const { session, notices } = rig();
  await session.run(dot(".footer off"));
  await session.run(sql("select a"));
  assert.equal(notices(), "");
  await session.run(dot(".timer on"));
  await session.run(sql("select a"));
  assert.equal(notices(), "time 3.1 ms: sync 0.0 ms, routing 0.0 ms, running 3.1 ms · duckdb\n");
});

Deno.test("SqlSession asks the engine for the route that was set", async () => {
  const { session, ran } = rig();
  await session.run(dot(".route olap"));
  await session.run(sql("select a"));
  assert.deepEqual(ran, [["select a", "olap"]]);
});

Deno.test("SqlSession explains queries, and only them, while explain is on", async () => {
  const { session, notices } = rig();
  for (const step of [dot(".footer off"), dot(".explain on"), sql("insert into t values (1)")]) await session.run(step);
  assert.equal(notices(), "");
  await session.run(sql("select a"));
  assert.equal(notices(), "goes there because\n");
});

Deno.test("SqlSession shortens a box at a terminal but not in a file", () =>
  withFolder(async (folder) => {
    const { session, results } = rig({}, [1n, 2n, 3n, 4n]);
    const path = join(folder, "out.txt");
    await session.run(dot(".mode box"));
    await session.run(dot(`.once '${path}'`));
    await session.run(sql("select a"));
    assert.equal(results(), "");
    await session.run(sql("select a"));
    session.close();
    assert.match(results(), /4 rows, 2 shown/);
    const written = await Deno.readTextFile(path);
    for (const digit of ["1", "2", "3", "4"]) assert.match(written, new RegExp(`│ ${digit} │`));
  }));

Deno.test("SqlSession keeps the output file until told otherwise", () =>
  withFolder(async (folder) => {
    const { session, results } = rig({}, [1n]);
    const path = join(folder, "out.csv");
    for (
      const step of [dot(`.output '${path}'`), sql("select a"), dot(".print done"), dot(".output"), dot(".print seen")]
    ) {
      await session.run(step);
    }
    assert.equal((await Deno.readTextFile(path)).replaceAll("\r", ""), "a\n1\ndone\n");
    assert.equal(results(), "seen\n");
  }));

Deno.test("SqlSession says why an output file cannot be opened and goes on printing", async () => {
  const { session, results } = rig();
  await assert.rejects(
    session.run(dot(".output /no/such/folder/out.csv")),
    /Cannot write to .*: there is no such folder/,
  );
  await session.run(dot(".print seen"));
  assert.equal(results(), "seen\n");
});

Deno.test("SqlSession runs a script with .read, and names the place of its first error", () =>
  withFolder(async (folder) => {
    const { session, ran } = rig();
    const inner = join(folder, "inner.sql");
    const outer = join(folder, "outer.sql");
    await Deno.writeTextFile(inner, "select 1;\n\nbad;\nselect 2;");
    await Deno.writeTextFile(outer, `.read '${inner}'\nselect 3;`);
    await assert.rejects(session.run(dot(`.read '${outer}'`)), (error) => {
      assert.ok(error instanceof RheiError);
      assert.equal(error.message, `${inner}:3: Cannot run it`);
      return true;
    });
    assert.deepEqual(ran.map(([text]) => text), ["select 1", "bad"]);
  }));

Deno.test("SqlSession ends a script at .quit and keeps its exit code", () =>
  withFolder(async (folder) => {
    const { session, ran } = rig();
    const path = join(folder, "script.sql");
    await Deno.writeTextFile(path, "select 1;\n.quit 3\nselect 2;");
    await session.run(dot(`.read '${path}'`));
    assert.deepEqual([session.exitCode, ran.length], [3, 1]);
  }));

Deno.test("SqlSession refuses a script that reads itself for ever", () =>
  withFolder(async (folder) => {
    const { session } = rig();
    const path = join(folder, "loop.sql");
    await Deno.writeTextFile(path, `.read '${path}'`);
    await assert.rejects(session.run(dot(`.read '${path}'`)), /50 scripts are open/);
  }));

Deno.test("SqlSession hands the signal to what it runs, inside scripts too", () =>
  withFolder(async (folder) => {
    const { session } = rig();
    const path = join(folder, "script.sql");
    await Deno.writeTextFile(path, "select 1;");
    const isCancelled = (error: unknown) => error instanceof RheiError && error.code === "CANCELLED";
    await assert.rejects(session.run(sql("select 1"), AbortSignal.abort()), isCancelled);
    await assert.rejects(session.run(dot(`.read '${path}'`), AbortSignal.abort()), isCancelled);
    await session.run(sql("select 1"));
  }));

Deno.test("SqlSession fails after printing what verify found different", async () => {
  const { session, results } = rig();
  await assert.rejects(
    session.run(dot(".verify")),
    (error) => error instanceof RheiError && error.code === "VERIFY_MISMATCH",
  );
  assert.equal(results(), "differs\n");
});

Deno.test("SqlSession shows the metrics that begin so, and says where none does", async () => {
  const { session, results } = rig();
  await session.run(dot(".metrics rhei_lag"));
  assert.equal(results(), "# HELP rhei_lag_ms lag\nrhei_lag_ms 1\n");
  await assert.rejects(session.run(dot(".metrics rhei_log")), /none has a name that begins with "rhei_log"/);
});

Deno.test("SqlSession binds parameters by name and number, and says which has no value", async () => {
  const { session, bound } = rig();
  for (const [name, value] of [[":a", 1], ["?2", "two"], ["?3", null]] as const) session.parameters.set(name, value);
  await session.run(sql("select :a, ?2, ?"));
  await session.run(sql("select '?5', 1"));
  assert.deepEqual(bound, [[1, "two", null], []]);
  await assert.rejects(session.run(sql("select @b")), /parameter "@b" has no value/);
});

Deno.test("SqlSession prints statements before they run while .echo is on", async () => {
  const { session, results } = rig({}, []);
  for (const step of [dot(".echo on"), sql("create table t(a)"), dot(".print x")]) await session.run(step);
  assert.equal(results(), "create table t(a);\n.print x\nx\n");
});

Deno.test("SqlSession goes on after failures in a script while .bail is off, and counts them", () =>
  withFolder(async (folder) => {
    const failures: string[] = [];
    const { session, ran } = rig({ onFailure: (failure) => failures.push(failure.message) });
    const path = join(folder, "script.sql");
    await Deno.writeTextFile(path, "bad;\nselect 1;\nbad;");
    await session.run(dot(".bail off"));
    await session.run(dot(`.read '${path}'`));
    assert.deepEqual([failures, session.failures, ran.length], [
      [`${path}:1: Cannot run it`, `${path}:3: Cannot run it`],
      2,
      3,
    ]);
    await session.run(dot(".bail on"));
    await assert.rejects(session.run(dot(`.read '${path}'`)), /:1: Cannot run it/);
  }));

Deno.test("SqlSession says so when a result has nothing to draw", async () => {
  const { session } = rig();
  await session.run(sql("select a"));
  await assert.rejects(session.run(dot(".chart")), /Cannot draw the result: it has no column of numbers/);
});

Deno.test("SqlSession runs a watched statement again and again until it is cancelled", async () => {
  const abort = new AbortController();
  const { session, ran } = rig({ notice: () => void (ran.length === 2 && abort.abort()) });
  await session.run(dot(".watch 0.1 select a;"), abort.signal);
  assert.deepEqual(ran.map(([text]) => text), ["select a", "select a"]);
});
