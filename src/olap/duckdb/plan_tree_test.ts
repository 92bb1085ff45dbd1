import assert from "node:assert/strict";
import { planTree } from "./plan_tree.ts";

const SCAN = {
  name: "SEQ_SCAN",
  children: [],
  extra_info: {
    Table: "memory.m.orders",
    Type: "Sequential Scan",
    Projections: ["id", "total"],
    "Estimated Cardinality": "50",
  },
};

Deno.test("planTree() reads what is expected of each step", () => {
  const json = JSON.stringify([{
    name: "HASH_GROUP_BY ",
    children: [SCAN],
    extra_info: { Groups: "#0", Aggregates: "sum(#1)" },
  }]);
  assert.deepEqual(planTree(json), {
    text: "hash group by · groups #0 · sum(#1)",
    rowsEstimated: null,
    rows: null,
    durationMs: null,
    inputs: [{
      text: "seq scan · orders · projections id, total",
      rowsEstimated: 50,
      rows: null,
      durationMs: null,
      inputs: [],
    }],
  });
});

Deno.test("planTree() reads what each step did, without what wraps the statement", () => {
  const scan = { ...SCAN, operator_name: "SEQ_SCAN", operator_cardinality: 7, operator_timing: 0.0015 };
  const json = JSON.stringify({ latency: 1, children: [{ operator_name: "EXPLAIN_ANALYZE", children: [scan] }] });
  const { text, rows, durationMs } = planTree(json);
  assert.deepEqual([text, rows, durationMs], ["seq scan · orders · projections id, total", 7, 1.5]);
});
