import assert from "node:assert/strict";
import type { Table } from "apache-arrow";
import { join } from "node:path";
import { RheiError, type RheiErrorCode } from "../errors/mod.ts";
import { HtapEngine } from "./htap_engine.ts";
import type { OpenOptions } from "./open_options.ts";

const withCode = (code: RheiErrorCode) => (error: unknown): boolean =>
  error instanceof RheiError && error.code === code;

/** Runs `body` on a fresh database file whose mirror syncs only when asked. */
async function onFile(
  body: (db: HtapEngine, path: string) => Promise<void>,
  options: Partial<OpenOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "app.db");
    await using db = await HtapEngine.open({ oltpPath: path, syncIntervalMs: 0, ...options });
    await body(db, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function makeOrders(db: HtapEngine, rows: number): Promise<void> {
  await db.execute("create table orders (id integer primary key, status text, total real)");
  await db.execute(
    "insert into orders with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) " +
      "select i, case i % 3 when 0 then 'paid' else 'open' end, i * 0.5 from n",
    [rows],
  );
}

const TOTALS = "select status, count(*) as n, sum(total) as total from orders group by status order by status";

Deno.test("query() sends a keyed read to libSQL and an aggregation to the mirror", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10_000);
    const keyed = await db.query("select total from orders where id = ?", [7]);
    assert.deepEqual([keyed.target, keyed.engine, keyed.values()], ["oltp", "libsql", [[3.5]]]);
    const totals = await db.query(TOTALS);
    assert.deepEqual([totals.target, totals.engine], ["olap", "duckdb"]);
    assert.deepEqual(totals.rows(), (await db.query(TOTALS, [], { route: "oltp" })).rows());
  });
});

Deno.test("query() sees every change committed before it began", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 6_000);
    for (let i = 0; i < 20; i++) {
      await db.execute("update orders set total = total + 1 where id <= ?", [i * 10 + 1]);
      const mirror = await db.query("select sum(total), count(*) from orders", [], { route: "olap" });
      const source = await db.query("select sum(total), count(*) from orders", [], { route: "oltp" });
      assert.deepEqual(mirror.values(), source.values());
      assert.equal(mirror.lagChanges, 0);
    }
  });
});

Deno.test('query() with freshness "any" may be behind and says by how much', async () => {
  await onFile(async (db) => {
    await makeOrders(db, 100);
    await db.syncNow();
    await db.execute("insert into orders (status) values ('new')");
    const stale = await db.query("select count(*) from orders", [], { route: "olap", freshness: "any" });
    assert.deepEqual([stale.values(), stale.lagChanges], [[[100]], 1]);
    const fresh = await db.query("select count(*) from orders", [], { route: "olap" });
    assert.deepEqual([fresh.values(), fresh.lagChanges], [[[101]], 0]);
  });
});

Deno.test("query() falls back to libSQL for what the mirror declines, and route olap says why", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 6_000);
    const sql = "select id, sqlite_version() is not null from orders order by 1 limit 3";
    const result = await db.query(sql);
    assert.equal(result.target, "oltp");
    assert.match(result.reason, /declined: .*sqlite_version/);
    assert.deepEqual(result.values(), [[1, 1], [2, 1], [3, 1]]);
    await assert.rejects(db.query(sql, [], { route: "olap" }), withCode("OLAP_DECLINED"));
  });
});

Deno.test("query() reports an unknown name the same on every route", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10);
    for (const route of ["auto", "oltp", "olap"] as const) {
      await assert.rejects(db.query("select amout from orders", [], { route }), withCode("SQL_UNKNOWN_NAME"));
      await assert.rejects(db.query("select 1 from ordes", [], { route }), withCode("SQL_UNKNOWN_NAME"));
    }
  });
});

Deno.test("query() rejects a signal aborted before it began", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10);
    await assert.rejects(db.query(TOTALS, [], { signal: AbortSignal.abort() }), withCode("CANCELLED"));
  });
});

Deno.test("query() cancels an endless recursion without holding up the thread", async () => {
  await onFile(async (db) => {
    const controller = new AbortController();
    const endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    const running = assert.rejects(db.query(endless, [], { signal: controller.signal }), withCode("CANCELLED"));
    await db.execute("create table t (a)");
    controller.abort();
    await running;
  });
});

