import assert from "node:assert/strict";
import { join } from "node:path";
import { HtapEngine } from "../../mod.ts";
import { openOltp } from "../../src/oltp/mod.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { openTemporal } from "../support/temporal_engine.ts";

const VALUES = ["5", "5.0", "-0.0", "9e999", "'5'", "'a' || char(0) || 'b'", "x'35'", "9007199254740993", "null"];

for (const backend of BACKENDS) {
  Deno.test(`HtapEngine with ${backend} has libSQL read copies of values exactly as they are`, async () => {
    await using db = await openTemporal(backend);
    // From this load on the client knows that there are texts the driver would cut.
    await db.execute("create table odd (a text)");
    await db.execute("insert into odd values ('a' || char(0) || 'b')");
    await db.syncNow();
    for (const type of ["", "numeric", "integer", "real", "text", "any"]) {
      const table = `t_${type}`;
      await db.execute(`create table ${table} (id integer primary key, v ${type})${type === "any" ? " strict" : ""}`);
      await db.execute(`insert into ${table} (v) values ${VALUES.map((value) => `(${value})`).join(", ")}`);
      const facts = "id, typeof(v) as type, hex(v) as hex, quote(v) as quoted, 7 / v as part, v";
      const source = (await db.query(`select ${facts} from ${table} order by id`, [], { route: "oltp" })).values();
      // Text and blob beside each other: the mirror has no class for the column.
      const copied = await db.query(`select ${facts} from ${table} for system_time all order by id`);
      assert.equal(copied.engine, "libsql", type);
      assert.deepEqual(copied.values(), source, type);
      const beside = await db.query(
        `select ${facts} from ${table} where exists (select a from odd for system_time all) order by id`,
      );
      assert.equal(beside.engine, "libsql", type);
      assert.deepEqual(beside.values(), source, type);
    }
  });
}

for (const syncMode of ["destructive", "temporal"] as const) {
  Deno.test(`HtapEngine leaves a UTF-16 database to libSQL in ${syncMode} mode`, async () => {
    const folder = await Deno.makeTempDir();
    const oltpPath = join(folder, "app.db");
    const oltp = await openOltp({ path: oltpPath });
    await oltp.execute("pragma encoding = 'UTF-16le'");
    await oltp.execute("create table w (k text primary key, v) without rowid");
    await oltp.execute("insert into w values ('a', 1), ('ā', 2), ('é', 5), ('😀', 6), ('\uFF5E', 7)");
    const db = await HtapEngine.open({ oltpPath, syncMode, olap: { backend: "arrow" }, syncIntervalMs: 0 });
    await db.syncNow();
    const sql = "select k, length(cast(k as blob)) from w where v > 0 order by k";
    const expected = await oltp.query(sql);
    const answer = await db.query(sql);
    assert.equal(answer.target, "oltp");
    assert.deepEqual(answer.values().map(([k]) => k), expected.rows.map(([k]) => k));
    await assert.rejects(db.query(sql, [], { route: "olap" }), /UTF-16/);
    await assert.rejects(db.track("w"), { code: "NOT_TRACKABLE" });
    assert.ok((await db.verify()).equal);
    await db.close();
    await oltp.close();
    await Deno.remove(folder, { recursive: true });
  });
}
