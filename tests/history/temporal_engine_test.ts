import assert from "node:assert/strict";
import { HtapEngine, RheiError } from "../../mod.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { openTemporal } from "../support/temporal_engine.ts";

type Backend = typeof BACKENDS[number];

/** A database whose rows changed: order 1 was updated, 2 deleted, 3 inserted after `before`. */
async function changedOrders(backend: Backend): Promise<{ db: HtapEngine; before: string }> {
  const db = await openTemporal(backend);
  await db.execute("create table orders (id integer primary key, status text, total real)");
  await db.execute("create table stock (city text, item integer, qty, primary key (city, item)) without rowid");
  await db.execute("create view large as select * from orders where total > 5");
  await db.batch([
    { sql: "insert into orders values (1, 'open', 9.5), (2, 'open', 1)" },
    { sql: "insert into stock values ('Oslo', 1, 5)" },
  ]);
  await db.syncNow();
  const first = await db.query("select max(_rhei_valid_from) t from orders for system_time all");
  const before = String(first.rows()[0]!["t"]);
  await db.transaction(async (tx) => {
    await tx.execute("update orders set status = 'paid' where id = 1");
    await tx.execute("delete from orders where id = 2");
    await tx.execute("insert into orders values (3, 'new', 2)");
    await tx.execute("update stock set qty = 'many'");
  });
  return { db, before };
}

/** Statements that the mirror declines and libSQL could answer about its copy only. */
const ABOUT_THE_COPY = [
  { sql: "select name from sqlite_schema, orders for system_time all", message: /with "sqlite_schema"/ },
  { sql: "select name from pragma_table_list, orders for system_time all", message: /with "pragma_table_list"/ },
  { sql: "select name from pragma_table_info('t'), orders for system_time all", message: /with "pragma_table_info"/ },
  { sql: "select last_insert_rowid() from orders for system_time all", message: /with "last_insert_rowid"/ },
  { sql: "select changes() from orders for system_time all", message: /with "changes"/ },
  { sql: "select name from tables, orders for system_time all", message: /with "sqlite_schema"/ },
  {
    sql: "select a._rhei_valid_from from orders for system_time as of '2999-01-01' a " +
      "natural join orders for system_time as of '2999-01-01' b where random() is not null",
    message: /"_rhei_valid_from" stands beside a NATURAL join/,
  },
  {
    sql: "select *, _rhei_operation from orders for system_time as of '2999-01-01' where random() is not null",
    message: /"_rhei_operation" stands beside a star/,
  },
  {
    sql: "select c.* from (orders for system_time as of '2999-01-01' a join stock b) c " +
      "where c._rhei_operation = 'I' and random() is not null",
    message: /"_rhei_operation" stands beside a star/,
  },
];

/** Statements in which the columns of versions are those of another reference than a star shows, as libSQL answers them over copies. */
const BESIDE_STARS: readonly { sql: string; rows: readonly (readonly (string | number | null)[])[] }[] = [
  {
    sql: "select v._rhei_operation, o.* from orders for system_time as of '2999-01-01' o " +
      "join orders for system_time all v using (id) where v.id = 3 and random() is not null",
    rows: [["I", 3, "new", 2]],
  },
  {
    sql: "select v._rhei_operation from orders for system_time all v where v.id = 2 and random() is not null " +
      "and not exists (select * from orders for system_time as of '2999-01-01' o where o.id = v.id) order by 1",
    rows: [["D"], ["I"]],
  },
  {
    sql:
      "select *, random() is not null from (select id, _rhei_operation from orders for system_time as of '2999-01-01')",
    rows: [[1, "U", 1], [3, "I", 1]],
  },
  {
    sql: "select v._rhei_operation, x.item from orders for system_time all v, " +
      "(select * from stock for system_time as of '2999-01-01' a natural join stock b) x " +
      "where v.id = 3 and random() is not null",
    rows: [["I", 1]],
  },
];