Deno.test("query() follows a table that is dropped and created anew with other columns", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10);
    assert.equal((await db.query("select * from orders", [], { route: "olap" })).columns.length, 3);
    await db.execute("drop table orders");
    await db.execute("create table orders (id integer primary key, note text)");
    await db.execute("insert into orders values (1, 'again')");
    const result = await db.query("select * from orders", [], { route: "olap" });
    assert.deepEqual(result.rows(), [{ id: 1, note: "again" }]);
  });
});

Deno.test("transaction() reads its own writes, commits all or nothing, and refuses to nest", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10);
    const seen = await db.transaction(async (tx) => {
      await tx.execute("delete from orders where id > 5");
      const inside = await tx.query("select count(*) from orders");
      assert.equal(inside.target, "oltp");
      await assert.rejects(db.transaction(async () => {}), withCode("TRANSACTION_STATE"));
      return inside.values();
    });
    assert.deepEqual(seen, [[5]]);
    await assert.rejects(
      db.transaction(async (tx) => {
        await tx.execute("delete from orders");
        throw new Error("changed my mind");
      }),
      /changed my mind/,
    );
    assert.deepEqual((await db.query("select count(*) from orders", [], { route: "olap" })).values(), [[5]]);
  });
});

Deno.test("query() keeps to the rules when a point read has been routed before", async () => {
  await using db = await HtapEngine.open({ oltpPath: ":memory:" });
  await db.execute("create table item (id integer primary key, name text)");
  await db.execute("insert into item values (1, 'first')");
  const read = async (id: unknown = 1) => {
    const result = await db.query("select name from item where id = ?", [id as number]);
    return [result.target, result.values()];
  };
  for (let time = 0; time < 3; time++) assert.deepEqual(await read(), ["oltp", [["first"]]]);
  await db.run("begin");
  await db.execute("update item set name = 'second'");
  assert.deepEqual(await read(), ["oltp", [["second"]]]);
  await db.run("rollback");
  assert.deepEqual(await read(), ["oltp", [["first"]]]);
  await assert.rejects(db.query("select name from item where id = ?", []), { code: "SQL_PARAMETERS" });
  await assert.rejects(read({}), TypeError);
  const aborted = { signal: AbortSignal.abort() };
  await assert.rejects(db.query("select name from item where id = ?", [1], aborted), { code: "CANCELLED" });
  await db.execute("drop table item");
  await assert.rejects(read(), { code: "SQL_UNKNOWN_NAME" });
  await db.close();
  await assert.rejects(read(), { code: "CLOSED" });
});

Deno.test("transaction() and batch() point at the place of a failure as query() does, and go on where SQLite does", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 3);
    const pointsAt = (text: string, hint: string | undefined) => (error: unknown): boolean => {
      assert.ok(error instanceof RheiError && error.pointer !== undefined, String(error));
      const { pointer } = error;
      assert.deepEqual([pointer.text.slice(pointer.start, pointer.end), error.hint], [text, hint]);
      return true;
    };
    await db.transaction(async (tx) => {
      await tx.execute("create table fresh (fresh_id integer primary key)");
      await assert.rejects(tx.query("select frsh_id from fresh"), pointsAt("frsh_id", 'did you mean "fresh_id"?'));
      await assert.rejects(tx.execute("delete from ordres"), pointsAt("ordres", 'did you mean "orders"?'));
      await assert.rejects(tx.execute("delete from (orders) where (id = 1)"), pointsAt("(", undefined));
      await tx.execute("delete from orders where id = 1");
    });
    const batch = db.batch([{ sql: "delete from orders" }, { sql: "update orders set totl = 1" }, { sql: "select 1" }]);
    await assert.rejects(batch, pointsAt("totl", 'did you mean "total"?'));
    assert.deepEqual((await db.query("select count(*) from orders")).values(), [[2]]);
  });
});

