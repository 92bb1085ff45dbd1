import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { parseSelect } from "./parse_select.ts";
import { printQuery } from "./print_query.ts";
import { tablesOf } from "./tables_of.ts";

const ACCEPTED: readonly (readonly [sql: string, printed: string])[] = [
  ["select * from t for system_time as of '2026'", "SELECT * FROM t FOR SYSTEM_TIME AS OF '2026'"],
  ["select * from t FOR System_Time as of ? o where a", "SELECT * FROM t FOR SYSTEM_TIME AS OF ?1 AS o WHERE a"],
  ["select * from t for system_time as of :at as o", "SELECT * FROM t FOR SYSTEM_TIME AS OF :at AS o"],
  ["select * from t o for system_time as of 1 where b", "SELECT * FROM t FOR SYSTEM_TIME AS OF 1 AS o WHERE b"],
  ["select * from t as for for system_time all", "SELECT * FROM t FOR SYSTEM_TIME ALL AS for"],
  ["select * from main.t for system_time all o", "SELECT * FROM main.t FOR SYSTEM_TIME ALL AS o"],
  [
    "select * from t for system_time between 1 and 2 + 3 x, u",
    "SELECT * FROM t FOR SYSTEM_TIME BETWEEN 1 AND (2 + 3) AS x, u",
  ],
  [
    "select * from t for system_time as of datetime('now', '-1 day') join u using (a)",
    "SELECT * FROM t FOR SYSTEM_TIME AS OF datetime('now', '-1 day') JOIN u USING (a)",
  ],
  ["select * from (t for system_time all) o", "SELECT * FROM t FOR SYSTEM_TIME ALL AS o"],
  [
    "select (select 1 from t for system_time all) from t for system_time as of 1",
    'SELECT (SELECT 1 AS "1" FROM t FOR SYSTEM_TIME ALL) AS "(select 1 from t for system_time all)" ' +
    "FROM t FOR SYSTEM_TIME AS OF 1",
  ],
];

for (const [sql, printed] of ACCEPTED) {
  Deno.test(`parseSelect() reads ${sql}`, () => {
    assert.equal(printQuery(parseSelect(sql)), printed);
    assert.ok(tablesOf(parseSelect(sql)).length > 0);
  });
}

/** What SQLite accepts keeps its meaning. */
const PLAIN: readonly (readonly [sql: string, printed: string])[] = [
  ["select * from t for", "SELECT * FROM t AS for"],
  ["select * from t as for where for.a", "SELECT * FROM t AS for WHERE for.a"],
  ["select for.a from t for, system_time", "SELECT for.a FROM t AS for, system_time"],
  ["select * from t for join system_time", "SELECT * FROM t AS for JOIN system_time"],
  ["select * from system_time system_time", "SELECT * FROM system_time AS system_time"],
];

for (const [sql, printed] of PLAIN) {
  Deno.test(`parseSelect() leaves alone ${sql}`, () => {
    const query = parseSelect(sql);
    assert.equal(printQuery(query), printed);
    assert.ok(tablesOf(query).every((table) => !("systemTime" in table)));
  });
}

const REFUSED: readonly (readonly [sql: string, at: string, problem: RegExp])[] = [
  ["select * from (select 1) for system_time all", "for", /after the name of a table, not after a subquery/],
  ["select * from (select 1) s for system_time all", "for", /after the name of a table/],
  ["select * from json_each('[]') for system_time all", "for", /not after a table function/],
  ["select * from (t join u) for system_time all", "for", /not after parentheses/],
  ["select * from t for system_time", "", /unexpected end/],
  ["select * from t for system_time from 1", "from", /unexpected "from"/],
  ["select * from t for system_time as 1", "1", /unexpected "1"/],
  ["select * from t for system_time between 1", "", /unexpected end/],
  ["select * from t for system_time all for system_time all", "system_time", /unexpected/],
  ["select * from t for system_time all indexed by i", "i", /not read by an index/],
];

for (const [sql, at, problem] of REFUSED) {
  Deno.test(`parseSelect() points at the fault of ${sql}`, () => {
    assert.throws(() => parseSelect(sql), (error) => {
      assert.ok(error instanceof RheiError && error.code === "SQL_SYNTAX");
      assert.match(error.message, problem);
      assert.equal(sql.slice(error.pointer!.start, error.pointer!.end), at);
      return true;
    });
  });
}
