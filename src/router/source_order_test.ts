import assert from "node:assert/strict";
import type { SourceOrder } from "../sql/mod.ts";
import { sourceOrder, windowSourceOrder } from "./source_order.ts";

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

type Step = readonly [id: number, parent: number, detail: string];

const WINDOW_CASES: readonly {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly order: SourceOrder | null;
}[] = [
  {
    name: "windows over a table",
    steps: [[3, 0, "CO-ROUTINE (subquery-2)"], [6, 3, "SCAN t"], [13, 3, "USE TEMP B-TREE FOR ORDER BY"], [
      27,
      0,
      "SCAN (subquery-2)",
    ]],
    order: { loops: ["t"], groupsSorted: false, sorted: true },
  },
  {
    name: "windows with two frames in a common table",
    steps: [
      [2, 0, "CO-ROUTINE q"],
      [5, 2, "CO-ROUTINE (subquery-2)"],
      [8, 5, "CO-ROUTINE (subquery-3)"],
      [9, 8, "SCAN t"],
      [12, 8, "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)"],
      [17, 8, "USE TEMP B-TREE FOR ORDER BY"],
      [32, 5, "SCAN (subquery-3)"],
      [40, 2, "SCAN (subquery-2)"],
      [91, 0, "SCAN q"],
    ],
    order: { loops: ["t", "d"], groupsSorted: false, sorted: true },
  },
  {
    name: "windows in the arm of a compound",
    steps: [
      [1, 0, "COMPOUND QUERY"],
      [2, 1, "LEFT-MOST SUBQUERY"],
      [5, 2, "CO-ROUTINE (subquery-3)"],
      [8, 5, "SCAN t"],
      [29, 2, "SCAN (subquery-3)"],
      [64, 1, "UNION ALL"],
      [66, 64, "SCAN d"],
    ],
    order: { loops: ["t"], groupsSorted: false, sorted: false },
  },
  {
    name: "windows over rows of an index",
    steps: [[3, 0, "CO-ROUTINE (subquery-2)"], [6, 3, "SCAN t USING COVERING INDEX i"], [18, 0, "SCAN (subquery-2)"]],
    order: { loops: null, groupsSorted: false, sorted: false },
  },
  {
    name: "two SELECTs with windows",
    steps: [
      [2, 0, "CO-ROUTINE x"],
      [5, 2, "CO-ROUTINE (subquery-4)"],
      [8, 5, "SCAN t"],
      [77, 0, "MATERIALIZE y"],
      [80, 77, "CO-ROUTINE (subquery-5)"],
      [83, 80, "SCAN t"],
    ],
    order: null,
  },
  {
    name: "windows in a subquery run for each row",
    steps: [
      [2, 0, "SCAN t"],
      [5, 0, "CORRELATED SCALAR SUBQUERY 1"],
      [8, 5, "CO-ROUTINE (subquery-3)"],
      [9, 8, "SCAN d"],
    ],
    order: null,
  },
];

for (const { name, steps, order } of WINDOW_CASES) {
  Deno.test(`windowSourceOrder() reads the plan of ${name}`, () => {
    assert.deepEqual(windowSourceOrder(steps.map(([id, parent, detail]) => ({ id, parent, detail }))), order);
  });
}