Deno.test("run() holds a transaction open across calls and refuses what does not fit", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 3);
    await assert.rejects(db.run("commit"), withCode("TRANSACTION_STATE"));
    await db.run("begin");
    await assert.rejects(db.run("begin"), withCode("TRANSACTION_STATE"));
    await db.run("insert into orders (status) values ('x')");
    assert.equal(db.inTransaction, true);
    const inside = await db.query("select count(*) from orders");
    assert.deepEqual([inside.target, inside.values()], ["oltp", [[4]]]);
    await db.run("savepoint s");
    await db.run("delete from orders");
    await db.run("rollback to s");
    await db.run("commit");
    assert.equal(db.inTransaction, false);
    assert.deepEqual((await db.query("select count(*) from orders", [], { route: "olap" })).values(), [[4]]);
  });
});

Deno.test("run() lets a savepoint open and end a transaction, as SQLite does", async () => {
  await onFile(async (db) => {
    await db.run("create table t (a)");
    await db.run("savepoint outermost");
    await db.run("insert into t values (1)");
    assert.equal(db.inTransaction, true);
    await db.run("release outermost");
    assert.equal(db.inTransaction, false);
    assert.deepEqual((await db.query("select a from t")).values(), [[1]]);
  });
});

Deno.test("run() refuses a transaction's statement with more behind it, and opens nothing by one that fails", async () => {
  await onFile(async (db) => {
    await db.run("create table t (a)");
    const several = ["begin; insert into t values (1); commit", "savepoint s; insert into t values (1)"];
    const wrong = ["begin now", "begin transaction a b", "begin immediate deferred", "savepoint s t"];
    for (const sql of [...several, ...wrong]) {
      await assert.rejects(db.run(sql), withCode("SQL_SYNTAX"), sql);
      assert.equal(db.inTransaction, false, sql);
    }
    for (const sql of ["begin", " BEGIN  exclusive transaction a ; -- x", 'begin transaction "a"']) {
      await db.run(sql);
      for (const wrong of ["commit; select 1", "end work", "rollback now", "rollback; begin"]) {
        await assert.rejects(db.run(wrong), withCode("SQL_SYNTAX"), wrong);
        assert.equal(db.inTransaction, true, wrong);
      }
      await db.run("end transaction a");
    }
  });
});

Deno.test("run() gives rows of RETURNING and PRAGMA, and counts of other writes", async () => {
  await onFile(async (db) => {
    await db.run("create table t (id integer primary key, a)");
    const returned = await db.run("insert into t (a) values (?) returning id, a", ["x"]);
    assert.deepEqual(returned.kind === "rows" && returned.result.rows(), [{ id: 1, a: "x" }]);
    const done = await db.run("insert into t (a) values ('y'), ('z')");
    assert.deepEqual(done.kind === "done" && [done.rowsAffected, done.lastInsertRowid], [2, 3]);
    const pragma = await db.run("pragma user_version");
    assert.deepEqual(pragma.kind === "rows" && pragma.result.values(), [[0]]);
  });
});

Deno.test("query() reads temporary tables on the connection that has them", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10);
    await db.run("create temp table picked as select id from orders where id < 4");
    assert.deepEqual((await db.query("select count(*) from picked join orders using (id)")).values(), [[3]]);
    assert.deepEqual((await db.query("select count(*) from orders")).values(), [[10]]);
  });
});

Deno.test("explain() names target, reason and plan without running the statement", async () => {
  await onFile(async (db) => {
    await makeOrders(db, 10_000);
    const keyed = await db.explain("select * from orders where id = 1");
    assert.equal(keyed.target, "oltp");
    assert.match(keyed.plan, /SEARCH orders USING INTEGER PRIMARY KEY/);
    const scan = await db.explain(TOTALS);
    assert.deepEqual([scan.target, scan.engine, scan.declined], ["olap", "duckdb", null]);
    assert.match(scan.reason, /SCAN orders/);
    const write = await db.explain("delete from orders");
    assert.equal(write.target, "oltp");
    for (
      const wrong of ["delete from nothing", "drop table nothing", "selct 1", "create table", "update orders set x = 1"]
    ) {
      await assert.rejects(db.explain(wrong), (error) => error instanceof RheiError && /^SQL_/.test(error.code), wrong);
    }
    assert.equal((await db.explain("pragma user_version = 7")).target, "oltp");
    assert.deepEqual((await db.query("pragma user_version")).values(), [[0]]);
    assert.deepEqual((await db.query("select count(*) from orders")).values(), [[10_000]]);
  });
});

