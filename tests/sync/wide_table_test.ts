import assert from "node:assert/strict";
import { HtapEngine } from "../../mod.ts";
import { BACKENDS } from "../support/dual_engine.ts";

/** An engine with a table of so many columns, `id`, `c1`, `c2`, …, that has two rows and was synced. */
async function openWide(options: Parameters<typeof HtapEngine.open>[0], width: number): Promise<HtapEngine> {
  const db = await HtapEngine.open({ oltpPath: ":memory:", syncIntervalMs: 0, threads: 1, ...options });
  const columns = Array.from({ length: width - 1 }, (_, at) => `c${at + 1}`);
  await db.execute(`create table wide (id integer primary key, ${columns.join(", ")})`);
  await db.execute(`insert into wide (id, c1, c${width - 1}) values (1, 'a', 1), (2, 'b', 2)`);
  await db.syncNow();
  return db;
}

for (const backend of BACKENDS) {
  Deno.test(`a table with more columns than half a result's is kept up to date (${backend})`, async () => {
    await using db = await openWide({ olap: { backend, path: ":memory:" } }, 1100);
    await db.execute("update wide set c1 = 'c', c2 = 7, c1099 = null where id = 2");
    const answer = await db.query("select id, c1, c1099 from wide order by id", [], { route: "olap" });
    assert.deepEqual(answer.rows(), [{ id: 1, c1: "a", c1099: 1 }, { id: 2, c1: "c", c1099: null }]);
    assert.equal((await db.verify()).equal, true);
  });
}

for (const syncMode of ["destructive", "temporal"] as const) {
  Deno.test(`a table with too many columns is left out, and the others go on (${syncMode})`, async () => {
    await using db = await openWide({ olap: { backend: "arrow", path: ":memory:" }, syncMode }, 1901);
    await db.execute("create table other (id integer primary key)");
    await db.execute("update wide set c1 = 'c' where id = 2");
    await db.execute("insert into other values (1)");
    await db.syncNow();
    const { tables } = await db.status();
    assert.deepEqual(tables.map(({ name, reason }) => [name, reason]), [
      ["other", null],
      ["wide", "a mirrored table has 1900 columns at most"],
    ]);
    assert.deepEqual((await db.query("select c1 from wide where id = 2")).rows(), [{ c1: "c" }]);
  });
}
