import assert from "node:assert/strict";
import { type ComparisonRules, differenceOf } from "../support/differential.ts";
import { openDualEngine } from "../support/dual_engine.ts";

/** Sums of REAL included: they round as SQLite's. */
const EXACTLY: ComparisonRules = { realTolerance: 0, order: [], looseText: false };
const NEVER = /^never$/;

/** Rows with NULLs, values that occur more than once, and a key. */
const SCHEMA = `
  CREATE TABLE w(id INTEGER PRIMARY KEY, grp TEXT, v INTEGER, r REAL, t TEXT, c TEXT COLLATE NOCASE, big INTEGER);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
  INSERT INTO w SELECT
    i * 7 % 61,
    CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END,
    CASE WHEN i % 9 = 0 THEN NULL ELSE i * 13 % 11 - 4 END,
    CASE WHEN i % 8 = 0 THEN NULL ELSE (i * 29 % 17 - 6) * 0.37 + i * 1e-9 END,
    CASE WHEN i % 10 = 0 THEN NULL ELSE substr('pear apple fig  Eclair 10 9.5', i * 3 % 24, i % 6) END,
    CASE i % 5 WHEN 0 THEN 'Ab' WHEN 1 THEN 'aB' WHEN 2 THEN 'b' WHEN 3 THEN 'B ' ELSE NULL END,
    (i * 37 % 19 - 9) * 30000000000000001
  FROM n;
  -- Of a table without rowids it is not known in which order SQLite reads it.
  CREATE TABLE x(id INTEGER PRIMARY KEY, grp TEXT, v INTEGER, r REAL, t TEXT, c TEXT COLLATE NOCASE, big INTEGER)
    WITHOUT ROWID;
  INSERT INTO x SELECT * FROM w;
  CREATE TABLE d(id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO d VALUES (-3, 'three'), (1, 'one'), (2, NULL), (4, 'one'), (5, 'five'), (6, 'one');
`;

/** Calls without the window: those that look at a frame, and those that do not. */
const FRAMED = [
  "count(*)",
  "count(v)",
  "sum(v)",
  "avg(v)",
  "total(v)",
  "sum(r)",
  "avg(r)",
  "total(r)",
  "min(v)",
  "max(v)",
  "min(r)",
  "max(r)",
  "min(t)",
  "max(t)",
  "min(c)",
  "sum(t)",
  "sum(big)",
  "avg(big)",
  "total(big)",
  "sum(case when id % 7 = 0 then r else v end)",
  "avg(case when id % 5 = 0 then r else big end)",
  "max(case when id % 3 = 0 then t else v end)",
  "group_concat(t)",
  "group_concat(v, '-')",
  "string_agg(t, t)",
  "first_value(v)",
  "last_value(r)",
  "nth_value(t, 2)",
  "nth_value(v, id % 3 + 1)",
  "first_value(case when id % 3 = 0 then t else v end)",
];
const FILTERED = ["count(*)", "sum(v)", "sum(r)", "avg(big)", "min(v)", "max(t)", "group_concat(t)"].map((call) =>
  `${call} FILTER (WHERE v % 2 = 0)`
);
const UNFRAMED = [
  "row_number()",
  "rank()",
  "dense_rank()",
  "percent_rank()",
  "cume_dist()",
  "ntile(1)",
  "ntile(4)",
  "ntile(100)",
  "lag(v)",
  "lead(t)",
  "lag(r, 2)",
  "lead(v, 3, -1)",
  "lag(v, 1, r)",
  "lead(t, 2, v)",
  "lag(t, id % 3, 'none')",
  "lead(v, 0)",
  "lag(null, 1, id)",
];

const ORDERS = [
  "ORDER BY id",
  "PARTITION BY grp ORDER BY id DESC",
  "PARTITION BY grp ORDER BY v, id",
  "ORDER BY r DESC NULLS FIRST, id",
  "ORDER BY t NULLS LAST, id",
  "PARTITION BY c ORDER BY t COLLATE NOCASE DESC, id",
  "PARTITION BY v % 3, grp ORDER BY big, id",
  "ORDER BY case when id % 3 = 0 then t when id % 3 = 1 then r else v end, id",
];
/** Orders in which rows tie. */
const TIED = ["", "PARTITION BY grp", "ORDER BY v", "PARTITION BY grp ORDER BY c DESC", "ORDER BY 1", "ORDER BY c, t"];

