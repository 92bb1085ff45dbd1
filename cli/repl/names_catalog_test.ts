import assert from "node:assert/strict";
import { HtapEngine, RheiError } from "../../mod.ts";
import { NamesCatalog } from "./names_catalog.ts";

Deno.test("NamesCatalog.read() gives the tables, views and columns of this moment, without rhei's own", async () => {
  await using engine = await HtapEngine.open({ oltpPath: ":memory:", syncIntervalMs: 0 });
  const names = new NamesCatalog(engine);
  await engine.execute("create table b (x integer, y as (x + 1))");
  await engine.execute("create view a as select x as only from b");
  assert.deepEqual((await names.read()).tables, [
    { name: "a", columns: ["only"] },
    { name: "b", columns: ["x", "y"] },
  ]);
  await engine.execute("drop view a");
  const { tables, functions } = await names.read();
  assert.deepEqual(tables.map(({ name }) => name), ["b"]);
  assert.ok(functions.includes("coalesce") && functions.includes("sum"));
});

Deno.test("NamesCatalog.read() gives nothing when the database cannot be asked", async () => {
  const query = () => Promise.reject(new RheiError("DATABASE_LOCKED", "Cannot read: locked"));
  assert.deepEqual(await new NamesCatalog({ query }).read(), { tables: [], functions: [] });
});
