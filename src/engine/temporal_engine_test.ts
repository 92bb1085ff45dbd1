import assert from "node:assert/strict";
import { join } from "node:path";
import { RheiError, type RheiErrorCode } from "../errors/mod.ts";
import { HtapEngine } from "./htap_engine.ts";
import type { OpenOptions, SyncMode } from "./open_options.ts";

type Options = Omit<OpenOptions, "oltpPath" | "oltp">;

async function withFolder(body: (open: (options?: Options) => Promise<HtapEngine>) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const oltpPath = join(folder, "app.db");
    await body((options = {}) =>
      HtapEngine.open({ oltpPath, olap: { backend: "arrow" }, threads: 1, syncIntervalMs: 0, ...options })
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function withCode(code: RheiErrorCode, message = /./): (error: unknown) => boolean {
  return (error) => error instanceof RheiError && error.code === code && message.test(error.message);
}

/** Rows of a query without names. */
async function rowsOf(db: HtapEngine, sql: string): Promise<unknown[][]> {
  return (await db.query(sql)).values().map((row) => [...row]);
}

const VERSIONS =
  "select id, a, _rhei_operation, _rhei_valid_to is null from t for system_time all order by id, _rhei_valid_from";

async function ownObjects(db: HtapEngine): Promise<number> {
  return Number((await rowsOf(db, "select count(*) from sqlite_schema where name glob '_rhei_*'"))[0]?.[0]);
}

Deno.test("open() keeps the versions of rows in temporal mode, and the mode with the database", async () => {
  await withFolder(async (open) => {
    {
      await using db = await open({ syncMode: "temporal" });
      await db.execute("create table t (id integer primary key, a)");
      await db.execute("insert into t values (1, 'x'), (2, 'y')");
      await db.syncNow();
      await db.batch([{ sql: "update t set a = 'z' where id = 1" }, { sql: "delete from t where id = 2" }]);
      assert.deepEqual(await rowsOf(db, VERSIONS), [[1, "x", "I", 0], [1, "z", "U", 1], [2, "y", "I", 0], [
        2,
        "y",
        "D",
        0,
      ]]);
      assert.equal((await db.status()).syncMode, "temporal");
    }
    await assert.rejects(open({ syncMode: "destructive" }), withCode("CONFIG", /kept in "temporal"/));
    await using db = await open();
    await db.execute("update t set a = 'again'");
    assert.equal((await rowsOf(db, VERSIONS)).length, 5);
  });
});

Deno.test("open() refuses temporal mode for a database that is kept otherwise, until track() changes it", async () => {
  await withFolder(async (open) => {
    {
      await using db = await open();
      await db.execute("create table t (id integer primary key, a)");
      await db.execute("insert into t values (1, 'x')");
      await db.syncNow();
      assert.equal((await db.status()).syncMode, "destructive");
    }
    await assert.rejects(open({ syncMode: "temporal" }), withCode("CONFIG", /kept in "destructive"/));
    {
      await using db = await open({ track: "none" });
      await db.track([], { syncMode: "temporal" });
      await db.execute("update t set a = 'y'");
      assert.deepEqual(await rowsOf(db, VERSIONS), [[1, "x", "I", 0], [1, "y", "U", 1]]);
    }
    await using db = await open({ syncMode: "temporal" });
    assert.equal((await rowsOf(db, VERSIONS)).length, 2);
  });
});

Deno.test("track() ends temporal mode with history kept, and goes on with it later", async () => {
  await withFolder(async (open) => {
    await using db = await open({ syncMode: "temporal" });
    await db.execute("create table t (id integer primary key, a)");
    await db.execute("insert into t values (1, 'x')");
    await db.syncNow();
    await assert.rejects(db.track([], { syncMode: "destructive" }), withCode("CONFIG", /whether to keep or discard/));
    await db.execute("update t set a = 'y'");
    await db.track([], { syncMode: "destructive", history: "keep" });
    await db.execute("update t set a = 'unseen'");
    assert.equal((await db.status()).syncMode, "destructive");
    const kept = [[1, "x", "I", 0], [1, "y", "U", 0]];
    assert.deepEqual(await rowsOf(db, VERSIONS), kept);
    assert.deepEqual(await rowsOf(db, "select a from t"), [["unseen"]]);
    await db.track([], { syncMode: "temporal" });
    assert.deepEqual(await rowsOf(db, VERSIONS), [...kept, [1, "unseen", "I", 1]]);
    await db.track([], { syncMode: "destructive", history: "discard" });
    await assert.rejects(rowsOf(db, VERSIONS), withCode("HISTORY_UNAVAILABLE"));
    await db.execute("insert into t values (2, 'z')");
    assert.ok((await db.verify()).equal);
  });
});

Deno.test("track() and untrack() refuse options they do not know", async () => {
  await withFolder(async (open) => {
    await using db = await open({ track: "none" });
    await assert.rejects(db.track([], { syncMod: "temporal" } as never), /has no option "syncMod"/);
    await assert.rejects(db.track([], { syncMode: "other" as never }), RangeError);
    await assert.rejects(db.track("t", { history: "keep" } as never), /needs syncMode "destructive"/);
    await assert.rejects(db.untrack([], { history: "maybe" as never }), RangeError);
    await assert.rejects(db.untrack(["t"], { syncMode: "temporal" } as never), TypeError);
    await assert.rejects(db.track(7 as never), TypeError);
  });
});

Deno.test("open() without tracking marks the transactions of a database that is tracked", async () => {
  await withFolder(async (open) => {
    {
      await using db = await open({ syncMode: "temporal" });
      await db.batch([{ sql: "create table t (id integer primary key, a, b)" }, {
        sql: "insert into t values (1, 'x', 2)",
      }]);
      await db.syncNow();
    }
    await using db = await open({ track: "none" });
    const marks = () => rowsOf(db, "select count(*) from _rhei_cdc_log where op = 'C' or at < 0");
    const before = Number((await marks())[0]?.[0]);
    await db.execute("alter table t drop column b");
    await db.batch([{ sql: "update t set a = 'y'" }, { sql: "insert into t values (2, 'z')" }]);
    assert.deepEqual(await marks(), [[before + 2]]);
  });
});

Deno.test("untrack() of a table with history asks what becomes of it", async () => {
  await withFolder(async (open) => {
    await using db = await open({ syncMode: "temporal" });
    await db.execute("create table t (id integer primary key, a)");
    await db.execute("create table u (id integer primary key, a)");
    await db.execute("insert into t values (1, 'x')");
    await db.execute("insert into u values (1, 'x')");
    await db.syncNow();
    await assert.rejects(db.untrack("t"), withCode("CONFIG", /history of "t"/));
    await db.untrack(["t"], { history: "keep" });
    assert.deepEqual(await rowsOf(db, VERSIONS), [[1, "x", "I", 0]]);
    await db.untrack("t", { history: "discard" });
    await assert.rejects(rowsOf(db, VERSIONS), withCode("HISTORY_UNAVAILABLE"));
    assert.deepEqual((await rowsOf(db, VERSIONS.replace(" t ", " u "))).length, 1);
    await assert.rejects(db.untrack(), withCode("CONFIG", /history of "u"/));
    await db.untrack([], { history: "discard" });
    assert.equal(await ownObjects(db), 0);
    await db.execute("update u set a = 'free'");
    assert.deepEqual(await rowsOf(db, "select a from u"), [["free"]]);
  });
});

Deno.test("open() says that history in a mirror in memory ends with the process, where the database does not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const oltpPath = join(folder, "app.db");
    const path = ":memory:";
    const cases: readonly [Pick<OpenOptions, "oltpPath" | "syncMode" | "olap" | "readOnly">, number][] = [
      [{ oltpPath, syncMode: "temporal", olap: { path } }, 1],
      [{ oltpPath, olap: { path } }, 1],
      [{ oltpPath, olap: { path: join(folder, "mirror") } }, 0],
      [{ oltpPath, readOnly: true }, 0],
      [{ oltpPath: ":memory:", syncMode: "temporal" }, 0],
      [{ oltpPath: join(folder, "other.db"), olap: { path } }, 0],
    ];
    for (const [options, count] of cases) {
      const notices: string[] = [];
      const onNotice = (text: string) => notices.push(text);
      await using _ = await HtapEngine.open({ ...options, syncIntervalMs: 0, threads: 1, onNotice });
      const told = notices.filter((text) =>
        text === "the mirror is in memory: the history in it ends with this process"
      );
      assert.equal(told.length, count, JSON.stringify(options));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("untrack() of everything leaves kept history alone", async () => {
  await withFolder(async (open) => {
    {
      await using db = await open({ syncMode: "temporal" });
      await db.execute("create table t (id integer primary key, a)");
      await db.execute("insert into t values (1, 'x')");
      await db.untrack([], { history: "keep" });
      assert.equal(await ownObjects(db), 0);
    }
    {
      await using db = await open({ track: "none" });
      await db.syncNow();
      assert.equal(await ownObjects(db), 0);
    }
    await using db = await open();
    await assert.rejects(db.syncNow(), withCode("OLAP_UNAVAILABLE", /it holds history/));
  });
});

const WAYS = {
  arrow: ["by another process", "as the refusal says"],
  duckdb: ["at once", "by another process"],
} as const;

for (const backend of ["arrow", "duckdb"] as const) {
  for (const what of WAYS[backend]) {
    Deno.test(`Tracking anew goes on with the history kept of tables that are untracked, ${what}: ${backend}`, async () => {
      await withFolder(async (open) => {
        const olap = { backend };
        const setup = async (db: HtapEngine) => {
          await db.batch(["a", "t", "u"].map((name) => ({ sql: `create table ${name} (id integer primary key, a)` })));
          await db.batch(["a", "t", "u"].map((name) => ({ sql: `insert into ${name} values (1, '${name}')` })));
          await db.execute("update t set a = 'old'");
          await db.untrack([], { history: "keep" });
          // What is made now would get the ids those had.
          await db.batch([{ sql: "drop table a" }, { sql: "update t set a = 'unseen'" }]);
        };
        const goOn = async (db: HtapEngine) => {
          await db.track([], { syncMode: "temporal" });
          await db.execute("insert into t values (2, 'new')");
          await db.execute("update t set a = 'newer' where id = 2");
          const kept = [[1, "t", "I", 0], [1, "old", "U", 0]];
          const versions = [...kept, [1, "unseen", "I", 1], [2, "new", "I", 0], [2, "newer", "U", 1]];
          assert.deepEqual(await rowsOf(db, VERSIONS), versions);
          assert.deepEqual(await rowsOf(db, "select a from u for system_time all"), [["u"], ["u"]]);
          assert.deepEqual(await rowsOf(db, "select a from a for system_time all"), [["a"]]);
          assert.ok((await db.verify()).equal);
        };
        {
          await using db = await open({ olap, syncMode: "temporal" });
          await setup(db);
          if (what === "at once") await goOn(db);
        }
        if (what === "by another process") {
          await using db = await open({ olap, track: "none" });
          await goOn(db);
        } else if (what === "as the refusal says") {
          await using db = await open({ olap });
          const refused = (error: unknown) =>
            error instanceof RheiError &&
            /rhei untrack DB --keep-history, then rhei track DB --sync-mode temporal/.test(error.hint ?? "");
          await assert.rejects(db.syncNow(), refused);
          await db.untrack([], { history: "keep" });
          await db.close();
          await using again = await open({ olap, track: "none" });
          await goOn(again);
        }
        await using db = await open({ olap });
        assert.equal((await rowsOf(db, VERSIONS)).length, 5);
        await db.execute("delete from t where id = 2");
        const ends =
          "select count(*), count(distinct _rhei_valid_to) from t for system_time all where _rhei_valid_to not null";
        // The update, the end of tracking, the second update and the deletion.
        assert.deepEqual(await rowsOf(db, ends), [[5, 4]]);
        await db.close();
        // Versions are removed by their numbers, which go on too.
        await using last = await open({ olap, historyRetention: "1 versions" });
        const left = [[1, "unseen", "I", 1], [2, "newer", "U", 0], [2, "newer", "D", 0]];
        assert.deepEqual(await rowsOf(last, VERSIONS), left);
        assert.deepEqual(await rowsOf(last, "select a from u for system_time all"), [["u"]]);
      });
    });
  }
}

for (const backend of ["arrow", "duckdb"] as const) {
  Deno.test(`Schema statements take history along, by whatever way they come: ${backend}`, async () => {
    await withFolder(async (open) => {
      await using db = await open({ syncMode: "temporal", olap: { backend } });
      await db.execute("create table t (id integer primary key, a, b, c, d, e)");
      await db.execute("insert into t values (1, 1, 2, 3, 4, 5)");
      await db.syncNow();
      await db.execute("alter table t drop column b");
      await db.transaction(async (transaction) => {
        await transaction.execute("alter table t drop column c");
        await transaction.execute("update t set a = 'in a transaction'");
      });
      await db.batch([{ sql: "alter table t drop column d" }, { sql: "update t set a = 'in a batch'" }]);
      await db.run("begin");
      await db.run("alter table t drop column e");
      await db.run("alter table t add column f default 'new'");
      await db.run("update t set a = 'in a session'");
      await db.run("commit");
      const living = await rowsOf(db, "select * from t for system_time as of '9999-01-01'");
      assert.deepEqual(living, [[1, "in a session", "new"]]);
      const told = await rowsOf(db, "select distinct a from t for system_time all order by _rhei_valid_from");
      assert.deepEqual(told.flat(), [1, "in a transaction", "in a batch", "in a session"]);
      const first = await rowsOf(db, "select b, c, d, e from t for system_time all order by _rhei_valid_from limit 1");
      assert.deepEqual(first, [[2, 3, 4, 5]]);
      await assert.rejects(db.execute("alter table t drop column id"));
      await db.execute("update t set a = 'still captured'");
      assert.deepEqual((await rowsOf(db, "select a from t for system_time as of '9999-01-01'")).flat(), [
        "still captured",
      ]);
      assert.ok((await db.verify()).equal);
    });
  });
}

Deno.test("reading history that is not there says why, and how it comes to be kept", async () => {
  interface Case {
    readonly table: string;
    readonly code: RheiErrorCode;
    readonly message: RegExp;
    readonly hint: RegExp | null;
  }
  const code = "HISTORY_UNAVAILABLE";
  const always: readonly Case[] = [
    { table: "_rhei_changes", code: "SQL_UNKNOWN_NAME", message: /: there is no such table$/, hint: null },
    { table: "never_made", code: "SQL_UNKNOWN_NAME", message: /: there is no such table$/, hint: null },
    { table: "drifte", code: "SQL_UNKNOWN_NAME", message: /no such table$/, hint: /^did you mean "drifted"\?$/ },
    { table: "v", code, message: /are kept: it is a virtual table$/, hint: null },
    { table: "sqlite_schema", code, message: /are kept: it is an internal table/, hint: null },
  ];
  const byMode: Readonly<Record<SyncMode, readonly Case[]>> = {
    destructive: [
      {
        table: "drifted",
        code,
        message: /are kept: .* sync mode destructive$/,
        hint: /track DB --sync-mode temporal$/,
      },
      { table: "t", code, message: /are kept: .* sync mode destructive$/, hint: /track DB --sync-mode temporal$/ },
      { table: "left", code, message: /sync mode destructive$/, hint: /track DB left --sync-mode temporal$/ },
      { table: "gone", code: "SQL_UNKNOWN_NAME", message: /: there is no such table$/, hint: null },
    ],
    temporal: [{ table: "left", code, message: /are kept: it is not tracked$/, hint: /: rhei track DB left$/ }],
  };
  for (const syncMode of ["destructive", "temporal"] as const) {
    await withFolder(async (open) => {
      await using db = await open({ syncMode });
      await db.execute("create table t (id integer primary key, a integer)");
      await db.execute("create virtual table v using fts5(a)");
      for (const table of ["drifted", "left", "gone"]) await db.execute(`create table ${table} (a integer)`);
      await db.syncNow();
      await db.execute("insert into drifted values (1), ('text')");
      await db.execute("drop table gone");
      await db.untrack(["left"], { history: "discard" });
      for (const { table, code, message, hint } of [...always, ...byMode[syncMode]]) {
        const refused = (error: unknown): boolean => {
          assert.ok(withCode(code, message)(error), String(error));
          assert.match((error as RheiError).hint ?? "", hint ?? /^$/);
          return true;
        };
        await assert.rejects(db.query(`select * from ${table} for system_time all`), refused);
        await assert.rejects(db.history(table, 1), refused);
      }
      const inTransaction = db.transaction((transaction) => transaction.query("select * from t for system_time all"));
      await assert.rejects(inTransaction, withCode("HISTORY_UNAVAILABLE", /inside a transaction/));
      await db.execute("create temp table scratch (a)");
      await assert.rejects(db.query("select * from t for system_time all"), (error) => {
        assert.ok(withCode("HISTORY_UNAVAILABLE", /temporary objects/)(error), String(error));
        assert.doesNotMatch((error as RheiError).hint ?? "", /transaction/);
        return true;
      });
    });
  }
});

Deno.test("explain() shows the times asked for and no names of rhei's own functions, whether it runs the statement or not", async () => {
  await withFolder(async (open) => {
    await using db = await open({ syncMode: "temporal" });
    await db.execute("create table t (id integer primary key, a integer)");
    await db.execute("insert into t values (1, 1)");
    // random() is libSQL's alone.
    for (const condition of ["a > 0", "random() is not null"]) {
      for (const analyze of [false, true]) {
        const sql = `select * from t for system_time as of '2999-01-01' where ${condition}`;
        const { reason, plan } = await db.explain(sql, [], { analyze });
        assert.match(reason, /: t as of 2999-01-01T00:00:00/);
        assert.doesNotMatch(plan, /_rhei_instant_text/);
      }
    }
    assert.doesNotMatch((await db.explain("select * from t for system_time all")).plan, /_rhei_instant_text/);
    await assert.rejects(db.history("t", []), withCode("SQL_PARAMETERS", /by 0 values/));
  });
});

Deno.test("explain() refuses by route olap what running refuses", async () => {
  await withFolder(async (open) => {
    await using db = await open();
    await db.execute("create table t (id integer primary key, a integer)");
    const sql = "select count(*) from sqlite_schema";
    await assert.rejects(db.query(sql, [], { route: "olap" }), withCode("OLAP_DECLINED"));
    await assert.rejects(db.explain(sql, [], { route: "olap" }), withCode("OLAP_DECLINED"));
    assert.equal((await db.explain(sql)).target, "oltp");
  });
});
