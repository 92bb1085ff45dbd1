import assert from "node:assert/strict";
import { EnginePair } from "./engine_pair_test.ts";

const SCRIPT = `
  create table t(id integer primary key, a text, B varchar(3));
  create table u(x, "two words" int, [t] real);
  insert into t values (1, 'a', 'b'), (2, 'A', null);
  insert into u values (1, 2, 3.5);
  create view v as select id, a as k, a || 'x' as m from t;
  create view w(p, q) as select b, count(*) from t group by b;
  create view v2 as select b, rowid, ID, (b), t.b as q, a collate nocase from t;
  create view v4 as select * from (select b, rowid from t);
  create view v5 as with c as (select b, rowid from t) select * from c;
`;

/** Statements whose column names and declared types SQLite makes by rules of their own. */
const STATEMENTS = [
  "select * from t",
  "select *, t.* from t",
  "select rowid, oid, _rowid_ from t",
  "select rowid, oid, _rowid_ from u",
  "select a collate nocase, (a), ((B)), +a, -id, id + 0 from t",
  'select t.B, T.b, "B", [b], \`b\`, main.t.a from t',
  "select * from v",
  "select K, v.M from v",
  "select * from w",
  "select * from v2",
  "select * from v4",
  "select * from v5",
  "select * from (select a, a, a from t)",
  "select * from (select id + 1, 'x', 5, t.a from t)",
  "select x.a from (select a from t) x",
  "select (select max(a) from t), (select b from t where id = 1)",
  "select * from (select rowid from u)",
  "select * from (select rowid, RowId, ID from t)",
  "select a from t union select b from t",
  "select * from (select b from t union all select a from t)",
  "with c as (select b from t) select B from c",
  "with c(z) as (select B from t) select Z from c",
  "values (1, 2)",
  "select * from (values (1, 2))",
  "select max(a), count(*)  , cast(max(id) as text) from t",
  "select a as \"x y\", b 'q', id [r] from t",
  "select 1 /* c */ + 2",
  "select * from (select 'a' 'b')",
  "select * from t natural join (select id from t)",
  "select * from t join (select id, x from t, u) using (id)",
  "select true, FALSE",
  "select * from (select true)",
  "select * from (select b collate nocase from t)",
  'select * from (select "b", [B], \`b\` from t)',
  'select "two words", [t] from u',
  'select * from (select b as "q" from t), u',
  "select x, count(*) n from u group by x having n > 0 order by n",
];

Deno.test("bridge() names result columns as SQLite does", async (test) => {
  const pair = await EnginePair.open(SCRIPT);
  for (const text of STATEMENTS) {
    await test.step(text, async () => {
      const outcome = await pair.compare(text);
      assert.equal(outcome.kind, "same", JSON.stringify(outcome));
    });
  }
  pair.close();
});
