import assert from "node:assert/strict";
import { parseSelect } from "./parse_select.ts";
import { takeOutClock } from "./present_moment.ts";
import { printQuery } from "./print_query.ts";

const CASES: readonly (readonly [sql: string, parameters: number, printed: string, readings: readonly string[]])[] = [
  ["select date('now')", 0, "select ?1", ["date('now')"]],
  ["select a from t where made > date('NOW', '-1 month') || ''", 0, "select a from t where made > ?1 || ''", [
    "date('NOW', '-1 month')",
  ]],
  ["select CURRENT_DATE, current_timestamp, CURRENT_DATE", 0, "select ?1, ?2, ?1", [
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
  ]],
  ["select strftime('%s', 'now', ?) - ? from t", 2, "select ?3 - ?2 from t", ["strftime('%s', 'now', ?1)"]],
  ["select date('now', :days), :n", 2, "select ?3, :n", ["date('now', ?1)"]],
  ["select datetime(), unixepoch(), strftime('%Y')", 0, "select ?1, ?2, ?3", [
    "datetime()",
    "unixepoch()",
    "strftime('%Y')",
  ]],
  ["select date(date('now', 'start of year'), -1 || ' day')", 0, "select ?1", [
    "date(date('now', 'start of year'), (-1) || ' day')",
  ]],
  ["select (select max(d) from t where d < date('now'))", 0, "select (select max(d) from t where d < ?1)", [
    "date('now')",
  ]],
  [
    "select date(made, 'now'), date('2026-01-01'), upper('now')",
    0,
    "select date(made, 'now'), date('2026-01-01'), upper('now')",
    [],
  ],
  ["select date('now', made) from t", 0, "select date('now', made) from t", []],
];

Deno.test("takeOutClock() puts parameters where a query reads the clock", async (t) => {
  for (const [sql, parameters, printed, readings] of CASES) {
    await t.step(sql, () => {
      const timed = takeOutClock(parseSelect(sql), parameters);
      assert.equal(unnamed(printQuery(timed.query)), unnamed(printQuery(parseSelect(printed))));
      assert.deepEqual(timed.readings.map(same), readings.map(same));
    });
  }
});

/** An expression as the printer writes it. */
function same(expression: string): string {
  return unnamed(printQuery(parseSelect(`select ${expression}`)));
}

/** Without the names of the columns, which stay those of the text. */
function unnamed(sql: string): string {
  return sql.replaceAll(/ AS "[^"]*"/g, "");
}