const BOUNDS = [
  "UNBOUNDED PRECEDING AND CURRENT ROW",
  "UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
  "CURRENT ROW AND UNBOUNDED FOLLOWING",
  "CURRENT ROW AND CURRENT ROW",
  "2 PRECEDING AND CURRENT ROW",
  "2 PRECEDING AND 3 FOLLOWING",
  "3 PRECEDING AND 1 PRECEDING",
  "1 PRECEDING AND 3 PRECEDING",
  "1 FOLLOWING AND 3 FOLLOWING",
  "3 FOLLOWING AND 1 FOLLOWING",
  "UNBOUNDED PRECEDING AND 2 PRECEDING",
  "UNBOUNDED PRECEDING AND 1 FOLLOWING",
  "2 FOLLOWING AND UNBOUNDED FOLLOWING",
  "1 PRECEDING AND UNBOUNDED FOLLOWING",
  "0 PRECEDING AND 0 FOLLOWING",
  "100 PRECEDING AND 100 FOLLOWING",
];
const EXCLUDES = ["", "EXCLUDE CURRENT ROW", "EXCLUDE GROUP", "EXCLUDE TIES", "EXCLUDE NO OTHERS"];
/** Orders by one key, over which a RANGE may have an offset. */
const RANGED = [
  "ORDER BY v",
  "ORDER BY v DESC",
  "ORDER BY v NULLS LAST",
  "PARTITION BY grp ORDER BY v DESC NULLS FIRST",
  "ORDER BY r",
  "ORDER BY r DESC",
  "ORDER BY t",
  "ORDER BY t DESC NULLS FIRST",
  "ORDER BY big",
  "ORDER BY c",
  "ORDER BY case when id % 3 = 0 then t when id % 3 = 1 then r else v end",
  "ORDER BY case when id % 2 = 0 then r else v end DESC",
];
const DISTANCES = ["2", "1.5", "0", "300000000000000001", "1e18"];

const RANGED_CALLS = ["count(*)", "sum(v)", "avg(r)", "min(id)", "max(id)", "total(big)"];

const EVERY_CALL = [...FRAMED, ...FILTERED];
const framesOf = (unit: string, order: string, exclude = ""): string[] =>
  BOUNDS.filter((bounds) => unit !== "RANGE" || !/\d/.test(bounds)).map((bounds) =>
    `${order} ${unit} BETWEEN ${bounds} ${exclude}`.trim()
  );
const over = (calls: readonly string[], windows: readonly string[]): string[] =>
  windows.flatMap((window) => calls.map((call) => `${call} OVER (${window})`));

interface Case {
  readonly name: string;
  readonly table: "w" | "x";
  /** Expressions over windows. */
  readonly exprs: readonly string[];
  readonly declined: RegExp;
}

const tiedWindows = TIED.flatMap((order) => [
  order,
  ...["ROWS", "GROUPS"].flatMap((unit) => EXCLUDES.flatMap((exclude) => framesOf(unit, order, exclude))),
]);

const CASES: readonly Case[] = [
  { name: "functions without a frame over total orders", table: "x", exprs: over(UNFRAMED, ORDERS), declined: NEVER },
  {
    name: "frames over total orders",
    table: "x",
    exprs: over(
      EVERY_CALL,
      ORDERS.flatMap((order) => ["ROWS", "GROUPS", "RANGE"].flatMap((unit) => framesOf(unit, order))),
    ),
    declined: /empty texts|equal but not the same|with FILTER/,
  },
  {
    name: "frames with EXCLUDE",
    table: "x",
    exprs: over(
      EVERY_CALL,
      EXCLUDES.slice(1).flatMap((exclude) =>
        ["ROWS", "GROUPS", "RANGE"].flatMap((unit) => framesOf(unit, "PARTITION BY grp ORDER BY v, id", exclude))
      ),
    ),
    declined: /not constant|equal but not the same/,
  },
  {
    name: "RANGE frames with an offset",
    table: "x",
    exprs: over(
      RANGED_CALLS,
      RANGED.flatMap((order) =>
        DISTANCES.flatMap((distance) =>
          BOUNDS.map((bounds) => `${order} RANGE BETWEEN ${bounds.replaceAll(/\b2\b/g, distance)}`)
        )
      ),
    ),
    declined: /ends before it begins/,
  },
  {
    name: "rows that tie, in the order of their rowids",
    table: "w",
    exprs: over([...UNFRAMED, ...FRAMED], tiedWindows),
    declined: /empty texts|equal but not the same|not constant|might overflow/,
  },
  {
    name: "rows that tie, in an order that is not known",
    table: "x",
    exprs: over([...UNFRAMED, ...FRAMED], tiedWindows),
    declined: /rows that tie|empty texts|equal but not the same|not constant|might overflow/,
  },
];

