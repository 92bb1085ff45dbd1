import assert from "node:assert/strict";
import { type ComparisonRules, differenceOf, formatOutcome } from "../support/differential.ts";
import { openDualEngine } from "../support/dual_engine.ts";

/**
 * Enough rows that the mirror keeps columns in all their forms: several zones, texts that repeat (`word` and `tone`, in dictionaries) and texts that
 * do not (`note`, plain UTF-8).
 */
const SETUP = `
create table big(id integer primary key, note text, word text, tone text, i integer, r real, wide integer);
insert into big
with recursive n(x) as (values (0) union all select x + 1 from n where x < 79999)
select x,
  case when x % 97 = 0 then null
    when x % 1001 = 5 then 'Ünï ' || x || ' 🎉 end'
    when x % 13 = 0 then 'Special ' || x || ' customer requests'
    when x % 11 = 0 then x || ' SPECIAL Requests  '
    else 'note ' || (x * 7919 % 80000) end,
  case x % 7 when 0 then null when 1 then 'one' when 2 then 'One' when 3 then 'two ' when 4 then 'two' else 'w' || (x % 50) end,
  case x % 5 when 0 then null when 1 then 'two' when 2 then 'o\u{1f389}' when 3 then 'o\uffee' else 'w' || (x % 30) end,
  case when x % 31 = 0 then null else x * 48271 % 1000 - 500 end,
  case when x % 29 = 0 then null else (x * 7919 % 100003) / 8.0 end,
  x * 4611686018427
from n;
create table few(k integer primary key, note text, word text, i integer);
insert into few select id, note, word, i from big where id % 1499 = 0;
insert into few values (-1, null, null, null), (-2, 'note 1', 'ONE', -500), (-3, '', '', 0);
`;

