import assert from "node:assert/strict";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { openDualEngine } from "../support/dual_engine.ts";

const SETUP = `
create table t (id integer primary key, g integer, name text, note text collate nocase, x integer, r real, b blob);
insert into t values (1, 1, 'one', 'A', 5, 0.5, x'4141'), (2, 1, 'one', 'a', 7, -0.5, x'01'), (3, 2, 'two', 'b', 7, 1e308, x'61'),
  (4, 2, 'too', 'b', null, 1e308, null), (5, 3, 'three', 'c', null, -1e308, x'ff'), (6, 3, 'three', 'c', null, null, x'');
create table wide (x integer);
insert into wide values (9223372036854775806), (7);
create table edge (id integer primary key, v integer);
insert into edge values (2, 9007199254740991);
create table empty (g integer, y text);
create table least (x integer);
insert into least values (-9223372036854775808);
create table tied (g integer, x integer, y text);
insert into tied values (1, 3, 'p'), (1, 3, 'q'), (2, 4, 'r'), (2, 4, 'r'), (3, null, 's'), (3, null, 't');
`;

interface Case {
  readonly name: string;
  readonly sql: string;
  /** Why libSQL is to answer; `null` if the mirror is. */
  readonly declined: RegExp | null;
}

const PICKED = /SQLite picks a row/;

