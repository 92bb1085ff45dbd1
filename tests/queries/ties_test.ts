import assert from "node:assert/strict";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS, openDualEngine } from "../support/dual_engine.ts";

const SETUP = `
create table sale (day text, shop integer, item text, amount real, note text collate nocase);
create table shop (id integer primary key, city text, area text);
create table thing (code text primary key, kind text) without rowid;
create table plain (a integer, b integer);
create index plain_ab on plain (b, a);
insert into shop values (9, 'Ulm', 'south'), (3, 'Kiel', 'north'), (5, 'Bonn', 'west'), (4, null, 'south');
with recursive n(i) as (select 1 union all select i + 1 from n where i < 300)
insert into sale select '2024-01-' || printf('%02d', i * 7 % 9 + 1), nullif(i * 11 % 10, 2), 'item ' || i * 13 % 40, i * 17 % 5,
  case i % 3 when 0 then 'A' when 1 then 'a' else 'b' end from n;
insert into thing select distinct item, substr(item, 6, 1) from sale;
insert into plain select shop, amount from sale where rowid % 7 = 0;
`;

/** Statements whose ORDER BY leaves rows or groups tied where LIMIT cuts. */
const ANSWERED: Readonly<Record<string, string>> = {
  "no ORDER BY at all": "select item, amount from sale limit 5",
  "an offset": "select item from sale where shop > 3 limit 4 offset 11",
  "a constant order": "select item from sale order by 'x' limit 3",
  "one sort key": "select day, item from sale order by day limit 7",
  "a descending key": "select day, item from sale order by day desc, amount limit 20 offset 2",
  "NULLs first": "select shop, item from sale order by shop limit 9",
  "a condition with a subquery": "select item from sale where shop in (select id from shop) order by amount limit 6",
  "a lookup by key": "select item, city from sale join shop on shop.id = sale.shop order by city limit 8",
  "an outer join": "select item, city from sale left join shop on shop.id = sale.shop order by area desc limit 30",
  "groups without ORDER BY": "select item, count(*) from sale group by item limit 5",
  "groups by two terms": "select shop, item, count(*) n from sale group by item, shop order by n desc limit 6",
  "groups in the direction of ORDER BY": "select item, count(*) n from sale group by item order by n desc limit 6",
  "groups in two directions":
    "select shop, amount, count(*) n, max(day) d from sale group by shop, amount order by n desc, d limit 6",
  "groups by an expression": "select substr(item, 6, 1) k, sum(amount) from sale group by k order by count(*) limit 2",
  "groups of a join":
    "select area, count(*) n from sale join shop on shop.id = sale.shop group by area order by n > 0 limit 2",
  "groups of which HAVING leaves some":
    "select item from sale group by item having count(*) > 7 order by min(day) limit 3",
};

/** Answered by the Arrow executor, which takes in rows in the order SQLite meets them. */
const IN_ORDER: Readonly<Record<string, string>> = {
  "texts of all rows": "select group_concat(item), group_concat(day, ';') from sale where shop = 3",
  "texts of groups": "select shop, group_concat(item || amount, '/'), count(*) from sale group by shop order by shop",
  "texts sorted by what ties": "select group_concat(item order by amount desc) from sale group by day order by day",
  "texts of a join":
    "select city, string_agg(item, day) from sale join shop on shop.id = sale.shop group by city order by 1",
  "distinct texts": "select group_concat(distinct day), group_concat(distinct amount + shop) from sale where shop > 3",
  "distinct texts of groups": "select shop, group_concat(distinct item) from sale group by shop order by shop",
  "columns beside group_concat()": "select shop, day, group_concat(amount), item from sale group by shop order by shop",
  "columns of groups that are cut": "select shop, day, count(*) from sale group by shop order by count(*) limit 3",
};

/** Answered by the Arrow executor, because the rows that tie are the same or because nothing is cut. */
const ALIKE: Readonly<Record<string, string>> = {
  "equal rows at the cut": "select amount from (select amount, day from sale order by amount) order by 1 limit 7",
  "equal rows of a subquery": "select count(*), sum(amount) from (select amount from sale order by amount limit 100)",
  "equal rows of a union": "select city from shop union all select 'x' from sale order by city desc limit 5",
  "nothing to cut": "select * from (select city from shop union select 'x') limit 100",
  "an order of constants": "select * from (select 'x' from sale) order by 'y' limit 3",
};

/** Answered or declined, never differing: SQLite goes by an index, or the rows are no table's. */
const OPEN: Readonly<Record<string, string>> = {
  "groups by text that folds": "select count(*) n from sale group by note order by n > 0 limit 1",
  "DISTINCT": "select distinct day from sale limit 4",
  "a table without rowids": "select kind from thing order by kind limit 3",
  "a covering index": "select a, b from plain order by b > 0 limit 6",
  "groups that an index orders": "select a, b, count(*) n from plain group by a, b order by n limit 5",
  "an index for ORDER BY": "select a from plain order by b limit 7",
  "texts of groups that an index orders": "select a, group_concat(b) from plain group by a order by a",
  "distinct texts that fold": "select group_concat(distinct note) from sale",
  "distinct sorted texts": "select group_concat(distinct day order by day) from sale",
  "texts of groups that fold": "select note, group_concat(item) from sale group by note order by 1",
  "texts of a subquery": "select group_concat(item) from (select item from sale order by amount)",
  "a subquery in FROM": "select * from (select day, item from sale order by item) order by day limit 5",
  "a compound": "select item from sale union all select city from shop limit 3",
  "a window": "select item, rank() over (order by day) r from sale order by r limit 4",
  "rows of two tables": "select item, city from sale, shop order by amount limit 5",
};

for (const backend of BACKENDS) {
  Deno.test(`${backend} keeps the rows that libSQL keeps where rows tie at a LIMIT`, async (t) => {
    await using engine = await openDualEngine(backend);
    await engine.execute(SETUP);
    for (const [name, sql] of Object.entries({ ...ANSWERED, ...IN_ORDER, ...ALIKE, ...OPEN })) {
      await t.step(name, async () => {
        const expected = await engine.oltp({ sql, params: [] });
        const actual = await engine.olap({ sql, params: [] });
        assert.equal(expected.kind, "rows", formatOutcome(expected));
        const mustAnswer = name in ANSWERED || (backend === "arrow" && (name in ALIKE || name in IN_ORDER));
        if (mustAnswer) assert.equal(actual.kind, "rows", formatOutcome(actual));
        const rules = { realTolerance: 0, order: name in ALIKE ? [] : "all", looseText: false } as const;
        assert.equal(differenceOf(expected, actual, rules), null);
      });
    }
  });
}

Deno.test("a tie at a LIMIT is decided by the plan libSQL has now when an index is made between two runs", async () => {
  await using engine = await openDualEngine("arrow");
  await engine.execute(SETUP);
  const statement = { sql: "select shop, day from sale order by amount limit 5", params: [] };
  assert.equal((await engine.olap(statement)).kind, "rows");
  await engine.execute("create index cover on sale (shop, day, amount)");
  const [expected, actual] = [await engine.oltp(statement), await engine.olap(statement)];
  assert.equal(differenceOf(expected, actual, { realTolerance: 0, order: "all", looseText: false }), null);
  assert.equal(actual.kind, "declined", formatOutcome(actual));
});
