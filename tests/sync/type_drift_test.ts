import assert from "node:assert/strict";
import { openMirrored } from "./mirrored_database.ts";

interface Drift {
  readonly name: string;
  readonly setup: readonly string[];
  /** Makes values that fit no column of the mirror. */
  readonly drift: readonly string[];
  /** Why each table is left out then. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly repair: readonly string[];
}

const DRIFTS: readonly Drift[] = [
  {
    name: "in a column",
    setup: ["create table t(id integer primary key, c int)", "insert into t values (1, 1), (2, 2)"],
    drift: ["update t set c = 'two' where id = 2"],
    reasons: { t: "column c holds text and integers" },
    repair: ["update t set c = 2 where id = 2"],
  },
  {
    name: "in the key of a WITHOUT ROWID table",
    setup: ["create table w(k, v, primary key (k)) without rowid", "insert into w values (1, 'a'), (2, 'b')"],
    drift: ["insert into w values ('three', 'c')"],
    reasons: { w: "column k holds text and integers" },
    repair: ["delete from w where k = 'three'"],
  },
  {
    name: "in a part of a primary key",
    setup: ["create table p(a int, b text, c, primary key (a, b))", "insert into p values (1, 'x', 1), (1, 'y', 2)"],
    drift: ["update p set a = 'one' where b = 'y'"],
    reasons: { p: "column a holds text and integers" },
    repair: ["update p set a = 3 where b = 'y'"],
  },
  {
    name: "in several tables at once, of one kind and another",
    setup: [
      "create table t(id integer primary key, c int)",
      "create table u(x text)",
      "create table fine(x)",
      "insert into t values (1, 1)",
      "insert into u values ('text')",
      "insert into fine values (1)",
    ],
    drift: ["insert into t values (2, x'00')", "insert into u values (x'01')", "insert into fine values (2)"],
    reasons: { t: "column c holds integers and blobs", u: "column x holds text and blobs" },
    repair: ["delete from t where id = 2", "delete from u where typeof(x) = 'blob'"],
  },
  {
    name: "to text that no mirror can hold",
    setup: ["create table t(id integer primary key, c text)", "insert into t values (1, 'fine')"],
    drift: ["insert into t values (2, cast(x'61ff' as text))"],
    reasons: { t: "column c holds text that is not UTF-8" },
    repair: ["delete from t where id = 2"],
  },
];

for (const backend of ["duckdb", "arrow"] as const) {
  for (const { name, setup, drift, reasons, repair } of DRIFTS) {
    Deno.test(`a table leaves the ${backend} mirror at a drift of types ${name}, and comes back`, async () => {
      await using db = await openMirrored({ memory: true, backend, setup });
      const found = () =>
        Object.fromEntries(
          Object.keys(reasons).flatMap((table) => {
            const reason = db.sync.catalog().absence(table);
            return reason === undefined ? [] : [[table, reason]];
          }),
        );
      const beforeMs = Date.now();
      await db.run(...drift);
      await db.expectEqual("drifted");
      assert.deepEqual(found(), reasons);
      for (const table of (await db.sync.status()).tables) {
        if (reasons[table.name] === undefined) assert.equal(table.state, "mirrored");
        else assert.ok(table.state === "absent" && (table.absentSinceMs ?? 0) >= beforeMs, table.name);
      }
      // More of the same changes nothing, and asking for it by hand neither.
      await db.sync.rebuild(Object.keys(reasons));
      assert.deepEqual(found(), reasons);

      await db.run(...repair);
      await db.sync.rebuild(Object.keys(reasons));
      assert.deepEqual(found(), {});
      await db.expectEqual("repaired");

      await db.run(...drift, ...repair);
      await db.expectEqual("drift and repair between two syncs");
      assert.deepEqual(found(), {});
    });
  }

  Deno.test(`a drift of types is remembered by the ${backend} mirror, and undone by a repair made while it was closed`, async () => {
    await using first = await openMirrored({
      backend,
      setup: ["create table t(id integer primary key, c int)", "insert into t values (1, 1), (2, 'two')"],
    });
    const since = async (db: typeof first) => (await db.sync.status()).tables[0]?.absentSinceMs;
    const sinceMs = await since(first);
    assert.ok(sinceMs);
    await first.olap.checkpoint();
    await first.sync.close();
    await first.olap.close();
    {
      await using second = await openMirrored({ backend, folder: first.folder });
      assert.equal(await since(second), sinceMs);
      assert.equal(second.sync.catalog().absence("t"), "column c holds text and integers");
      await second.run("update t set c = 2 where id = 2");
    }
    await using third = await openMirrored({ backend, folder: first.folder });
    await third.expectEqual("repaired");
    assert.ok(third.sync.catalog().table("t"));
  });
}

Deno.test("rebuild() reads a table that was made since the last sync", async () => {
  await using db = await openMirrored({ memory: true });
  await db.run("create table t(a)", "insert into t values (1)");
  const { tables } = await db.sync.rebuild(["t"]);
  assert.deepEqual(tables, [{ name: "t", action: "loaded", rows: 1 }]);
});

Deno.test("rebuild() refuses what it cannot read anew", async () => {
  await using db = await openMirrored({ memory: true, setup: ["create table t(a)", "create view v as select 1"] });
  await db.sync.untrack(["t"]);
  await assert.rejects(db.sync.rebuild(["none"]), /^RheiError: Cannot rebuild "none": there is no such table$/);
  await assert.rejects(db.sync.rebuild(["t"]), /^RheiError: Cannot rebuild "t": it is not tracked$/);
});
