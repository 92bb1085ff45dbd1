import assert from "node:assert/strict";
import { type ComparisonRules, differenceOf, formatOutcome } from "../support/differential.ts";
import { openDualEngine } from "../support/dual_engine.ts";

/**
 * Enough rows that the mirror keeps columns in all their forms: several zones, texts that repeat (`word`, in a dictionary) and texts that
 * do not (`note`, plain UTF-8).
 */
const SETUP = `
create table big(id integer primary key, note text, word text, i integer, r real, wide integer);
insert into big
with recursive n(x) as (values (0) union all select x + 1 from n where x < 149999)
select x,
  case when x % 97 = 0 then null
    when x % 1001 = 5 then 'Ünï ' || x || ' 🎉 end'
    when x % 13 = 0 then 'Special ' || x || ' customer requests'
    when x % 11 = 0 then x || ' SPECIAL Requests  '
    else 'note ' || (x * 7919 % 150000) end,
  case x % 7 when 0 then null when 1 then 'one' when 2 then 'One' when 3 then 'two ' when 4 then 'two' else 'w' || (x % 50) end,
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
];

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
