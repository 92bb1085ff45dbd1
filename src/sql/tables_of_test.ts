import assert from "node:assert/strict";
import { parseSelect } from "./parse_select.ts";
import { tablesOf } from "./tables_of.ts";

const CASES: readonly (readonly [sql: string, tables: readonly string[]])[] = [
  ["select 1", []],
  ["select * from t", ["t"]],
  ["select * from main.t as x, [u u]", ["t", "u u"]],
  ["select * from (a join b) left join (select * from c) using (x)", ["a", "b", "c"]],
  ["select (select 1 from a) from b where c in (select 1 from d) and e in f and exists (select 1 from g)", [
    "a",
    "b",
    "d",
    "f",
    "g",
  ]],
  ["select * from json_each('[]'), t", ["t"]],
  ["with w as (select * from t) select * from w, u", ["t", "u"]],
  ["with W as (select 1) select * from w, main.w", ["w"]],
  ["with a as (select * from b), b as (select * from t) select * from a", ["t"]],
  ["with w as (select 1) select * from (select * from w, (with u as (select 1) select * from u, w)), u", ["u"]],
  ["select * from (with w as (select 1) select * from w), w", ["w"]],
  ["with recursive n(i) as (select 1 union all select i + 1 from n, t) select * from n", ["t"]],
  ["select * from t union select * from t order by (select max(a) from v)", ["t", "t", "v"]],
];

Deno.test("tablesOf() lists tables, not the names a WITH defines", async (t) => {
  for (const [sql, tables] of CASES) {
    await t.step(sql, () => assert.deepEqual(tablesOf(parseSelect(sql)).map(({ name }) => name.text), tables));
  }
});

Deno.test("tablesOf() tells where each table stands", () => {
  const sql = "select * from a, main.b as c";
  assert.deepEqual(tablesOf(parseSelect(sql)).map(({ start, end }) => sql.slice(start, end)), ["a", "main.b as c"]);
});
