import assert from "node:assert/strict";
import { type MetricDefinition, METRICS } from "./metric_definitions.ts";

/** Units a name may end in, and what a gauge without a unit may count. */
const BASE_UNITS = ["seconds", "bytes"];

/** What is wrong with a metric by Prometheus's naming rules. */
function faults({ type, name, help, labels, buckets }: MetricDefinition): string[] {
  const found: string[] = [];
  const check = (holds: boolean, fault: string): void => void (holds || found.push(fault));
  check(/^(rhei|process)_[a-z][a-z0-9_]*$/.test(name) && !name.includes("__"), "prefix and snake case");
  check((type === "counter") === name.endsWith("_total"), "_total exactly for counters");
  check(!/_(count|sum|bucket|info)$/.test(name), "no suffix that a type makes");
  check(!/(milliseconds|_ms|minutes|hours|kilobytes|megabytes|percent)/.test(name), "base units");
  check(!new RegExp(`_(${type}|metric)(_|$)`).test(name), "no type in the name");
  check(type !== "histogram" || BASE_UNITS.some((unit) => name.endsWith(`_${unit}`)), "a histogram has a unit");
  check(help.endsWith(".") && help.length > 10 && !help.includes("\n"), "one sentence of help");
  for (const label of labels) {
    check(/^[a-z][a-z0-9_]*$/.test(label) && !["le", "quantile", "job", "instance"].includes(label), `label ${label}`);
    check(!name.includes(`_by_${label}`), "no label in the name");
  }
  const bounds = buckets ?? [];
  check((type === "histogram") === (bounds.length > 0), "buckets exactly for histograms");
  check(bounds.every((bound, index) => index === 0 || bound > bounds[index - 1]!), "buckets ascend");
  return found;
}

Deno.test("METRICS follows Prometheus's naming rules", () => {
  for (const metric of Object.values(METRICS)) assert.deepEqual(faults(metric), [], metric.name);
  const names = Object.values(METRICS).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, "each name once");
});

Deno.test("the naming rules find what is wrong", () => {
  const good: MetricDefinition = { type: "counter", name: "rhei_x_total", help: "Something counted.", labels: ["a"] };
  assert.deepEqual(faults(good), []);
  const cases: readonly [Partial<MetricDefinition>, string][] = [
    [{ name: "rhei_x" }, "_total exactly for counters"],
    [{ name: "rhei_x_ms_total" }, "base units"],
    [{ name: "x_total" }, "prefix and snake case"],
    [{ name: "rhei_counter_total" }, "no type in the name"],
    [{ labels: ["le"] }, "label le"],
    [{ buckets: [1] }, "buckets exactly for histograms"],
    [{ help: "no sentence" }, "one sentence of help"],
  ];
  for (const [change, fault] of cases) assert.deepEqual(faults({ ...good, ...change }), [fault]);
});
