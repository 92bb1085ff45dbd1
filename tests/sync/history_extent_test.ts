import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import { BACKENDS } from "../support/dual_engine.ts";
import { openTemporal } from "../support/temporal_engine.ts";

/** Versions in the order in which they were made: the row, and what made it. */
const VERSIONS = `select a, b, _rhei_operation, _rhei_valid_to is null from t for system_time all
  order by _rhei_valid_from, a, _rhei_operation`;

for (const backend of BACKENDS) {
  Deno.test(`the history of a new table holds what was written before the first sync (${backend})`, async () => {
    await using db = await openTemporal(backend);
    await db.execute("create table t(a integer primary key, b text)");
    await db.execute("insert into t values (1, 'one'), (2, 'two')");
    await db.execute("update t set b = 'uno' where a = 1");
    await db.execute("alter table t rename column b to c");
    await db.execute("alter table t rename column c to b");
    await db.execute("delete from t where a = 2");
    await db.execute("insert or replace into t values (1, 'eins')");
    assert.deepEqual((await db.query(VERSIONS)).values(), [
      [1, "one", "I", 0],
      [2, "two", "I", 0],
      [1, "uno", "U", 0],
      [2, "two", "D", 0],
      [1, "eins", "U", 1],
    ]);
    await db.execute("create table u(x)");
    await db.execute("insert into u values (1)");
    await db.execute("update u set x = 2");
    assert.deepEqual((await db.query("select x from u for system_time all order by _rhei_valid_from")).values(), [[1], [
      2,
    ]]);
    await db.execute("create table w(x)");
    await db.execute("insert into w values (1)");
    await db.execute("alter table w rename column x to y");
    await db.execute("alter table w add column x default 7");
    assert.deepEqual((await db.query("select y, x, _rhei_operation from w for system_time all")).values(), [[
      1,
      7,
      "I",
    ]]);
    assert.ok((await db.verify()).equal);
  });

  Deno.test(`the history of a table with rows begins when tracking does (${backend})`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "app.db");
      const plain = new Database(path);
      plain.exec("create table t(a integer primary key, b text); insert into t values (1, 'one'), (2, 'two')");
      plain.close();
      await using db = await openTemporal(backend, { oltpPath: path });
      await db.execute("update t set b = 'uno' where a = 1");
      await db.execute("delete from t where a = 2");
      assert.deepEqual((await db.query(VERSIONS)).values(), [
        [1, "one", "I", 0],
        [2, "two", "I", 0],
        [1, "uno", "U", 1],
        [2, "two", "D", 0],
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`a table made with rows begins with them (${backend})`, async () => {
    await using db = await openTemporal(backend);
    await db.execute("create table t as select 1 as a, 'one' as b union all select 2, 'two'");
    await db.execute("update t set b = 'uno' where a = 1");
    assert.deepEqual((await db.query(VERSIONS)).values(), [
      [1, "one", "I", 0],
      [2, "two", "I", 1],
      [1, "uno", "U", 1],
    ]);
    assert.ok((await db.verify()).equal);
  });

  Deno.test(`a table that takes another's name and place takes over its history (${backend})`, async () => {
    const notices: string[] = [];
    await using db = await openTemporal(backend, { onNotice: (text) => notices.push(text) });
    await db.execute("create table t(a integer primary key, b)");
    await db.execute("insert into t values (1, 'one'), (2, 'two')");
    await db.syncNow();
    await db.execute("update t set b = 'uno' where a = 1");
    await db.batch([
      { sql: "create table t_new(a integer primary key, b text not null)" },
      { sql: "insert into t_new select * from t" },
      { sql: "drop table t" },
      { sql: "alter table t_new rename to t" },
    ]);
    await db.execute("update t set b = 'eins' where a = 1");
    const rebuilt = [[1, "one", "I", 0], [2, "two", "I", 1], [1, "uno", "U", 0], [1, "eins", "U", 1]];
    assert.deepEqual((await db.query(VERSIONS)).values(), rebuilt);
    await db.execute("drop table t");
    await db.syncNow();
    await db.execute("create table t(a integer primary key, b text, c)");
    await db.execute("insert into t values (1, 'again', 2.5)");
    await db.execute("update t set b = 'and again', c = 'x'");
    assert.deepEqual((await db.query(VERSIONS)).values(), [
      ...rebuilt.map(([a, b, operation]) => [a, b, operation, 0]),
      [1, "eins", "D", 0],
      [2, "two", "D", 0],
      [1, "again", "I", 0],
      [1, "and again", "U", 1],
    ]);
    await db.untrack(["t"], { history: "keep" });
    await db.track(["t"]);
    assert.deepEqual((await db.query("select count(*) from t for system_time all")).values(), [[9]]);
    assert.ok((await db.verify()).equal);
    assert.ok(!notices.some((text) => text.includes("another key")));
    await db.execute("drop table t");
    await db.execute("create table t(b text primary key) without rowid");
    await db.syncNow();
    assert.ok(notices.some((text) => text.includes("another key")));
  });

  Deno.test(`histories end when nothing is tracked any more (${backend})`, async () => {
    await using db = await openTemporal(backend);
    await db.execute("create table t(a integer primary key, b text)");
    await db.execute("insert into t values (1, 'one')");
    await db.untrack([], { history: "keep" });
    await db.execute("update t set b = 'uno'");
    assert.deepEqual((await db.query(VERSIONS)).values(), [[1, "one", "I", 0]]);
    assert.deepEqual((await db.query("select * from t for system_time as of '2100-01-01'")).values(), []);
  });
}
