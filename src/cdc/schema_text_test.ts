import assert from "node:assert/strict";
import { columnCollations, indexText } from "./schema_text.ts";

Deno.test("columnCollations() finds the collations of columns and none of expressions or indexes", () => {
  const sql = `CREATE TABLE "t (x"( -- a, b collate nope
    a TEXT COLLATE nocase NOT NULL, "b, c" text collate "RTRIM" check ("b, c" = 'x' collate binary),
    [d] text default 'collate nocase', e text as (a || 'x' collate nocase) /* , f collate y */,
    g text collate binary collate NoCase, constraint pk primary key (a collate rtrim), unique (d collate nocase)
  )`;
  assert.deepEqual([...columnCollations(sql)], [["a", "NOCASE"], ["b, c", "RTRIM"], ["g", "NOCASE"]]);
});

Deno.test("indexText() takes terms and condition apart", () => {
  const sql =
    `CREATE UNIQUE INDEX "on (" ON t(lower(a || ','), b COLLATE nocase DESC, "asc" asc, (c + 1)) WHERE b > 'x)' AND d`;
  const { terms, where } = indexText(sql);
  assert.deepEqual(terms.map((term) => term.sql), ["lower(a || ',')", "b COLLATE nocase", '"asc"', "(c + 1)"]);
  assert.ok(terms[0]?.names.has("a") && !terms[0].names.has("b"));
  assert.equal(where?.sql, "b > 'x)' AND d");
  assert.deepEqual([...where?.names ?? []], ["b", "and", "d"]);
  assert.equal(indexText("CREATE INDEX i ON t(a)").where, null);
});
