import assert from "node:assert/strict";
import Database from "libsql";
import { openMirrored } from "./mirrored_database.ts";

Deno.test("catchUp() reads the log only after something was committed, by whomever", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: ["create table t(id integer primary key, a)", "create table other(a)"],
  });
  await db.sync.untrack(["other"]);
  const { oltp } = db;
  const reads: string[] = [];
  const [query, snapshot] = [oltp.query.bind(oltp), oltp.snapshot.bind(oltp)];
  oltp.query = (sql, params) => {
    reads.push("query");
    return query(sql, params);
  };
  oltp.snapshot = (options) => {
    reads.push("snapshot");
    return snapshot(options);
  };
  const catchUp = async () => {
    reads.length = 0;
    await db.sync.catchUp();
    return [...reads];
  };
  await catchUp();
  assert.deepEqual([await catchUp(), await catchUp()], [[], []], "nothing was committed");
  await db.run("insert into t values (1, 'here')");
  assert.deepEqual([await catchUp(), await catchUp()], [["snapshot"], []]);
  const elsewhere = new Database(db.path);
  elsewhere.exec("insert into t values (2, 'elsewhere')");
  assert.deepEqual([await catchUp(), await catchUp()], [["snapshot"], []]);
  assert.equal(await db.olap.rowCount("t"), 2);
  elsewhere.exec("insert into other values (1)");
  assert.deepEqual([await catchUp(), await catchUp()], [["snapshot"], []], "what was committed is not the mirror's");
  elsewhere.exec("alter table t add column b");
  elsewhere.close();
  await catchUp();
  assert.equal(db.sync.catalog().table("t")?.columns.length, 3);
  assert.deepEqual((await db.sync.verify()).equal, true);
});