const CASES: readonly Case[] = [
  {
    name: "windows whose keys differ by collation only",
    sql: `with v(id, t) as (values (1, 'b'), (2, 'A'), (3, 'a'), (4, 'B'))
      select id, rank() over (order by t), rank() over (order by t collate nocase),
        dense_rank() over (order by t collate nocase), count(*) over (partition by t),
        count(*) over (partition by t collate nocase) from v order by id`,
    declined: null,
  },
  {
    name: "groups by what tells INTEGER from REAL",
    sql: `with n(a) as (select coalesce(x, r) from t union all select 5.0 union all select 0.5)
      select typeof(a), count(*) from n group by a, typeof(a) order by 1, 2`,
    declined: null,
  },
  {
    name: "sums of texts that leave the range of doubles in some order",
    sql: "select sum(y) from (select '1e308' y union all select '1e308' union all select '-1e308')",
    declined: /./,
  },
  {
    name: "LIKE and GLOB read blobs as text",
    sql: "select id, b like 'a%', b like '_', b glob '*A', b not like '%1' from t where id < 4 order by id",
    declined: null,
  },
  { name: "LIKE of bytes that are no text", sql: "select b like 'a%' from t order by id", declined: /./ },
  {
    name: "a bare column whose rows agree",
    sql: "select g, name, count(*) from t where g <> 2 group by g order by g",
    declined: null,
  },
  { name: "a bare column whose rows differ", sql: "select g, name, count(*) from t group by g", declined: PICKED },
  {
    name: "a bare column beside max()",
    sql: "select g, name, max(id), sum(x) from t group by g order by g",
    declined: null,
  },
  {
    name: "a bare column beside min() of expressions",
    sql: "select note, id, min(-id) from t group by g having name <> 'x' order by g",
    declined: null,
  },
  { name: "a bare column beside min() of all rows", sql: "select id, name, min(x + 0) from t", declined: null },
  { name: "a bare column of no rows", sql: "select name, max(id), b from t where id > 100", declined: null },
  { name: "a bare column beside min() and max()", sql: "select name, min(id), max(id) from t", declined: PICKED },
  {
    name: "a bare column beside max() with FILTER",
    sql: "select g, name, max(id) filter (where x > 5) from t group by g",
    declined: PICKED,
  },
  { name: "a bare column beside a tied max()", sql: "select g, y, max(x) from tied group by g", declined: PICKED },
  {
    name: "a bare column that agrees where max() ties",
    sql: "select g, y, max(x) from tied where g = 2 group by g",
    declined: null,
  },
  { name: "a bare column beside a max() of NULLs", sql: "select y, max(x) from tied where g = 3", declined: PICKED },
  {
    name: "sums beyond the integers that doubles hold",
    sql: "select k + v, k - -v, k * v, v + 1.0 from (select 2 as k, 9007199254740991 as v from t)",
    declined: null,
  },
  {
    name: "columns whose sum is beyond the integers that doubles hold",
    sql: "select id + v from edge union all select id - -v from edge",
    declined: null,
  },
  {
    name: "a condition on a function of the texts of an empty table",
    sql: "select 1 from t join (select min(rtrim(y, 'red')) as m from empty group by g) on m",
    declined: null,
  },
  {
    name: "groups by numbers of both classes",
    sql: "select coalesce(x, r) as v, count(*) from t where id <> 3 group by 1 order by v",
    declined: null,
  },
  {
    name: "DISTINCT numbers of both classes",
    sql: "select distinct coalesce(r, x), id % 2 from t order by 1, 2",
    declined: null,
  },
  {
    name: "groups by numbers that are equal in both classes",
    sql: "select case id when 1 then 1 else 1.0 end as v, count(*) from t group by v",
    declined: /equal but not the same/,
  },
  {
    name: "groups by such numbers that are not shown",
    sql: "select count(*) from t group by case id when 1 then 1 else 1.0 end",
    declined: null,
  },
  {
    name: "joins of the least INTEGER with the REAL it is equal to",
    sql:
      "select s, least.x from (select a.x - b.x as s from least a join wide b) left join least on least.x = s order by s",
    declined: null,
  },
  {
    name: "compounds of numbers of both classes",
    sql:
      "select coalesce(x, r) from t union select id + 0.5 from t except select 5.5 union select coalesce(r, x) + 0.25 from t " +
      "intersect select distinct coalesce(x, r) + 0.25 * id from t order by 1",
    declined: null,
  },
  {
    name: "a UNION of numbers that are equal in both classes",
    sql: "select coalesce(x, r) from t union select 7.0",
    declined: /equal but not the same/,
  },
  {
    name: "INTERSECT and EXCEPT by numbers that are equal in both classes",
    sql: "select coalesce(x, r) from t intersect select 7.0 union all select 3 union all select * from " +
      "(select coalesce(x, r) from t except select 5.0) order by 1",
    declined: null,
  },
  {
    name: "windows over groups by an integer, which SQLite takes for the number of an output",
    sql: "select g, 1, rank() over (order by g) from t group by 2",
    declined: /groups by an integer/,
  },
  {
    name: "groups by an integer and a window in ORDER BY",
    sql: "select g, 1 from t group by 2 order by rank() over (order by g)",
    declined: /groups by an integer/,
  },
  {
    name: "groups by integers that leave 64 bits and come back",
    sql: "select (x - 1) / x as v, count(*) from (select x from least union all select 3) group by v",
    declined: /beyond 64 bits/,
  },
  {
    name: "a group key that fails, though another one decides",
    sql: "select count(*) from least group by abs(x), x",
    declined: /least INTEGER/,
  },
  {
    name: "a sum beyond 64 bits that nobody reads",
    sql: "select 1 from t left join (select sum(x) s from wide) on 1",
    declined: /overflow/,
  },
  {
    name: "a sum of REALs that some order of rows overflows",
    sql: "select avg(r), total(r), sum(r + 0) from t",
    declined: /order matters/,
  },
];

Deno.test("the Arrow executor answers as libSQL does, or leaves the answer to it", async (t) => {
  await using engine = await openDualEngine("arrow");
  await engine.execute(SETUP);
  for (const { name, sql, declined } of CASES) {
    await t.step(name, async () => {
      const actual = await engine.olap({ sql, params: [] });
      if (declined !== null) {
        assert.ok(actual.kind === "declined" && declined.test(actual.reason), formatOutcome(actual));
        return;
      }
      assert.equal(actual.kind, "rows", formatOutcome(actual));
      const expected = await engine.oltp({ sql, params: [] });
      assert.equal(differenceOf(expected, actual, { realTolerance: 0, order: "all", looseText: false }), null);
    });
  }
});
