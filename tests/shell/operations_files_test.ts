import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { METRICS } from "../../src/metrics/mod.ts";
import { parseArguments } from "../../cli/parse_arguments.ts";

const FOLDER = new URL("../../docs/operations/", import.meta.url).pathname;

/** Every name under which a metric's samples appear. */
const SAMPLES = new Set(
  Object.values(METRICS).flatMap(({ name, type }) =>
    type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name]
  ),
);

const LABELS = new Set<string>(Object.values(METRICS).flatMap(({ labels }) => [...labels]));

/** The metrics a PromQL expression reads. */
function namesIn(expression: string): string[] {
  return expression.match(/\b(?:rhei|process)_[a-z_]+/g) ?? [];
}

function assertKnown(expression: string): void {
  for (const name of namesIn(expression)) assert.ok(SAMPLES.has(name), `${name} in ${expression}`);
  for (const [, labels = ""] of expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)) {
    for (const label of labels.split(",").map((each) => each.trim())) {
      assert.ok(LABELS.has(label) || ["le", "instance"].includes(label), `${label} in ${expression}`);
    }
  }
}

Deno.test("grafana_dashboard.json reads metrics and labels that exist", () => {
  const { panels } = JSON.parse(readFileSync(`${FOLDER}grafana_dashboard.json`, "utf8"));
  const expressions: string[] = panels.flatMap((panel: { targets?: { expr: string }[] }) =>
    (panel.targets ?? []).map(({ expr }) => expr)
  );
  for (const expression of expressions) assertKnown(expression);
  const read = new Set(expressions.flatMap(namesIn));
  assert.ok(read.size >= 18, `${read.size} metrics`);
  const ids = panels.map(({ id }: { id: number }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("prometheus_rules.yml reads metrics and labels that exist", () => {
  const text = readFileSync(`${FOLDER}prometheus_rules.yml`, "utf8");
  const expressions = [...text.matchAll(/^ +expr: (.*)$/gm)].map(([, expression = ""]) => expression);
  assert.equal(expressions.length, text.match(/- alert: /g)?.length);
  for (const expression of expressions) assertKnown(expression);
});

const lacksPromtool = spawnSync("promtool", ["--version"]).error !== undefined;

Deno.test({
  name: `promtool accepts prometheus_rules.yml${lacksPromtool ? " (skipped: promtool is not installed)" : ""}`,
  ignore: lacksPromtool,
  fn() {
    const check = spawnSync("promtool", ["check", "rules", `${FOLDER}prometheus_rules.yml`], { encoding: "utf8" });
    assert.equal(check.status, 0, check.stdout + check.stderr);
  },
});

Deno.test("rhei.service starts a command line that rhei understands", () => {
  const [, line = ""] = /^ExecStart=\S+ (.*)$/m.exec(readFileSync(`${FOLDER}rhei.service`, "utf8")) ?? [];
  const invocation = parseArguments(line.split(" "), "0", { colors: false, width: 100 });
  assert.ok(invocation.kind === "command" && invocation.command.service === true);
  assert.equal(invocation.options.flags["metrics-port"], "9464");
});