/** Of the tens of thousands of statements the tables make, every so many-th is run: it shares no factor with the tables' sizes. */
const STRIDE = 31;

for (const { name, table, exprs, declined } of CASES) {
  Deno.test(`windows give libSQL's answers: ${name}`, async () => {
    await using engine = await openDualEngine("arrow");
    await engine.execute(SCHEMA);
    let compared = 0;
    for (let at = 0; at < exprs.length; at += STRIDE) {
      const statement = { sql: `SELECT id, ${exprs[at]!} AS result FROM ${table}`, params: [] };
      const [expected, actual] = [await engine.oltp(statement), await engine.olap(statement)];
      if (actual.kind === "declined") assert.match(actual.reason, declined, statement.sql);
      else compared++;
      assert.equal(differenceOf(expected, actual, EXACTLY), null, statement.sql);
    }
    assert.ok(compared > 0, "the mirror answered nothing");
  });
}

const SETTLED: readonly string[] = [
  // What ties is the same in all that is shown.
  "SELECT row_number() OVER (ORDER BY v) AS x FROM x",
  "SELECT grp, row_number() OVER (PARTITION BY grp) AS x FROM x",
  "SELECT v, lag(v) OVER (ORDER BY v) AS x, sum(v) OVER (ORDER BY v ROWS 3 PRECEDING) AS y FROM x",
  "SELECT id, first_value(v) OVER (PARTITION BY grp ORDER BY v) AS x FROM x",
  "SELECT id, count(*) OVER (ORDER BY v ROWS BETWEEN 100 PRECEDING AND 100 FOLLOWING) AS x FROM x",
  "SELECT id, ntile(1) OVER (ORDER BY v) AS x FROM x",
  // Several windows, windows over groups and in subqueries.
  `SELECT id, rank() OVER a AS x, sum(v) OVER (a ROWS UNBOUNDED PRECEDING) AS y, row_number() OVER b AS z, lag(r) OVER b AS l
   FROM x WINDOW a AS (PARTITION BY grp ORDER BY id), b AS (ORDER BY v, id)`,
  "SELECT grp, sum(sum(v)) OVER (ORDER BY grp) AS x, rank() OVER (ORDER BY count(*) DESC) AS y FROM x GROUP BY grp",
  "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY grp ORDER BY v, id) AS n FROM x) WHERE n = 2",
  "SELECT id, sum(x) OVER (ORDER BY id) AS y FROM (SELECT id, lag(v) OVER (ORDER BY id DESC) AS x FROM x)",
  "SELECT id, rank() OVER (ORDER BY v) - dense_rank() OVER (ORDER BY v) AS x FROM x ORDER BY 2, 1 LIMIT 20",
  "SELECT DISTINCT count(*) OVER (PARTITION BY v) AS x FROM x",
  "SELECT id, max(v) OVER () AS x FROM x WHERE id > 1000",
  "SELECT id, row_number() OVER (ORDER BY id) AS x FROM x ORDER BY v, id LIMIT 5 OFFSET 3",
  // The order in which SQLite's plan meets the rows decides.
  "SELECT w.id, lag(name) OVER (PARTITION BY c ORDER BY v) AS y FROM w LEFT JOIN d ON d.id = w.v WHERE w.id > 3",
  "SELECT id, v FROM (SELECT *, row_number() OVER (PARTITION BY grp ORDER BY v DESC) AS n FROM w) WHERE n <= 2",
  "WITH q AS (SELECT id, ntile(7) OVER (ORDER BY c) AS n FROM w) SELECT n, sum(id) FROM q GROUP BY n",
  "SELECT id, row_number() OVER (ORDER BY t) AS y FROM w WHERE id IN (SELECT v FROM d JOIN w ON w.v = d.id)",
  "SELECT v, grp, row_number() OVER (ORDER BY grp DESC) AS y FROM w GROUP BY v, grp",
  "SELECT v, grp, row_number() OVER (PARTITION BY v ORDER BY count(*) DESC) AS y FROM w GROUP BY grp, v",
  "SELECT id, sum(r) OVER (ORDER BY v ROWS 2 PRECEDING) AS y, lead(id) OVER (ORDER BY v) AS z FROM w",
  // Several windows: what ties in one is left in the order of the next.
  "SELECT id, row_number() OVER (ORDER BY v) AS y, lag(id) OVER (PARTITION BY grp ORDER BY c DESC) AS z FROM w",
  `SELECT id, row_number() OVER (ORDER BY grp DESC) AS a, lag(id) OVER (ORDER BY c) + row_number() OVER (PARTITION BY v) AS b,
   sum(id) OVER (ORDER BY t NULLS LAST ROWS 1 PRECEDING) AS d FROM w`,
  "SELECT id, row_number() OVER (ORDER BY v) AS a, rank() OVER (ORDER BY v) AS b, lead(id) OVER () AS d FROM w",
  "SELECT id, lag(id) OVER (ORDER BY grp) AS a, rank() OVER (ORDER BY grp) AS b FROM w ORDER BY b, 2",
  "SELECT id, row_number() OVER (PARTITION BY grp ORDER BY v) AS a, ntile(4) OVER (PARTITION BY grp) AS b FROM w",
  "SELECT v, row_number() OVER (ORDER BY count(*)) AS a, lag(v) OVER (ORDER BY v % 2) AS b FROM w GROUP BY v",
  "SELECT id, row_number() OVER () AS y FROM w UNION ALL SELECT id, -1 FROM d",
];

