import assert from "node:assert/strict";
import { type PlanStep, scanCost } from "./scan_cost.ts";

const ROWS: Readonly<Record<string, number>> = { big: 5_001, small: 25 };
const rowsOf = (name: string): number => ROWS[name] ?? 1_000;
const steps = (...details: [number, number, string][]): PlanStep[] =>
  details.map(([id, parent, detail]) => ({ id, parent, detail }));

const CASES: readonly { name: string; plan: PlanStep[]; rows: number }[] = [
  {
    name: "a lookup by rowid reads one row",
    plan: steps([2, 0, "SEARCH big USING INTEGER PRIMARY KEY (rowid=?)"]),
    rows: 1,
  },
  { name: "a lookup by an index reads a few", plan: steps([2, 0, "SEARCH big USING INDEX i (a=?)"]), rows: 10 },
  { name: "a range reads a quarter", plan: steps([2, 0, "SEARCH small USING INDEX i (a>?)"]), rows: 7 },
  { name: "a scan reads all", plan: steps([2, 0, "SCAN big"]), rows: 5_001 },
  { name: "a constant row reads one", plan: steps([2, 0, "SCAN CONSTANT ROW"]), rows: 1 },
  {
    name: "a nested loop multiplies",
    plan: steps([2, 0, "SCAN small"], [5, 0, "SEARCH big USING INTEGER PRIMARY KEY (rowid=?)"]),
    rows: 25 + 25,
  },
  {
    name: "a plain subquery adds",
    plan: steps([2, 0, "SCAN small"], [5, 0, "SCALAR SUBQUERY 1"], [8, 5, "SCAN small"]),
    rows: 50,
  },
  {
    name: "a correlated subquery runs once per outer row",
    plan: steps([2, 0, "SCAN small"], [5, 0, "CORRELATED SCALAR SUBQUERY 1"], [8, 5, "SCAN small"]),
    rows: 25 + 25 * 25,
  },
  {
    name: "an automatic index reads its table once to be built",
    plan: steps([2, 0, "SCAN small"], [5, 0, "SEARCH big USING AUTOMATIC COVERING INDEX (a=?)"]),
    rows: 25 + 5_001 + 250,
  },
  { name: "sorting adds no rows", plan: steps([2, 0, "SCAN small"], [9, 0, "USE TEMP B-TREE FOR ORDER BY"]), rows: 25 },
];

for (const { name, plan, rows } of CASES) {
  Deno.test(`scanCost() knows that ${name}`, () => assert.equal(scanCost(plan, rowsOf).rowsVisited, rows));
}

Deno.test("scanCost() names the costliest step", () => {
  const plan = steps([2, 0, "SCAN small"], [5, 0, "SCAN big"]);
  assert.equal(scanCost(plan, rowsOf).costliestStep, "SCAN big");
});
