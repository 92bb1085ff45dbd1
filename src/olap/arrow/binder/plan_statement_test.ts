import assert from "node:assert/strict";
import { catalogOf } from "../../../../tests/plans/schema_catalog.ts";
import { analyse, parseSelect, Unanalysable } from "../../../sql/mod.ts";
import { printPlan } from "../plan/print_plan.ts";
import { planStatement } from "./plan_statement.ts";

const catalog = catalogOf(`
  create table a(id integer primary key, x integer, r real, t text, c text collate nocase);
  create table b(id integer primary key, x integer, t text);
`);

function planned(sql: string) {
  const analysed = analyse(parseSelect(sql), catalog, []);
  if (analysed.kind === "declined") assert.fail(analysed.reason);
  return planStatement(analysed);
}

/** What SQLite leaves open, or what no plan is made for. */
const DECLINED: Readonly<Record<string, readonly [sql: string, cause: string]>> = {
  "group_concat() in no order": ["select group_concat(t) from a", "order"],
  "json_group_array() in no order": ["select json_group_array(t) from a", "order"],
  "buckets that are no constant": ["select ntile(x) over (order by id) from a", "window"],
  "a RANGE that ends before it begins": [
    "select count(*) over (order by x range between 1 preceding and 2 preceding) from a",
    "window",
  ],
  "a moving min() with FILTER": [
    "select min(x) filter (where x > 1) over (order by id rows 1 preceding) from a",
    "window",
  ],
  "UNION of folded text": ["select c from a union select c from a", "collation"],
  "a compound of numbers and text": ["select x from a union all select t from a", "type"],
  "NOT IN of rows with NULLs": ["select id from a where (x, t) not in (select x, t from b)", "subquery"],
  "a correlated subquery with LIMIT": [
    "select (select sum(x) from (select b.x from b where b.id <> a.id order by b.id limit 2)) from a",
    "subquery",
  ],
  "a full join in a correlated subquery": [
    "select (select count(*) from b p full join b q on p.x = q.x and q.id > a.id) from a",
    "subquery",
  ],
  "a subquery in ON of a left join that reads both sides": [
    "select a.id from a left join b on a.id = b.id and b.x > (select max(x) from a z where z.x = a.x)",
    "subquery",
  ],
};

Deno.test("planStatement() declines what SQLite leaves open", () => {
  for (const [name, [sql, cause]] of Object.entries(DECLINED)) {
    assert.throws(() => planned(sql), (error) => error instanceof Unanalysable && error.declineCause === cause, name);
  }
});

/** Orders that data may leave open are guarded by the sort itself. */
const CUTS: Readonly<Record<string, readonly [sql: string, refusesTies: boolean]>> = {
  "by a key": ["select x from a order by id limit 2", false],
  "by what may tie": ["select id from a order by x limit 2", true],
  "by all that is shown": ["select x, t from a order by t, x limit 2", false],
  "by a key behind what may tie": ["select x from a order by x, id limit 2 offset 1", false],
  "of groups by their keys": ["select x, count(*) from a group by x order by 2, 1 limit 2", false],
  "in no order": ["select x from a limit 2", true],
  "in the order of constants": ["select x from a order by 1 + 1 limit 2", true],
  "of one row without an order": ["select * from (select max(x) from a), (select 1) limit 1", false],
  "of groups by what may tie": ["select x, count(*) from a group by x order by 2 limit 2", true],
};

Deno.test("planStatement() guards a cut whose order may tie", () => {
  for (const [name, [sql, refusesTies]] of Object.entries(CUTS)) {
    const { root } = planned(sql);
    assert.equal(root.kind === "sort" && root.refusesTies, refusesTies, `${name}\n${printPlan(planned(sql))}`);
  }
});

Deno.test("planStatement() shows a column that is asked for twice as often as asked", () => {
  const { outputs, root } = planned("select x, x, id from a");
  assert.equal(outputs.length, 3);
  assert.equal(outputs[0], outputs[1]);
  assert.equal(root.columns.length, 2);
});

Deno.test("planStatement() computes a common table of its own only for several readers", () => {
  const one = planned("with w as (select x from a) select * from w");
  const two = planned("with w as (select x from a) select * from w p join w q on p.x = q.x");
  const nested = planned("with v as (select x from a), w as (select x from v) select * from w p, w q");
  assert.deepEqual([one.ctes.length, two.ctes.length, nested.ctes.length], [0, 1, 1]);
});