Deno.test("windows are not declined where nothing is left open", async (test) => {
  await using engine = await openDualEngine("arrow");
  await engine.execute(SCHEMA);
  for (const sql of SETTLED) {
    await test.step(sql.slice(0, 100), async () => {
      const [expected, actual] = [await engine.oltp({ sql, params: [] }), await engine.olap({ sql, params: [] })];
      assert.equal(actual.kind === "declined" ? actual.reason : actual.kind, "rows");
      assert.equal(differenceOf(expected, actual, EXACTLY), null);
    });
  }
});

const OPEN: readonly (readonly [sql: string, reason: RegExp])[] = [
  ["SELECT id, row_number() OVER (ORDER BY v) AS x FROM x", /row_number\(\) over rows that tie/],
  ["SELECT id, lag(id) OVER (PARTITION BY grp) AS x FROM x", /lag\(\) over rows that tie/],
  ["SELECT id, first_value(id) OVER (ORDER BY v) AS x FROM x", /first_value\(\) over rows that tie/],
  ["SELECT id, group_concat(t) OVER (ORDER BY v) AS x FROM x", /group_concat\(\) over rows that tie/],
  ["SELECT id, sum(id) OVER (ORDER BY v ROWS 1 PRECEDING) AS x FROM x", /sum\(\) over rows that tie/],
  // The two numbers pair up as the ties fall.
  [
    "SELECT row_number() OVER (ORDER BY v) AS x, row_number() OVER (ORDER BY id) AS y FROM x",
    /row_number\(\) over rows that tie/,
  ],
  // Only one SELECT's windows can be told from SQLite's plan, and a way to sort only if it comes once.
  [
    "SELECT id, row_number() OVER (ORDER BY v) AS y, rank() OVER (ORDER BY id) AS z, sum(id) OVER (ORDER BY v) AS a FROM w",
    /row_number\(\) over rows that tie/,
  ],
  [
    "SELECT id, row_number() OVER (ORDER BY v) AS y, lag(id) OVER (ORDER BY c) AS z FROM w ORDER BY y",
    /row_number\(\) over rows that tie/,
  ],
  [
    "SELECT id, row_number() OVER (ORDER BY v) AS y FROM w UNION ALL SELECT id, row_number() OVER (ORDER BY name) FROM d",
    /row_number\(\) over rows that tie/,
  ],
  [
    "SELECT w.id, row_number() OVER (ORDER BY w.v) AS y FROM w JOIN x ON x.v = w.v",
    /row_number\(\) over rows that tie/,
  ],
];

Deno.test("windows are declined where SQLite leaves the answer open", async (test) => {
  await using engine = await openDualEngine("arrow");
  await engine.execute(SCHEMA);
  for (const [sql, reason] of OPEN) {
    await test.step(sql.slice(0, 100), async () => {
      const actual = await engine.olap({ sql, params: [] });
      assert.equal(actual.kind, "declined");
      assert.match(actual.kind === "declined" ? actual.reason : "", reason);
    });
  }
});