/** Statements by what they are about. \`order\`: result columns that fix the order, or all rows in any. */
const CASES: readonly { readonly name: string; readonly sql: string; readonly order?: "all" }[] = [
  ...[
    "note like '%special%requests%'",
    "note not like '%special%requests%'",
    "note like 'special%' or note like '%requests'",
    "note like 'note _23' or note like '%_ï%'",
    "note like 'note 1\\_%' escape '\\'",
    "note glob 'note*23'",
    "note glob '*S[pq]ecial*'",
    "note glob '*🎉*'",
    "note like word || '%'",
    "note = 'note 42'",
    "note <> 'note 42'",
    "note in ('note 42', 'note 43')",
    "note in ('note 42', 'note 43', 'note 44', 'note 45', 'note 46', 'x')",
    "note not in ('note 42', 'note 43', 'note 44', 'note 45', 'note 46', null)",
    "note < 'note 2' and note >= 'SPECIAL'",
    "note between '1' and '2'",
    "note < word",
    "word < tone",
    "word >= tone",
    "tone = word",
    "tone <> word",
    "tone is word",
    "word is not tone or tone > word",
    "note is null",
    "note is 'note 7'",
    "note = 7",
    "length(note) = 9",
    "octet_length(note) > length(note)",
    "instr(note, 'quests') > 20",
    "substr(note, 1, 4) = 'Ünï '",
    "substr(note, 3, 2) = 'te'",
    "substring(note, 12) like '%9%'",
    "substr(note, -3) = 'end'",
    "instr(note, word) > 0",
  ].map((predicate) => ({
    name: `plain texts: ${predicate}`,
    sql: `select count(*), sum(id), min(id) from big where ${predicate}`,
  })),
  {
    name: "plain texts: functions give values",
    sql:
      "select id, length(note), instr(note, 'e'), substr(note, 2, 3), octet_length(note), upper(note) from big where id % 991 = 5",
  },
  ...[
    "note, id limit 10",
    "note desc, id limit 10 offset 3",
    "note desc nulls last, id limit 2000",
    "r desc, id limit 20",
    "r, note, id limit 20",
    "word, r desc, id limit 5 offset 500",
    "word desc nulls first, id desc limit 5",
    "i nulls last, id limit 7",
    "i desc nulls first, r nulls last, id limit 7 offset 2500",
    "i desc nulls last, -id limit 3000 offset 70000",
    "wide desc limit 3",
    "lower(note), id limit 7",
    "note collate nocase desc, id limit 7",
    "word collate rtrim, word, id limit 1500",
    "case when id % 3 = 0 then r when id % 3 = 1 then id end, id limit 30",
    "case when id % 3 = 0 then note when id % 3 = 1 then id else r end desc, id limit 30",
    "id limit 0",
    "id limit 5 offset 1000000",
  ].map((order) => ({
    name: `first rows: order by ${order}`,
    sql: `select id, note, i, r, word from big order by ${order}`,
    order: "all" as const,
  })),
  ...["r desc, id", "word, i, id", "note, id", "i nulls last, word desc, r, id", "wide % 1000, id"].map((order) => ({
    name: `all rows: order by ${order}`,
    sql: `select id, note, i, r, word from big where id % 3 = 0 order by ${order}`,
    order: "all" as const,
  })),
  ...[
    "select count(distinct wide), count(distinct wide - i) from big",
    "select w, count(*), min(id) from (select id, id / 1000 * 4611686018427000 - 9007199254740993 as w from big) group by w",
    "select word, count(distinct wide % 7 * 4611686018427387904) from big group by word",
    "select count(*), sum(b.id) from few f join big b on b.wide = f.k * 4611686018427",
    "select count(*), sum(b.id) from few f join big b on b.wide = f.k * 4611686018427.0",
    "select count(*), sum(id) from big where wide in (select wide from big where id % 1499 = 0)",
    "select count(*), sum(id) from big where wide not in (select k * 4611686018427 from few)",
    "select count(*) from (select wide from big where id < 1000 union select wide from big where id > 500 and id < 2000)",
  ].map((sql) => ({ name: `64-bit integers: ${sql}`, sql })),
  {
    name: "first rows of a join",
    sql: "select b.id, f.k, b.note from few f join big b on b.word = f.word order by b.note desc, b.id, f.k limit 12",
    order: "all",
  },
  {
    name: "first rows of a union",
    sql: "select note, id from big union all select word, k from few order by 1 desc, 2 limit 12",
    order: "all",
  },
  ...[
    "select note from big where id % 3 = 0 intersect select note from big where id % 5 = 0",
    "select note, i from big where id % 3 = 0 except select note, i from big where id % 2 = 0",
    "select i, r from big intersect select i, r from big where i is null or r is null",
    "select word, i from big except select word, i from few",
    "select word from big intersect select word from few",
    "select i from big where id < 1000 except select null",
    "select wide from big where id % 3 = 0 intersect select wide from big where id % 7 = 0",
    "select note, word from big union select note, word from few",
    "select id from big intersect select i from big",
  ].map((sql) => ({ name: `compounds: ${sql}`, sql })),
  ...[
    "f.note is b.note",
    "f.word is b.word and f.i is b.i",
    "f.i is b.i and f.i is not null",
    "f.i is b.r",
    "f.i is b.id and f.note is b.word",
    "f.note = b.note",
    "f.note = b.word or f.note is b.note",
    "f.word = b.word collate nocase",
    "f.note collate rtrim is b.note and f.word collate nocase = b.word",
  ].map((on) => ({
    name: `joins: ${on}`,
    sql: `select count(*), sum(b.id), sum(f.k), count(f.i) from few f join big b on ${on}`,
  })),
  ...[
    "id < 1000",
    "id >= 79000 and i < 0",
    "id in (5, 70000, 79999, 1e9)",
    "id between 65535 and 65536",
    "id = 70000.0",
    "id = 70000.5",
    "id < 10 or id > 79990",
    "id > 200000",
    "wide = 4611686018427 and r is not null",
    "r > 12499 and id < 100",
    "'70000' = id",
    "id <> 5",
  ].map((predicate) => ({
    name: `zones: ${predicate}`,
    sql: `select count(*), sum(id), count(note), max(r) from big where ${predicate}`,
  })),
  ...[
    "from big b join (select id from big where id between 20 and 900) s on b.id = s.id",
    "from big b join (select id + 50000.0 as x from big where id < 900) s on b.id = s.x",
    "from big b join big c on b.i = c.id join (select id as x from big where id < 90 and i > 0) s on s.x = b.id",
    "from big b where b.note like '%1%' and b.id in (select k * 2 from few where k > 70000)",
    "from big b where b.id in (select k from few where k > 1000000)",
    "from big b left join few f on f.i = b.i where exists (select 1 from few g where g.k = b.id and g.k > 70000)",
  ].map((from) => ({
    name: `zones: ${from}`,
    sql: `select count(*), sum(b.id), count(b.note), max(b.r) ${from}`,
  })),
  {
    name: "least and greatest texts",
    sql:
      "select min(note), max(note), min(word), max(word), min(upper(note)), max(note) filter (where id > 1e9) from big",
  },
  {
    name: "least texts where a function gives none",
    sql: "select i, coalesce(min(datetime(word)), 'none') as t from big where i > 450 group by i order by t, i",
    order: "all",
  },
  {
    name: "least and greatest texts of groups",
    sql: "select i, min(note), max(note), max(word), min(substr(note, 3)) from big group by i",
  },
  { name: "left joins by IS", sql: "select f.k, count(b.id) from few f left join big b on b.i is f.i group by f.k" },
  {
    name: "full joins by IS",
    sql:
      "select count(*), count(f.k), count(b.id), sum(b.id) from few f full join big b on b.i is f.i and b.word is f.word",
  },
  {
    name: "NOT EXISTS by IS",
    sql: "select count(*) from big b where not exists (select 1 from few f where f.i is b.i)",
  },
  {
    name: "groups of plain texts",
    sql: "select note, count(*), max(id) from big group by note order by 2 desc, 3 limit 9",
    order: "all",
  },
  {
    name: "distinct plain texts",
    sql: "select count(distinct note), count(distinct substr(note, 1, 6)), count(distinct i) from big",
  },
  {
    name: "groups of a text and a number",
    sql: "select count(*) from (select note, i % 3, count(*) from big group by 1, 2)",
  },
  {
    name: "long lists of texts",
    sql: `select count(*), sum(id) from big where note in (${list(600, (at) => `'note ${at * 7}'`)}, 'ünï', '')`,
  },
  {
    name: "long lists of integers",
    sql: `select count(*), sum(id) from big where i in (${list(300, (at) => `${at * 3 - 500}`)})`,
  },
  {
    name: "long lists of numbers",
    sql: `select count(*), sum(id) from big where r in (${list(300, (at) => `${at * 12.5}`)}, -5)`,
  },
  {
    name: "lists of integers against REAL",
    sql: "select count(*), sum(id) from big where r in (1, 2, 3, 4, 5, 6, 7, 100, 1000)",
  },
  {
    name: "lists of far integers",
    sql: `select count(*) from big where wide in (${list(9, (at) => `${4611686018427 * at * 1000}`)})`,
  },
];

