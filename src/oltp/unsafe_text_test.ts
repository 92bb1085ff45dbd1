import { deepStrictEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { ColumnMisfit, openOltp, type ScanColumn } from "./mod.ts";

Deno.test("reads give texts with NUL and broken UTF-8 once a scan has met one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using client = await openOltp({ path: join(folder, "a.db") });
    await client.execute("create table t (id integer primary key, x text)");
    await client.execute(
      "insert into t values (1, 'a' || char(0) || 'b'), (2, cast(x'61ff62' as text)), (3, null), (4, 'ok'), (5, x'00ff'), (6, 1.5)",
    );
    const columns: ScanColumn[] = [{ expression: "x", class: "text", affinity: "text" }];
    await using snapshot = await client.snapshot();
    await rejects(() => snapshot.readColumns!({ from: "t", columns }), ColumnMisfit);
    const sql = "select x, id as x from t where id < ? order by id";
    // The column's affinity made 1.5 a text.
    const expected = [["a\0b", 1n], ["a\ufffdb", 2n], [null, 3n], ["ok", 4n], [new Uint8Array([0, 255]), 5n], [
      "1.5",
      6n,
    ]];
    const result = {
      columns: [{ name: "x", declaredType: "TEXT" }, { name: "x", declaredType: "INTEGER" }],
      rows: expected,
    };
    deepStrictEqual(await client.query(sql, [9]), result);
    deepStrictEqual(await client.readInBackground(sql, [9]), result);
    deepStrictEqual(await snapshot.query(sql, [9]), result);
    const streamed = [];
    for await (const batch of snapshot.stream(sql, [9], 4)) streamed.push(...batch);
    deepStrictEqual(streamed, expected);
    await client.transaction(async (tx) => deepStrictEqual(await tx.query(sql, [9]), result));
    for (let i = 0; i < 20; i++) {
      deepStrictEqual((await client.query("select x from t where id = ?", [1])).rows, [["a\0b"]]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
