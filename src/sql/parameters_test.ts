import assert from "node:assert/strict";
import Database from "libsql";
import { parametersOf } from "./parameters.ts";

const CASES: readonly (readonly [sql: string, names: readonly (string | null)[]])[] = [
  ["select 1", []],
  ["select ?, ?", [null, null]],
  ["select :a, @a, $a, :a", [":a", "@a", "$a"]],
  ["select ?3, ?, ?1", ["?1", null, "?3", null]],
  ["select :a, ?1, ?2", [":a", "?2"]],
  ["select ?, :b, ?5, :c, ?2", [null, ":b", null, null, "?5", ":c"]],
  ["select $a::b(c), $a::b(d), #x", ["$a::b(c)", "$a::b(d)", "#x"]],
  ["select '?', \"?\", -- ?\n /* ? */ ?", [null]],
  ["insert into t values (?, :n) on conflict do update set a = ?", [null, ":n", null]],
  ["; select ?; select ?, ?", [null]],
  ["select :A, :a", [":A", ":a"]],
  ["select ?007", [null, null, null, null, null, null, "?007"]],
];

Deno.test("parametersOf() numbers parameters", async (t) => {
  for (const [sql, names] of CASES) {
    await t.step(sql, () => assert.deepEqual(parametersOf(sql), { count: names.length, names: [...names] }));
  }
});

Deno.test("parametersOf() numbers parameters as SQLite does", () => {
  const db = new Database(":memory:");
  // Each parameter is bound to its own number, so that the row shows which number SQLite gave it.
  for (const sql of ["select ?, ?3, ?, ?1, ?2", "select :a, ?, :b, :a, ?4, ?, @a", "select ?2, :x, ?, ?2, :x"]) {
    const { count } = parametersOf(sql);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const row = db.prepare(sql).raw(true).get(numbers) as number[];
    assert.equal(Math.max(...row), count, sql);
  }
  db.close();
});

Deno.test("parametersOf() refuses numbers SQLite refuses", () => {
  for (const sql of ["select ?0", "select ?32767", "select ?99999999999999999999", "select #1"]) {
    assert.throws(() => parametersOf(sql), { code: "SQL_SYNTAX" }, sql);
  }
  assert.equal(parametersOf("select ?32766").count, 32766);
});