for (const backend of BACKENDS) {
  Deno.test(`HtapEngine with ${backend} reads rows as of a time beside present ones`, async () => {
    const { db, before } = await changedOrders(backend);
    const old = await db.query("select id, status from orders for system_time as of ? order by id", [before]);
    assert.deepEqual(old.values(), [[1, "open"], [2, "open"]]);
    assert.deepEqual([old.target, old.engine, old.lagChanges], ["olap", backend, 0]);
    const both = await db.query(
      "select n.id, n.status, o.status from orders n left join orders for system_time as of :t o using (id) order by 1",
      { t: before },
    );
    assert.deepEqual(both.values(), [[1, "paid", "open"], [3, "new", null]]);
    const changes = await db.query(
      "select id, _rhei_operation from orders for system_time all order by _rhei_valid_from, id",
    );
    assert.deepEqual(changes.values(), [[1, "I"], [2, "I"], [1, "U"], [2, "D"], [3, "I"]]);
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} has libSQL answer where values of a column fit no class`, async () => {
    const { db, before } = await changedOrders(backend);
    const all = await db.query("select * from stock for system_time all");
    assert.deepEqual(all.values().map(([, , qty]) => qty), [5, "many"]);
    assert.equal(all.engine, "libsql");
    const old = await db.query("select typeof(qty) from stock for system_time as of ?", [before]);
    assert.deepEqual(old.values(), [["integer"]]);
    const names = await db.query("select city from stock for system_time all where _rhei_operation = 'U'");
    assert.deepEqual([names.values(), names.engine], [[["Oslo"]], backend]);
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} has libSQL answer where a star shows another table's columns`, async () => {
    const { db } = await changedOrders(backend);
    for (const { sql, rows } of BESIDE_STARS) {
      const result = await db.query(sql);
      assert.deepEqual([result.engine, result.values()], ["libsql", rows], sql);
    }
    await db.close();
  });

  Deno.test(`HtapEngine.history() with ${backend} gives what REPLACE ended before what it inserted`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create table named (k text primary key, v integer)");
    await db.execute("insert into named values ('a', 1)");
    for (const sql of ["replace into named values ('a', 2)", "update named set v = 3"]) {
      await db.syncNow();
      await db.execute(sql);
    }
    const { versions } = await db.history("named", "a");
    assert.deepEqual(
      versions.map(({ operation, values, changed }) => [operation, values["v"], changed]),
      [["I", 1, []], ["D", 1, []], ["I", 2, []], ["U", 3, ["v"]]],
    );
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} has libSQL answer beside tables whose constraints name others`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create table places (id integer primary key, city text)");
    await db.execute(
      "create table items (id integer primary key, place integer references places, n check (n > 0))",
    );
    await db.execute("insert into places values (1, 'Oslo')");
    await db.execute("insert into items values (1, 1, 5)");
    const both = await db.query(
      "select i.n, o.status from items i join orders for system_time as of '2999-01-01' o using (id) where random() is not null",
    );
    assert.deepEqual([both.values(), both.engine], [[[5, "paid"]], "libsql"]);
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} has libSQL answer from one state of the mirror`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create table debit (amount integer)");
    await db.execute("create table credit (amount integer)");
    await db.batch(["debit values (100)", "credit values (0)"].map((row) => ({ sql: `insert into ${row}` })));
    await db.syncNow();
    await db.batch([{ sql: "update debit set amount = 0" }, { sql: "update credit set amount = 100" }]);
    const sum = "select d.amount + c.amount, c.amount from debit for system_time as of '2999-01-01' d, credit c";
    const old = await db.query(`${sum} where random() is not null`, [], { freshness: "any" });
    assert.deepEqual([old.values(), old.engine], [[[100, 0]], "libsql"]);
    const now = await db.query(`${sum} where random() is not null`);
    assert.deepEqual([now.values(), now.engine], [[[100, 100]], "libsql"]);
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} has libSQL cut versions in the order of their rowids`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create table named (k text primary key, v integer)");
    await db.execute("insert into named values ('b', 1), ('a', 1)");
    await db.syncNow();
    await db.execute("update named set v = 2");
    const some = "select k, v from named for system_time all";
    const cut = await db.query(`${some} where random() is not null limit 3`);
    assert.deepEqual([cut.values(), cut.engine], [[["b", 1], ["b", 2], ["a", 1]], "libsql"]);
    assert.deepEqual((await db.query(`${some} limit 3`)).values(), cut.values());
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} refuses what a private copy would answer about itself`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create view tables as select name from sqlite_schema");
    for (const { sql, message } of ABOUT_THE_COPY) {
      await assert.rejects(db.query(sql), { code: "HISTORY_UNAVAILABLE", message });
    }
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} has libSQL answer whatever names and indexes the statement has`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create index by_status on orders (status)");
    const asked = "select n.status, o.id from orders n indexed by by_status " +
      "join orders not indexed using (id) join _rhei_versions_1 o using (id) where random() is not null order by 2";
    const both = await db.query(
      `with _rhei_versions_1 as (select id from orders for system_time as of '2999-01-01') ${asked}`,
    );
    assert.deepEqual([both.values(), both.engine], [[["paid", 1], ["new", 3]], "libsql"]);
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} gives versions whose texts cannot be decoded`, async () => {
    const { db } = await changedOrders(backend);
    await db.execute("create table odd (id integer primary key, v)");
    await db.execute("insert into odd values (1, 'plain'), (2, 'a' || char(0) || 'b'), (3, cast(x'61ff' as text))");
    await db.syncNow();
    const all = await db.query("select id, typeof(v), hex(v) from odd for system_time all order by id");
    assert.deepEqual(all.values(), [[1, "text", "706C61696E"], [2, "text", "610062"], [3, "text", "61FF"]]);
    const texts = [];
    for (const id of [1, 2, 3]) texts.push((await db.history("odd", id)).versions[0]!.values["v"]);
    assert.deepEqual(texts, ["plain", "a\0b", "a\ufffd"]);
    await db.close();
  });

  Deno.test(`HtapEngine.history() with ${backend} tells what changed in each version`, async () => {
    const { db, before } = await changedOrders(backend);
    const { versions, columns } = await db.history("orders", 1);
    assert.deepEqual(columns.map(({ name }) => name), ["id", "status", "total"]);
    assert.deepEqual(versions.map(({ operation, changed }) => [operation, changed]), [["I", []], ["U", ["status"]]]);
    assert.deepEqual(versions[0]!.validTo, versions[1]!.validFrom);
    assert.equal(versions[0]!.validFrom, before);
    const stock = await db.history("stock", ["Oslo", 1]);
    assert.deepEqual(stock.exactRows().map(([, , qty]) => qty), [5n, "many"]);
    assert.deepEqual((await db.history("orders", 2)).versions.map(({ operation }) => operation), ["I", "D"]);
    assert.deepEqual((await db.history("orders", 99)).versions, []);
    await assert.rejects(db.history("stock", "Oslo"), { code: "SQL_PARAMETERS" });
    await assert.rejects(db.history("large", 1), { code: "HISTORY_UNAVAILABLE" });
    await assert.rejects(db.history("absent", 1), { code: "SQL_UNKNOWN_NAME" });
    await db.close();
  });

  Deno.test(`HtapEngine with ${backend} shows nobody the mirror's own tables`, async () => {
    const { db } = await changedOrders(backend);
    const sql =
      "select count(*) from orders for system_time as of '2030-01-01' o join orders for system_time all p using (id)";
    const explained = await db.explain(sql);
    assert.match(explained.reason, /orders as of 2030-01-01T00:00:00.000000Z, orders at all times/);
    assert.match(explained.plan, /orders \(living\)/);
    assert.doesNotMatch(JSON.stringify([explained, await db.status()]), /_rhei_(open|closed)/);
    for (const part of ["open", "closed"]) {
      await assert.rejects(db.query(`select * from _rhei_${part}_1`, [], { route: "olap" }), (error) => {
        return error instanceof RheiError && error.code !== "OLAP_DECLINED";
      });
    }
    await db.close();
  });
}

