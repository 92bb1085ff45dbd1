import assert from "node:assert/strict";
import { readdir, readlink } from "node:fs/promises";
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

/** Files this process has open that are copies of versions. */
async function copiesOpen(): Promise<number> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(links)).filter((link) => link.includes("rhei-history-")).length;
}

Deno.test("HtapEngine reads copies of versions without using up files", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const before = await copiesOpen();
  await using db = await openTemporal("arrow");
  await db.execute("create table odd (id integer primary key, v)");
  await db.execute("create view seen as select v from odd");
  await db.execute("insert into odd (v) values (1), ('a')");
  let first = 0;
  for (let round = 0; round < 4; round++) {
    const copied = await db.query("select o.v from odd for system_time all o, seen where seen.v = o.v order by o.id");
    assert.equal(copied.engine, "libsql");
    assert.deepEqual(copied.values(), [[1], ["a"]]);
    await assert.rejects(db.query("select abs(-9223372036854775808), v from odd for system_time all"));
    if (round === 0) first = await copiesOpen() - before;
  }
  assert.ok(await copiesOpen() - before <= first, "a copy is made anew");
});

for (const backend of BACKENDS) {
  Deno.test(`HtapEngine with ${backend} has libSQL read copies of columns that hide the rowid`, async () => {
    await using db = await openTemporal(backend);
    await db.execute("create table hiding (rowid text, oid integer, v)");
    await db.execute("create table outside (rowid text, v)");
    await db.untrack("outside", { history: "discard" });
    await db.execute("insert into outside (_rowid_, rowid, v) values (7, 'seven', x'07')");
    await db.execute("insert into hiding (_rowid_, rowid, oid, v) values (5, 'five', 50, 'v'), (9, 'nine', 90, x'09')");
    const asked = "select h._rowid_, h.rowid, h.oid, h.v, o.rowid, o._rowid_ from hiding {} h, outside o order by 1";
    const expected = (await db.query(asked.replace("{}", ""), [], { route: "oltp" })).values();
    const copied = await db.query(asked.replace("{}", "for system_time as of ?"), [Date.now() + 1000]);
    assert.equal(copied.engine, "libsql");
    assert.deepEqual(copied.values(), expected);
    const all = await db.query("select rowid, oid, v from hiding for system_time all order by oid");
    assert.deepEqual(all.values(), [["five", 50, "v"], ["nine", 90, new Uint8Array([9])]]);
  });

  Deno.test(`HtapEngine with ${backend} knows -2^63 by one key as integer and real`, async () => {
    await using db = await openTemporal(backend);
    await db.execute("create table edge (k primary key, v) without rowid");
    await db.execute("insert into edge values (-9223372036854775808, 'a'), (1, 'b')");
    await db.syncNow();
    await db.execute("update edge set k = k + 0.0");
    const living = await db.query("select k from edge for system_time as of ?", [Date.now() + 1000]);
    assert.equal(living.values().length, 2);
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
