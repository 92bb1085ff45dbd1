import assert from "node:assert/strict";
import { join } from "node:path";
import { openOltp } from "./mod.ts";

const LEFT_HALF_WAY: readonly { name: string; sql: string; fails: boolean }[] = [
  { name: "an EXPLAIN", sql: "explain select max(a) from t", fails: false },
  { name: "an EXPLAIN QUERY PLAN", sql: "explain query plan select max(a) from t", fails: false },
  { name: "a statement that fails on a row", sql: "select sum(b) from t", fails: true },
];

for (const { name, sql, fails } of LEFT_HALF_WAY) {
  Deno.test(`query() sees later commits after ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using client = await openOltp({ path: join(folder, "app.db") });
      await client.execute("create table t (a integer primary key, b)");
      await client.execute("insert into t values (1, 9223372036854775807), (2, 1)");
      for (let i = 3; i < 15; i++) {
        if (fails) await assert.rejects(client.query(sql), /overflow/);
        else await client.query(sql);
        assert.deepEqual((await client.query("select max(a) from t")).rows, [[BigInt(i - 1)]]);
        await client.execute("insert into t (b) values (1)");
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("query() sees later commits however often a keyed statement ran before", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using client = await openOltp({ path: join(folder, "app.db") });
    await client.execute("create table t (a integer primary key, b)");
    for (let i = 0; i < 40; i++) {
      await client.execute("insert into t values (?, ?)", [i, i]);
      assert.deepEqual((await client.query("select b from t where a = ?", [i])).rows, [[BigInt(i)]]);
      assert.deepEqual((await client.query("select (select max(a) from t), count(*) from t")).rows, [[
        BigInt(i),
        BigInt(i + 1),
      ]]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
