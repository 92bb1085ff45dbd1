import assert from "node:assert/strict";
import { parseSelect } from "../../../sql/mod.ts";
import type { ColumnRange, TableRanges } from "../column_bounds.ts";
import { bridge } from "./bridge.ts";
import { excludes, type Exclusion } from "./empty_arm.ts";
import { EnginePair } from "./engine_pair_test.ts";

const RANGE: ColumnRange = { least: 5n, most: 9n };

/** Whether a column within 5 to 9, and one that holds no value at all, excludes each condition. */
const CASES: readonly (readonly [Exclusion["operator"], bigint, boolean, boolean])[] = [
  ["<", 5n, true, true],
  ["<", 6n, false, true],
  ["<=", 4n, true, true],
  ["<=", 5n, false, true],
  [">", 9n, true, true],
  [">", 8n, false, true],
  [">=", 10n, true, true],
  [">=", 9n, false, true],
  ["=", 4n, true, true],
  ["=", 10n, true, true],
  ["=", 5n, false, true],
  ["=", 9n, false, true],
  ["is", 10n, true, true],
  ["is", 9n, false, true],
  ["<>", 10n, false, true],
  ["isNot", 10n, false, false],
];

Deno.test("excludes() knows the edges of a range", () => {
  for (const [operator, value, ofRange, ofNothing] of CASES) {
    const exclusion = { table: "t", column: "a", operator, value };
    assert.equal(excludes(exclusion, new Map([["a", RANGE]])), ofRange, `${operator} ${value}`);
    assert.equal(excludes(exclusion, new Map([["a", null]])), ofNothing, `${operator} ${value} without values`);
    assert.equal(excludes(exclusion, new Map([["b", RANGE]])), false, `${operator} ${value} of an unknown column`);
  }
});

/** Statements over `t`, whose `a` lies within 5 to 9, and `u`, of which nothing is known; and how many exclusions they count on. */
const STATEMENTS: Readonly<Record<string, number>> = {
  "select a from t where a > 9 union all select a from u": 1,
  "select a from u union all select a from t where b < 3 and a > 9": 1,
  "select a from t where a < 5 union all select a from t where a > 9": 1,
  "select s.a from (select a from u union all select a from t where a > 9 union all select a from u) s, u": 1,
  "select a from t where a > 8 union all select a from u": 0,
  "select a from u where a > 9 union all select a from u": 0,
  "select a from t where a > 9 union select a from u": 0,
  "select count(a) from t where a > 9 union all select a from u": 0,
  "select a from t where a > 9 or b < 3 union all select a from u": 0,
  "select a from t where a > 9 and a > b union all select a from u": 0,
  "select a from t where a > 9": 0,
};

Deno.test("bridge() leaves out an arm of UNION ALL that has no rows, and says what it counts on", async () => {
  const pair = await EnginePair.open(`
    create table t(a integer, b integer);
    create table u(a integer);
    insert into t values (5, 1), (9, 2), (7, null);
    insert into u values (1), (20);
  `);
  const ranges: TableRanges = new Map([["a", RANGE]]);
  for (const [text, count] of Object.entries(STATEMENTS)) {
    const request = { text, query: parseSelect(text), parameters: [], catalog: pair.catalog };
    const bridged = bridge(request, undefined, (name) => name === "t" ? ranges : undefined);
    assert(bridged.kind === "bridged", text);
    assert.equal(bridged.exclusions.length, count, text);
    const unions = (sql: string) => sql.split(/ union all /i).length - 1;
    assert.equal(unions(bridged.sql), unions(text) - count, bridged.sql);
    const { rows } = await pair.runBridged(bridged);
    const expected = pair.expected(text, [], "");
    const sorted = (all: typeof rows) => all.map(([value]) => Number(value)).sort((a, b) => a - b);
    assert.deepEqual(sorted(rows), sorted(expected), text);
  }
  pair.close();
});
