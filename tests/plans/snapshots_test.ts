import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { planStatement } from "../../src/olap/arrow/binder/plan_statement.ts";
import { optimize } from "../../src/olap/arrow/optimizer/optimizer.ts";
import { printPlan } from "../../src/olap/arrow/plan/print_plan.ts";
import { analyse, parseSelect } from "../../src/sql/mod.ts";
import { catalogOf } from "./schema_catalog.ts";
import { parseCases, writeCases } from "./snapshot_file.ts";
import { TPCH_SCHEMA, tpchStatistics } from "./tpch_tables.ts";

const file = join(dirname(fileURLToPath(import.meta.url)), "tpch.plans");

/** `deno task plans` sets this: plans are written down instead of compared, to be looked at as a diff. */
const refreshing = Deno.env.get("REFRESH_PLANS") === "1";

Deno.test("optimize() gives the plans that tpch.plans shows", async (test) => {
  const catalog = catalogOf(TPCH_SCHEMA);
  const statistics = tpchStatistics(catalog);
  const cases = parseCases(Deno.readTextFileSync(file));
  assert.ok(cases.length > 0);
  const present = cases.map((each) => {
    const analysed = analyse(parseSelect(each.sql), catalog, []);
    if (analysed.kind === "declined") assert.fail(`${each.purpose}: ${analysed.reason}`);
    return { ...each, plan: printPlan(optimize(planStatement(analysed), statistics)) };
  });
  if (refreshing) Deno.writeTextFileSync(file, writeCases(present));
  for (const [index, each] of cases.entries()) {
    if (refreshing) break;
    await test.step(each.purpose, () => assert.equal(present[index]!.plan, each.plan));
  }
});
