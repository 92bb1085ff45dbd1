import assert from "node:assert/strict";
import { join } from "node:path";
import { HtapEngine } from "./htap_engine.ts";

const SHADOW = "create temp table t (id integer primary key, v integer)";

/** Ways to make what only the writing connection sees, and a query whose answer it changes. */
const WAYS: readonly { name: string; make: (db: HtapEngine) => Promise<unknown>; query: string }[] = [
  { name: "CREATE TEMP TABLE", make: (db) => db.execute(SHADOW), query: "select sum(v) as x from t" },
  {
    name: "CREATE TABLE temp.…",
    make: (db) => db.execute("create table temp.t (id integer primary key, v integer)"),
    query: "select sum(v) as x from t",
  },
  {
    name: "CREATE VIEW temp.…",
    make: (db) => db.execute("create view temp.t as select 1 as id, null as v"),
    query: "select sum(v) as x from t",
  },
  { name: "a batch", make: (db) => db.batch([{ sql: SHADOW }]), query: "select sum(v) as x from t" },
  {
    name: "a transaction",
    make: (db) => db.transaction((tx) => tx.execute(SHADOW)),
    query: "select sum(v) as x from t",
  },
  {
    name: "a query of a transaction",
    make: (db) => db.transaction((tx) => tx.query(SHADOW)),
    query: "select sum(v) as x from t",
  },
  {
    name: "a pragma in a transaction",
    make: (db) => db.transaction((tx) => tx.execute("pragma case_sensitive_like = 1")),
    query: "select sum(v) as x from t where 'ABC' like 'abc'",
  },
];

Deno.test("HtapEngine reads from the writing connection once that sees what no other does", async (t) => {
  for (const { name, make, query } of WAYS) {
    await t.step(name, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await using db = await HtapEngine.open({
          oltpPath: join(folder, "app.db"),
          olap: { backend: "arrow", path: ":memory:" },
          syncIntervalMs: 0,
          threads: 1,
        });
        await db.execute("create table t (id integer primary key, v integer)");
        await db.execute("insert into t values (1, 10)");
        assert.deepEqual((await db.query(query)).rows(), [{ x: 10 }]);
        await make(db);
        const answer = await db.query(query);
        assert.deepEqual(answer.rows(), [{ x: null }]);
        assert.equal(answer.target, "oltp");
        await assert.rejects(db.query(query, [], { route: "olap" }), { code: "OLAP_DECLINED" });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
});

Deno.test("HtapEngine keeps a table's history when a temporary table of its name is dropped", async () => {
  const folder = await Deno.makeTempDir();
  const options = {
    oltpPath: join(folder, "app.db"),
    olap: { backend: "arrow" },
    syncMode: "temporal",
    syncIntervalMs: 0,
    threads: 1,
  } as const;
  try {
    {
      await using db = await HtapEngine.open(options);
      await db.execute("create table t (id integer primary key, v integer)");
      await db.execute("insert into t values (1, 10)");
      await db.execute("create temp table t (a)");
      await db.execute("drop table t");
    }
    await using db = await HtapEngine.open(options);
    const { versions } = await db.history("t", 1);
    assert.deepEqual(versions.map(({ operation, validTo }) => [operation, validTo]), [["I", null]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
