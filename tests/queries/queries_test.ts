import assert from "node:assert/strict";
import { HtapEngine } from "../../mod.ts";
import { type ComparisonRules, differenceOf, formatOutcome } from "../support/differential.ts";
import { outcomeOf } from "../support/dual_engine.ts";
import { SHOP_QUERIES } from "./shop_queries.ts";
import { shopScript } from "./shop_data.ts";

Deno.test("analytical queries of the shop give one answer on every route, none declined", async (t) => {
  await using engine = await HtapEngine.open({ oltpPath: ":memory:", olap: { path: ":memory:" }, syncIntervalMs: 0 });
  for (const sql of shopScript(1)) await engine.execute(sql);
  for (const { name, sql, order } of SHOP_QUERIES) {
    await t.step(name, async () => {
      const rules: ComparisonRules = { realTolerance: 1e-12, order, looseText: false };
      const statement = { sql, params: [] };
      const expected = await outcomeOf(engine, statement, "oltp");
      assert.ok(expected.kind === "rows" && expected.rows.length > 0, `libSQL: ${formatOutcome(expected)}`);
      for (const route of ["olap", "auto"] as const) {
        const actual = await outcomeOf(engine, statement, route);
        assert.equal(actual.kind, "rows", `${route}: ${formatOutcome(actual)}`);
        assert.equal(differenceOf(expected, actual, rules), null, route);
      }
    });
  }
});