const REFUSED: readonly (readonly [sql: string, code: string, message: RegExp, at: string, hint: RegExp])[] = [
  ["select * from orders for system_time as off 1", "SQL_SYNTAX", /unexpected "off"/, "off", /./],
  ["insert into orders select * from orders for system_time all", "SQL_SYNTAX", /./, "system_time", /SELECT/],
  ["create view v as select * from orders for system_time all", "SQL_SYNTAX", /./, "system_time", /SELECT/],
  ["select * from large for system_time all", "HISTORY_UNAVAILABLE", /it is a view/, "large", /^$/],
];

Deno.test("HtapEngine points at what is wrong with FOR SYSTEM_TIME", async (t) => {
  const { db } = await changedOrders("arrow");
  for (const [sql, code, message, at, hint] of REFUSED) {
    await t.step(sql, async () => {
      await assert.rejects(db.run(sql), (error) => {
        assert.ok(error instanceof RheiError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.match(error.hint ?? "", hint);
        assert.equal(sql.slice(error.pointer!.start, error.pointer!.end), at);
        return true;
      });
    });
  }
  await db.run("begin");
  await assert.rejects(db.query("select * from orders for system_time all"), { code: "HISTORY_UNAVAILABLE" });
  await db.run("rollback");
  await db.close();
});

Deno.test("HtapEngine in destructive mode says how to keep history", async () => {
  await using db = await HtapEngine.open({ oltpPath: ":memory:", olap: { path: ":memory:" }, syncIntervalMs: 0 });
  await db.execute("create table orders (id integer primary key)");
  await assert.rejects(db.query("select * from orders for system_time all"), (error) => {
    return error instanceof RheiError && error.code === "HISTORY_UNAVAILABLE" &&
      /--sync-mode temporal/.test(error.hint!);
  });
});