function list(count: number, item: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => item(at)).join(", ");
}

Deno.test("operators over large tables give libSQL's answers", async (t) => {
  await using engine = await openDualEngine("arrow");
  await engine.execute(SETUP);
  for (const { name, sql, order } of CASES) {
    await t.step(name, async () => {
      const rules: ComparisonRules = { realTolerance: 1e-12, order: order ?? [], looseText: false };
      const expected = await engine.oltp({ sql, params: [] });
      assert.equal(expected.kind, "rows", `libSQL: ${formatOutcome(expected)}`);
      const actual = await engine.olap({ sql, params: [] });
      assert.equal(actual.kind, "rows", formatOutcome(actual));
      assert.equal(differenceOf(expected, actual, rules), null);
    });
  }
});

Deno.test("rows that tie at a LIMIT of a subquery are left to libSQL", async (t) => {
  await using engine = await openDualEngine("arrow");
  await engine.execute(SETUP);
  const cases: readonly [sql: string, declined: boolean][] = [
    ["select id from (select id from big order by word limit 5)", true],
    ["select id from (select id from big order by i desc limit 100)", true],
    ["select id from big order by i desc, note limit 3", false],
    ["select id from big order by r desc nulls last limit 1 offset 0", false],
    ["select id from (select id from big order by r limit 10)", true],
    ["select word from big order by word limit 5", false],
  ];
  for (const [sql, declined] of cases) {
    await t.step(sql, async () => {
      const outcome = await engine.olap({ sql, params: [] });
      assert.equal(outcome.kind, declined ? "declined" : "rows", formatOutcome(outcome));
      if (!declined) {
        const rules: ComparisonRules = { realTolerance: 0, order: "all", looseText: false };
        assert.equal(differenceOf(await engine.oltp({ sql, params: [] }), outcome, rules), null);
      }
    });
  }
});
