import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckdb } from "../../src/olap/duckdb/mod.ts";
import { openOltp } from "../../src/oltp/mod.ts";
import { SnapshotMirror } from "../../src/sync/mod.ts";

Deno.test("SnapshotMirror adds nothing to the database and knows when it is stale", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rhei-snapshot-"));
  try {
    const path = join(folder, "test.db");
    await using writer = await openOltp({ path });
    await writer.execute("create table t(id integer primary key, a)");
    await writer.execute("insert into t values (1, 'one'), (2, null)");
    await writer.execute("create table mixed(a)");
    await writer.execute("insert into mixed values (1), ('x')");
    await writer.execute("create view v as select * from t");
    const before = (await writer.query("select * from sqlite_schema")).rows;

    await using oltp = await openOltp({ path }, { readOnly: true });
    const olap = await openDuckdb({ path: null, threads: 1 });
    const mirror = new SnapshotMirror({ oltp, olap });
    await mirror.open();
    assert.deepEqual(await mirror.catchUp(), { kind: "fresh" });
    assert.equal(mirror.catalog().absence("mixed"), "column a holds text and integers");
    assert.ok(mirror.catalog().view("v"));
    assert.ok((await mirror.verify()).equal);

    await writer.execute("insert into t values (3, 'three')");
    assert.equal((await mirror.catchUp()).kind, "stale");
    assert.equal((await mirror.lag()).changes, 1);
    assert.equal(await olap.rowCount("t"), 2, "no sync by itself");
    await mirror.syncNow();
    assert.deepEqual(await mirror.catchUp(), { kind: "fresh" });
    assert.equal(await olap.rowCount("t"), 3);

    await writer.execute("drop table mixed");
    await writer.execute("delete from t where id = 1");
    const report = await mirror.verify();
    assert.deepEqual([report.equal, report.tables.map((table) => table.sourceRows), report.absent], [true, [2], []]);
    assert.deepEqual(
      (await writer.query("select * from sqlite_schema")).rows,
      before.filter((row) => row[1] !== "mixed"),
    );
    await assert.rejects(mirror.track(), { code: "READ_ONLY" });
    await mirror.close();
    await olap.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
