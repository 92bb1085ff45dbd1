import assert from "node:assert/strict";
import type { SourceOrder } from "../sql/mod.ts";
import { sourceOrder } from "./source_order.ts";

interface Case {
  readonly name: string;
  readonly steps: readonly string[];
  readonly order: SourceOrder | null;
}

const CASES: readonly Case[] = [
  {
    name: "a table read from end to end and sorted",
    steps: ["SCAN t", "USE TEMP B-TREE FOR ORDER BY"],
    order: { loops: ["t"], groupsSorted: false, sorted: true },
  },
  {
    name: "a join by keys",
    steps: [
      "SCAN f",
      "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)",
      "SEARCH e USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
    ],
    order: { loops: ["f", "d", "e"], groupsSorted: false, sorted: false },
  },
  {
    name: "subqueries in conditions",
    steps: ["SCAN t", "LIST SUBQUERY 1", "CORRELATED SCALAR SUBQUERY 2"],
    order: { loops: ["t"], groupsSorted: false, sorted: false },
  },
  {
    name: "a covering index",
    steps: ["SCAN t USING COVERING INDEX i", "USE TEMP B-TREE FOR ORDER BY"],
    order: { loops: null, groupsSorted: false, sorted: true },
  },
  {
    name: "an index lookup that feeds a sorter of groups",
    steps: ["SEARCH t USING INDEX i (a=?)", "USE TEMP B-TREE FOR GROUP BY", "USE TEMP B-TREE FOR count(DISTINCT)"],
    order: { loops: null, groupsSorted: true, sorted: false },
  },
  {
    name: "an order that an index begins and a sorter ends",
    steps: ["SCAN t USING INDEX i", "USE TEMP B-TREE FOR LAST TERM OF ORDER BY"],
    order: null,
  },
  { name: "DISTINCT", steps: ["SCAN t", "USE TEMP B-TREE FOR DISTINCT"], order: null },
  {
    name: "a subquery in FROM",
    steps: ["MATERIALIZE q", "SCAN q", "USE TEMP B-TREE FOR ORDER BY"],
    order: { loops: null, groupsSorted: false, sorted: true },
  },
];

for (const { name, steps, order } of CASES) {
  Deno.test(`sourceOrder() reads the plan of ${name}`, () => {
    const inner = { id: 99, parent: 98, detail: "USE TEMP B-TREE FOR DISTINCT" };
    const plan = [...steps.map((detail, id) => ({ id, parent: 0, detail })), inner];
    assert.deepEqual(sourceOrder(plan), order);
  });
}
