import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import { type OltpClient, openOltp } from "./mod.ts";

/** Statements that SQLite refuses, or explains otherwise, by the schema before the change. */
const CASES: readonly { name: string; change: string; sql: string; expected: readonly unknown[][] }[] = [
  {
    name: "a column of USING that was added",
    change: "alter table b add column k integer default 1",
    sql: "select count(*) from a join b using (k)",
    expected: [[1n]],
  },
  {
    name: "arms of a compound that are as wide as each other by now",
    change: "alter table b add column k integer default 1",
    sql: "select * from a union select * from b",
    expected: [[1n, 1n]],
  },
  {
    name: "the index that a plan takes",
    change: "create index by_k on a (k)",
    sql: "explain query plan select id from a where k = 1",
    expected: [[2n, 0n, 0n, "SEARCH a USING COVERING INDEX by_k (k=?)"]],
  },
];

const READS: Readonly<Record<string, (client: OltpClient, sql: string) => Promise<readonly (readonly unknown[])[]>>> = {
  "query()": async (client, sql) => (await client.query(sql)).rows,
  "readInBackground()": async (client, sql) => (await client.readInBackground(sql, [])).rows,
  "a snapshot": async (client, sql) => {
    await using snapshot = await client.snapshot();
    return (await snapshot.query(sql)).rows;
  },
};

for (const { name, change, sql, expected } of CASES) {
  for (const by of ["the client", "another connection"]) {
    Deno.test(`reads know ${name} since ${by} changed the schema`, async (test) => {
      const folder = await Deno.makeTempDir();
      try {
        for (const [read, rowsOf] of Object.entries(READS)) {
          await test.step(read, async () => {
            const path = join(folder, `${read.replaceAll(/\W/g, "")}.db`);
            await using client = await openOltp({ path });
            await client.execute("create table a (id integer primary key, k integer)");
            await client.execute("create table b (id integer primary key)");
            await client.batch([{ sql: "insert into a values (1, 1)" }, { sql: "insert into b values (1)" }]);
            await rowsOf(client, "explain query plan select id from a where k = 1");
            await rowsOf(client, "select a.id from a join b using (id)");
            if (by === "the client") await client.execute(change);
            else {
              const other = new Database(path);
              other.exec(change);
              other.close();
            }
            assert.deepEqual(await rowsOf(client, sql), expected);
          });
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}

Deno.test("readInBackground() gives the INTEGERs and REALs of a compound as query() does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using client = await openOltp({ path: join(folder, "app.db") });
    await client.execute("create table t (r real)");
    await client.execute("insert into t values (6.0), (1.5)");
    for (
      const sql of ["select r from t union all select 7", "with c as (select 7) select r from t union select * from c"]
    ) {
      const { rows } = await client.readInBackground(sql, []);
      assert.deepEqual(rows, (await client.query(sql)).rows);
      assert.ok(rows.some(([value]) => value === 7n));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
