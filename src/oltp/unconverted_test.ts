import assert from "node:assert/strict";
import Database from "libsql";
import { unconverted } from "./unconverted.ts";
import { blobForm } from "./unsafe_text.ts";

/** Compounds of a REAL column and INTEGERs, and what stays as it is. */
const SELECTS: readonly string[] = [
  "select r from t union all select 7",
  "select r from t union select 6 from t order by 1 desc limit 2",
  "select r, i from t except select 9, 9 union all values (8, 1) -- all",
  "with c as (select 7 as n order by 1) select r from t union all select n from c limit 9",
  "select r from t union all select (select 1 union select 2 order by 1 desc limit 1) limit 5 offset 1 -- all",
  "select r from (select r from t order by r) union all select sum(i) over (order by i) from t except select 6",
  "select r, i from t order by i",
  "select r as k, 'x' from t union all select 7, 'union' order by k collate nocase, 2",
  "values (1.0), (2)",
];

for (const select of SELECTS) {
  Deno.test(`unconverted() keeps the values of ${select} in a subquery`, () => {
    const db = new Database(":memory:");
    db.exec("create table t (r real, i integer); insert into t values (6.0, 1), (1.5, 2), (6.0, 1)");
    const rowsOf = (sql: string) => db.prepare(sql).raw(true).safeIntegers(true).all() as (bigint | number)[][];
    const rows = rowsOf(select);
    const form = unconverted(select, rows[0]!.length);
    assert.deepEqual(rowsOf(`with q as materialized (${form}\n) select * from q`), rows);
    if (form === select) return;
    assert.ok(rows.flat().some((value) => typeof value === "bigint"));
    const numbers = rows[0]!.length === 1 ? rows : null;
    if (numbers !== null) assert.deepEqual(rowsOf(blobForm(select, 1)).map(([value]) => [value]), numbers);
    db.close();
  });
}
