import assert from "node:assert/strict";
import { HtapEngine } from "../../mod.ts";
import { BACKENDS } from "../support/dual_engine.ts";

/** Each compares the mirror's clock with a moment that libSQL read before; true whenever it is run. */
const CONDITIONS: readonly string[] = [
  "date('now') >= date($before)",
  "datetime('now', '+1 day') > $before",
  "datetime('now', '-1 day') < $before",
  "CURRENT_TIMESTAMP >= $before",
  "strftime('%Y-%m-%d %H:%M:%S', 'now') >= $before",
  "unixepoch('now') - unixepoch($before) between 0 and 3600",
  "typeof(julianday('now')) = 'real' and typeof(unixepoch()) = 'integer' and typeof(date()) = 'text'",
  "date('now', $shift) > date($before)",
];

for (const backend of BACKENDS) {
  Deno.test(`a query that reads the clock is answered by the mirror (${backend})`, async () => {
    await using db = await HtapEngine.open({ oltpPath: ":memory:", olap: { backend, path: ":memory:" }, threads: 1 });
    await db.execute("create table t(a integer primary key, made text)");
    await db.execute("insert into t values (1, datetime('now', '-2 days')), (2, datetime('now', '+2 days'))");
    const [[before = null] = []] = (await db.query("select datetime('now')", [], { route: "oltp" })).values();
    for (const condition of CONDITIONS) {
      const sql = `select count(*) from t where ${condition}`;
      const params = { before, ...(condition.includes("$shift") ? { shift: "+3 days" } : {}) };
      const given = condition.includes("$") ? params : [];
      assert.deepEqual((await db.query(sql, given, { route: "olap" })).values(), [[2]], condition);
    }
    const result = await db.query("select date('now'), a from t where made < datetime('now')", [], { route: "olap" });
    assert.deepEqual(result.columns.map((column) => column.name), ["date('now')", "a"]);
    assert.equal(result.values()[0]?.[1], 1);
  });
}
