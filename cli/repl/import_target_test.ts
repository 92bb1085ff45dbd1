import assert from "node:assert/strict";
import { join } from "node:path";
import { HtapEngine } from "../../mod.ts";
import { importFile } from "../transfer/mod.ts";
import { importTarget } from "./import_target.ts";

Deno.test("importTarget() imports within the open transaction, and leaves it as it was where that fails", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [good, bad] = [join(folder, "good.csv"), join(folder, "bad.csv")];
    await Deno.writeTextFile(good, "id,name\n1,a\n2,b\n");
    await Deno.writeTextFile(bad, "id,name\n3,c\n2,again\n");
    await using engine = await HtapEngine.open({ oltpPath: ":memory:" });
    const ids = async () => (await engine.query("select id from t order by id")).values().flat();
    await engine.run("create table t (id integer primary key, name text)");
    await engine.run("begin");
    await engine.run("insert into t values (9, 'before')");
    assert.deepEqual(await importFile(importTarget(engine), good, "t"), { rows: 2, created: false });
    await assert.rejects(importFile(importTarget(engine), bad, "t"), /bad\.csv", line 3: .*UNIQUE/);
    assert.deepEqual(await importFile(importTarget(engine), good, "made"), { rows: 2, created: true });
    assert.deepEqual([await ids(), engine.inTransaction], [[1, 2, 9], true]);
    await engine.run("rollback");
    assert.deepEqual([await ids(), engine.inTransaction], [[], false]);
    await importFile(importTarget(engine), good, "t");
    assert.deepEqual(await ids(), [1, 2]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
