import assert from "node:assert/strict";
import { HtapEngine, RheiError } from "../../mod.ts";
import { WorkerExecutor } from "../../src/olap/arrow/worker_executor.ts";

/** Rows of the larger table: enough for many stretches, and for results that are sent as columns with their dictionaries. */
const ROWS = 30_000;

/** An engine with two tables, its mirror's queries on three threads which divide whatever has more than a few rows. */
async function opened(): Promise<HtapEngine> {
  WorkerExecutor.division = { rows: 500, stretchRows: 100, groups: 500 };
  const engine = await HtapEngine.open({
    oltpPath: ":memory:",
    olap: { backend: "arrow", path: ":memory:" },
    syncIntervalMs: 0,
    threads: 3,
  });
  await engine.execute(`create table sale(id integer primary key, shop text, item integer, price real, note text)`);
  await engine.execute(`create table shop(name text primary key, city text)`);
  await engine.execute(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})
    insert into sale select i, 'shop ' || (i * 7919 % 97), i * 31 % 1009, (i % 1000) * 0.25,
      case when i % 11 = 0 then null else 'sale ' || i || ' is noted' end from n`);
  await engine.execute(`with recursive n(i) as (select 0 union all select i + 1 from n where i < 90)
    insert into shop select 'shop ' || i, 'city ' || (i % 9) from n`);
  return engine;
}

const CASES: readonly (readonly [name: string, sql: string])[] = [
  [
    "groups by plain text, NULL in the table and NULL of an expression alike",
    "select id % 7000, case when item % 2 = 0 then note end, count(*) from sale group by 1, 2",
  ],
  [
    "groups by plain text of a left join",
    "select b.note, count(*) from sale a left join sale b on b.id = a.id * 2 and b.item < 900 group by 1",
  ],
  [
    "a sum without groups",
    "select count(*), sum(item), sum(price), min(price), max(note), avg(item) from sale where item % 3 <> 0",
  ],
  ["few groups by dictionary", "select shop, count(*), sum(item), min(item), max(price) from sale group by shop"],
  ["many groups by integer", "select item, count(note), avg(price), sum(item) from sale group by item"],
  ["as many groups as rows", "select id, sum(item), count(*) from sale group by id"],
  ["groups by plain text", "select note, count(*), sum(item) from sale group by note"],
  ["groups by several keys", "select shop, item % 10, count(*), min(id) from sale group by 1, 2"],
  ["DISTINCT in groups", "select shop, count(distinct item), sum(distinct item) from sale group by shop"],
  ["DISTINCT by many keys", "select id % 5000, count(distinct shop) from sale group by 1"],
  ["distinct rows", "select distinct shop, item % 100 from sale"],
  [
    "FILTER",
    "select shop, count(*) filter (where item > 500), sum(price) filter (where item < 0) from sale group by shop",
  ],
  ["an inner join", "select city, count(*), sum(price) from sale join shop on shop.name = sale.shop group by city"],
  ["a left join", "select city is null, count(*) from sale left join shop on shop.name = sale.shop group by 1"],
  [
    "a join of the table with itself",
    "select count(*), sum(b.item) from sale a join sale b on b.id = a.id + 1 where a.item < 300",
  ],
  ["a join by two keys", "select count(*), sum(a.id) from sale a join sale b on b.item = a.item and b.shop = a.shop"],
  [
    "EXISTS",
    "select count(*), sum(id) from sale s where exists (select 1 from sale t where t.id = s.id * 2 and t.item < 50)",
  ],
  ["NOT IN", "select count(*) from sale where item not in (select item from sale where price > 200)"],
  ["a full join", "select count(*), count(name), count(id) from shop full join sale on sale.shop = shop.name"],
  ["all rows in order", "select id, shop, item, price, note from sale order by item desc, id"],
  ["the first rows", "select id, note, price from sale order by price desc, note limit 20 offset 5"],
  ["rows with dictionary and plain texts", "select shop, upper(shop), note from sale where item % 2 = 0 order by id"],
  ["a compound", "select shop from sale where item < 300 union select name from shop order by 1"],
  [
    "a common table read twice",
    "with c as (select item, count(*) n from sale group by item) select count(*), sum(a.n * b.n) from c a join c b on b.item = a.item + 1",
  ],
  ["windows", "select id, sum(item) over (partition by shop order by id) from sale order by id"],
];

Deno.test("threads that divide a statement answer as SQLite does", async (t) => {
  await using engine = await opened();
  for (const [name, sql] of CASES) {
    await t.step(name, async () => {
      const expected = await engine.query(sql, [], { route: "oltp" });
      const given = await engine.query(sql, [], { route: "olap" });
      assert.equal(given.target, "olap");
      const ordered = /order by (?!\w+\))[^)]*$/.test(sql);
      assert.deepEqual(comparable(given.exactRows(), ordered), comparable(expected.exactRows(), ordered));
    });
  }
});

/** Rows as texts, sorted where their order is open; REALs to 12 digits, as sums round by their order. */
function comparable(rows: readonly (readonly unknown[])[], ordered: boolean): string[] {
  const texts = rows.map((row) =>
    row.map((value) => typeof value === "number" ? value.toPrecision(12) : `${typeof value} ${String(value)}`).join(
      " | ",
    )
  );
  return ordered ? texts : texts.sort();
}

Deno.test("a thread that fails ends its team's statement, and the team goes on", async () => {
  await using engine = await opened();
  const failing = "select (select t.id from sale t where t.item = s.item) from sale s";
  const sound = "select sum(item), count(*) from sale where id % 3 = 1";
  const [expected] = (await engine.query(sound, [], { route: "oltp" })).exactRows();
  for (let round = 0; round < 5; round++) {
    await assert.rejects(engine.query(failing, [], { route: "olap" }), RheiError);
    assert.deepEqual((await engine.query(sound, [], { route: "olap" })).exactRows()[0], expected);
  }
});

Deno.test("statements at the same time run on teams of their own, or wait for one", async () => {
  await using engine = await opened();
  const sql = (item: number) => `select count(*), sum(price) from sale where item >= ${item}`;
  const items = Array.from({ length: 12 }, (_, at) => at * 80);
  const given = await Promise.all(items.map((item) => engine.query(sql(item), [], { route: "olap" })));
  for (const [at, item] of items.entries()) {
    const expected = await engine.query(sql(item), [], { route: "oltp" });
    assert.deepEqual(given[at]!.exactRows(), expected.exactRows());
  }
});

Deno.test("a cancelled statement ends on all its threads, others go on", async () => {
  await using engine = await opened();
  const controller = new AbortController();
  const endless = "select count(*) from sale a, sale b, sale c where a.price + b.price < c.price";
  const cancelled = engine.query(endless, [], { route: "olap", signal: controller.signal });
  const other = engine.query("select count(*) from sale", [], { route: "olap" });
  assert.deepEqual((await other).exactRows(), [[BigInt(ROWS)]]);
  controller.abort();
  await assert.rejects(cancelled, (error: unknown) => error instanceof RheiError && error.code === "CANCELLED");
  assert.deepEqual((await engine.query("select count(*) from shop", [], { route: "olap" })).exactRows(), [[91n]]);
});
