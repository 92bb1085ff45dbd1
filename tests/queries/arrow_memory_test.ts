import assert from "node:assert/strict";
import { HtapEngine, RheiError } from "../../mod.ts";

/** 20,000 rows; every statement below needs several times what the mirror is allowed. */
const SETUP = `create table big(id integer primary key, note text, i integer, r real)`;
const FILL = `insert into big
with recursive n(x) as (values (0) union all select x + 1 from n where x < 19999)
select x, 'a note of some length, of which there is but one: ' || x, x * 48271 % 1000, x / 8.0 from n`;

const LIMIT_BYTES = 8 * 2 ** 20;

const GREEDY: Readonly<Record<string, string>> = {
  "a sort of a cross join": "select a.id, b.r from big a, big b order by a.r, b.i",
  "a sort by texts that are made": "select a.note || b.id as t from big a join big b on a.i = b.i order by t",
  "a cross join held by another":
    "select count(*) from big c left join (select a.id + b.id as s from big a, big b) on s = c.id",
  "groups of texts that are made":
    "select upper(a.note) || b.id, count(*) from big a join big b on a.i = b.i group by 1",
  "groups of many pairs": "select count(*) from (select a.id, b.id, count(*) from big a, big b group by 1, 2)",
  "distinct values of a group": "select count(distinct a.note || b.note) from big a join big b on a.i = b.i",
  "a union": "select a.id + b.id * 20000 from big a, big b union select id from big",
  "a recursion without end": "with recursive n(x) as (select 1 union select x + 1 from n) select count(*) from n",
  "a window over a cross join":
    "select sum(s) from (select sum(a.i) over (order by a.id, b.id) as s from big a, big b)",
  "ordered texts": "select group_concat(note, ',' order by note) from (select a.note || b.i as note from big a, big b)",
};

for (const threads of [1, 2]) {
  Deno.test(`a query that needs too much memory ends with an error and the engine goes on, with ${threads} threads`, async (t) => {
    await using engine = await HtapEngine.open({
      oltpPath: ":memory:",
      olap: { backend: "arrow", path: ":memory:", memoryLimit: LIMIT_BYTES },
      syncIntervalMs: 0,
      threads,
    });
    await engine.execute(SETUP);
    await engine.execute(FILL);
    for (const [name, sql] of Object.entries(GREEDY)) {
      await t.step(name, async () => {
        await assert.rejects(engine.query(sql, [], { route: "olap" }), (error) => {
          assert.ok(error instanceof RheiError, String(error));
          assert.match(error.message, /needs more than 8 MiB/, sql);
          assert.ok(error.hint?.includes("--memory-limit"));
          return true;
        });
        const after = await engine.query("select count(*), max(i) from big", [], { route: "olap" });
        assert.deepEqual(after.exactRows(), [[20_000n, 999n]]);
      });
    }
  });
}
