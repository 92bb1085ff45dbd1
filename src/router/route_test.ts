import assert from "node:assert/strict";
import { CHEAP_ROWS_MAX, route, type RouteFacts } from "./route.ts";

const cheap = { rowsVisited: 1, lowerBound: false, costliestStep: "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)" };
const costly = { rowsVisited: CHEAP_ROWS_MAX + 1, lowerBound: true, costliestStep: "SCAN t" };
const base: RouteFacts = { requested: "auto", inTransaction: false, obstacle: null, recursive: false, cost: costly };
const obstacle = { reason: "declined: function printf() is not translated", cause: "function" };

const CASES: readonly { name: string; facts: RouteFacts; target: "oltp" | "olap"; reason: RegExp }[] = [
  { name: "sends a costly scan to the mirror", facts: base, target: "olap", reason: /SCAN t/ },
  { name: "keeps a keyed read on libSQL", facts: { ...base, cost: cheap }, target: "oltp", reason: /about 1 row / },
  {
    name: "keeps reads inside a transaction",
    facts: { ...base, inTransaction: true },
    target: "oltp",
    reason: /transaction/,
  },
  { name: "obeys route oltp", facts: { ...base, requested: "oltp" }, target: "oltp", reason: /asked/ },
  {
    name: "obeys route olap for a cheap read",
    facts: { ...base, requested: "olap", cost: cheap },
    target: "olap",
    reason: /asked/,
  },
  { name: "keeps what the mirror cannot answer", facts: { ...base, obstacle }, target: "oltp", reason: /printf/ },
  {
    name: "reports the obstacle even when olap is forced",
    facts: { ...base, requested: "olap", obstacle },
    target: "oltp",
    reason: /printf/,
  },
  {
    name: "keeps a recursion on libSQL",
    facts: { ...base, recursive: true, cost: cheap },
    target: "oltp",
    reason: /recursion/,
  },
  {
    name: "obeys route olap for a recursion",
    facts: { ...base, requested: "olap", recursive: true },
    target: "olap",
    reason: /asked/,
  },
  {
    name: "sends a statement of unknown cost to the mirror",
    facts: { ...base, cost: null },
    target: "olap",
    reason: /not known/,
  },
];

for (const { name, facts, target, reason } of CASES) {
  Deno.test(`route() ${name}`, () => {
    const decision = route(facts);
    assert.equal(decision.target, target);
    assert.match(decision.reason, reason);
  });
}

Deno.test("route() calls a read cheap only when its plan shows that", () => {
  assert.equal(route({ ...base, cost: cheap }).cheap, true);
  for (
    const facts of [base, { ...base, cost: cheap, recursive: true }, {
      ...base,
      requested: "oltp" as const,
      cost: null,
    }]
  ) {
    assert.equal(route(facts).cheap, false);
  }
});