Deno.test("open() continues a mirror made before, and untrack() leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "app.db");
    const notices: string[] = [];
    const options = { oltpPath: path, syncIntervalMs: 0, onNotice: (text: string) => notices.push(text) };
    {
      await using db = await HtapEngine.open(options);
      await makeOrders(db, 50);
      await db.syncNow();
    }
    notices.length = 0;
    await using db = await HtapEngine.open(options);
    await db.execute("delete from orders where id = 1");
    const report = await db.syncNow();
    assert.equal(report.changes, 1);
    assert.deepEqual(notices, []);
    assert.equal((await db.verify()).equal, true);
    await db.untrack();
    const left = await db.query("select count(*) from sqlite_schema where name like '\\_rhei%' escape '\\'");
    assert.deepEqual(left.values(), [[0]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("track() begins with the tables named, or with all and those made later", async () => {
  await onFile(async (db) => {
    await db.run("create table a (x)");
    await db.run("create table b (x)");
    const mirrored = async () =>
      (await db.status()).tables.filter((table) => table.state === "mirrored").map((table) => table.name);
    assert.deepEqual(await mirrored(), []);
    await db.track("a");
    assert.deepEqual(await mirrored(), ["a"]);
    await db.track();
    assert.deepEqual(await mirrored(), ["a", "b"]);
    await db.run("create table c (x)");
    await db.syncNow();
    assert.deepEqual(await mirrored(), ["a", "b", "c"]);
    await assert.rejects(db.track("nope"), withCode("SQL_UNKNOWN_NAME"));
  }, { track: "none" });
});

/** How each table stands, and rhei's own objects, after an opening that `body` works with. */
async function afterOpening(
  options: OpenOptions,
  body: (db: HtapEngine) => Promise<void> = async () => {},
): Promise<{ states: Record<string, string>; own: number }> {
  await using db = await HtapEngine.open(options);
  await body(db);
  const { tables } = await db.status();
  const own = await db.query("select count(*) from sqlite_schema where name like '\\_rhei%' escape '\\'");
  return {
    states: Object.fromEntries(tables.map((table) => [table.name, table.state])),
    own: Number(own.values()[0]?.[0]),
  };
}

Deno.test("untrack() of a table lasts over openings until track() names it or all", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const options = { oltpPath: join(folder, "app.db"), syncIntervalMs: 0 };
    // Before anything is tracked, as the command does it.
    const before = await afterOpening({ ...options, track: "none" }, async (db) => {
      await db.run("create table a (x)");
      await db.run("create table Secret (x)");
      await db.untrack("secret", "SECRET");
      await assert.rejects(db.untrack("nope"), /Cannot untrack "nope": there is no such table/);
    });
    assert.deepEqual(before.states, { a: "untracked", Secret: "untracked" });
    assert.deepEqual((await afterOpening(options)).states, { a: "mirrored", Secret: "untracked" });

    const without = await afterOpening(options, (db) => db.untrack("A"));
    assert.deepEqual(without.states, { a: "untracked", Secret: "untracked" }, "the last one keeps its mark, too");
    assert.deepEqual((await afterOpening(options)).states, without.states);

    await afterOpening({ ...options, track: "none" }, (db) => db.track("a"));
    assert.deepEqual((await afterOpening(options)).states, { a: "mirrored", Secret: "untracked" });
    const rebuilt = await afterOpening(options, async (db) => {
      await db.run("create table made_anew (x, y)");
      await db.syncNow();
      await db.run("drop table Secret");
      await db.run("alter table made_anew rename to Secret");
      await db.syncNow();
    });
    assert.deepEqual(rebuilt.states, { a: "mirrored", Secret: "untracked" }, "a tracked table took the name");

    await afterOpening({ ...options, track: "none" }, (db) => db.track());
    assert.deepEqual((await afterOpening(options)).states, { a: "mirrored", Secret: "mirrored" });

    await afterOpening(options, (db) => db.untrack("Secret"));
    const ended = await afterOpening({ ...options, track: "none" }, (db) => db.untrack());
    assert.deepEqual(ended, { states: { a: "untracked", Secret: "untracked" }, own: 0 });
    assert.deepEqual((await afterOpening(options)).states, { a: "mirrored", Secret: "mirrored" }, "all begins anew");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("untrack() of a table that open() was told to track keeps it out for the session, however it is spelt", async () => {
  await onFile(async (db) => {
    await db.run("create table Orders (x)");
    await db.track("ORDERS");
    await db.untrack("orders");
    await db.run("create table other (x)");
    await db.syncNow();
    const { tables } = await db.status();
    assert.deepEqual(tables.map(({ name, state }) => [name, state]), [["Orders", "untracked"], ["other", "untracked"]]);
  }, { track: [] });
});

Deno.test("close() is idempotent, rolls back an open transaction, and later calls are refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "app.db");
    const db = await HtapEngine.open({ oltpPath: path, syncIntervalMs: 0 });
    await db.run("create table t (a)");
    await db.run("begin");
    await db.run("insert into t values (1)");
    await Promise.all([db.close(), db.close()]);
    await assert.rejects(db.query("select 1"), withCode("CLOSED"));
    await assert.rejects(db.execute("insert into t values (2)"), withCode("CLOSED"));
    await using again = await HtapEngine.open({ oltpPath: path, syncIntervalMs: 0 });
    assert.deepEqual((await again.query("select count(*) from t")).values(), [[0]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("rows(), values(), exactRows() and toArrow() give the same result in their own ways", async () => {
  await onFile(async (db) => {
    const big = 2n ** 60n;
    const result = await db.query("select 1 as i, 1.0 as r, ? as big, 'é' as t, x'00ff' as b, null as n", [big]);
    assert.deepEqual(result.rows(), [{ i: 1, r: 1, big, t: "é", b: new Uint8Array([0, 255]), n: null }]);
    assert.deepEqual(result.exactRows()[0]?.slice(0, 3), [1n, 1, big]);
    const table = result.toArrow();
    assert.equal(table.numRows, 1);
    assert.deepEqual(table.schema.fields.map((field) => String(field.type)), [
      "Int64",
      "Float64",
      "Int64",
      "Utf8",
      "Binary",
      "Null",
    ]);
    assert.equal(table.getChild("big")?.get(0), big);
  });
});

/** Schema and values of an Arrow table. */
function arrowContents(table: Table): unknown[] {
  return table.schema.fields.map((field, at) => {
    const column = table.getChildAt(at)!;
    return [field.name, String(field.type), field.nullable, column.nullCount, [...column]];
  });
}

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`toArrow() gives the types and values libSQL's answer would have, on ${backend}`, async () => {
    const statements = [
      "select * from v order by id",
      "select t, count(*) as n, sum(r) as r, min(i) as i, max(b) as b from v group by t order by t",
      "select id, total, upper(t) as u, i + 0.5 as f, null as n, 9007199254740993 as big from v order by id desc limit 7",
      "select id, b, i * i as square from v where id > 1000 order by id",
    ];
    await onFile(async (db) => {
      await db.execute("create table v (id integer primary key, i int, r real, total numeric, t text, b blob)");
      await db.execute(
        "insert into v with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) " +
          "select i, nullif(i % 5, 3), nullif(i * 0.25, 0.5), i * 0.5, iif(i % 7, 'é' || i % 20, null), zeroblob(i % 4) from n",
      );
      for (const sql of statements) {
        const mirror = await db.query(sql, [], { route: "olap" });
        const source = await db.query(sql, [], { route: "oltp" });
        assert.equal(mirror.engine, backend);
        assert.deepEqual(arrowContents(mirror.toArrow()), arrowContents(source.toArrow()), sql);
        assert.deepEqual(mirror.values(), source.values(), sql);
        assert.deepEqual(mirror.rows(), source.rows(), sql);
        assert.equal(mirror.rowCount, source.rowCount);
      }
    }, { olap: { backend } });
  });

  Deno.test(`table().toArrow() gives a table's committed rows on ${backend}`, async () => {
    await onFile(async (db) => {
      await makeOrders(db, 300);
      await db.execute("create table plain (a text)");
      await db.execute("create view paid as select * from orders");
      const orders = db.table("Orders");
      assert.equal(orders.name, "Orders");
      const before = await orders.toArrow();
      await db.execute("delete from orders where id > 2");
      const after = await orders.toArrow();
      assert.deepEqual([before.numRows, after.numRows], [300, 2]);
      assert.deepEqual(after.schema.fields.map(({ name }) => name), ["id", "status", "total"]);
      const rows = after.toArray().map((row) => [Number(row.id), row.status, row.total]);
      assert.deepEqual(rows.sort(([a], [b]) => a - b), [[1, "open", 0.5], [2, "open", 1]]);
      await db.execute("insert into plain values ('x')");
      assert.deepEqual(arrowContents(await db.table("plain").toArrow()).map((column) => (column as unknown[])[0]), [
        "a",
      ]);
      assert.equal((await db.table("plain").toArrow({ freshness: "any" })).numRows, 1);
      await assert.rejects(db.table("nothing").toArrow(), withCode("SQL_UNKNOWN_NAME"));
      await assert.rejects(db.table("paid").toArrow(), withCode("OLAP_DECLINED"));
      await db.untrack("plain");
      await assert.rejects(db.table("plain").toArrow(), withCode("OLAP_DECLINED"));
      await db.run("begin");
      await assert.rejects(orders.toArrow(), withCode("OLAP_DECLINED"));
      await db.run("rollback");
      await assert.rejects(orders.toArrow({ signal: AbortSignal.abort() }), withCode("CANCELLED"));
    }, { olap: { backend } });
  });
}

Deno.test("query() is answered by libSQL, with a notice, while another process owns the mirror", async () => {
  await onFile(async (owner, path) => {
    await makeOrders(owner, 6_000);
    await owner.syncNow();
    const script = `
      import { HtapEngine } from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
      const notices = [];
      const db = await HtapEngine.open({ oltpPath: ${
      JSON.stringify(path)
    }, syncIntervalMs: 0, onNotice: (text) => notices.push(text) });
      const result = await db.query(${JSON.stringify(TOTALS)});
      const refusal = await db.query("select 1 from orders", [], { route: "olap" }).catch((error) => error.code);
      await db.close();
      Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ rows: result.rows(), target: result.target, notices, refusal })));`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", script],
      cwd: new URL("../..", import.meta.url).pathname,
    });
    const { stdout, stderr } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert.notEqual(text, "", new TextDecoder().decode(stderr));
    const seen = JSON.parse(text);
    assert.deepEqual([seen.target, seen.refusal, seen.notices.length], ["oltp", "OLAP_DECLINED", 1]);
    assert.match(seen.notices[0], /mirror/);
    assert.deepEqual(seen.rows, (await owner.query(TOTALS)).rows());
  });
});

Deno.test("HtapEngine.query() gives texts the driver cannot give from tables whose columns fit no class", async () => {
  const rows = {
    "a number first": "(2, 1, null), (6, cast(x'ff' as text), null)",
    "a text first": "(1, 'a', null), (2, 1, null), (6, cast(x'ff' as text), null)",
    "a blob first": "(2, x'00', null), (6, cast(x'ff' as text), null)",
    "another column's text": "(1, 'a', cast(x'ff' as text)), (2, x'00', null)",
    "a NUL": "(1, 1, null), (3, 'a' || char(0) || 'b', null)",
  };
  for (const [name, values] of Object.entries(rows)) {
    for (const shape of ["", "without rowid"]) {
      await using db = await HtapEngine.open({
        oltpPath: ":memory:",
        olap: { backend: "arrow" },
        threads: 1,
        syncIntervalMs: 0,
      });
      await db.execute(`create table x (id integer primary key, v, w) ${shape}`);
      await db.execute(`insert into x values ${values}`);
      await db.syncNow();
      const texts = (await db.query("select coalesce(w, v) as t from x order by id")).values().map(([text]) => text);
      assert.ok(texts.includes(name === "a NUL" ? "a\0b" : "\ufffd"), `${name} ${shape}: ${JSON.stringify(texts)}`);
    }
  }
});
