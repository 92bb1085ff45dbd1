import assert from "node:assert/strict";
import Database from "libsql";
import { planStatement } from "../../src/olap/arrow/binder/plan_statement.ts";
import { optimize } from "../../src/olap/arrow/optimizer/optimizer.ts";
import type { PlanStatistics } from "../../src/olap/arrow/optimizer/statistics.ts";
import { analyse, type AnalysisCatalog, parseSelect } from "../../src/sql/mod.ts";
import { planSql } from "./plan_sql.ts";
import { catalogOfDatabase } from "./schema_catalog.ts";
import { ROWS, SCHEMA, STATEMENTS } from "./statements.ts";

function rowsOf(database: Database.Database, sql: string): string[] {
  const rows = database.prepare(sql).raw(true).safeIntegers(true).all() as unknown[][];
  return rows.map((row) => row.map((value) => `${typeof value} ${value}`).join(" | "));
}

/** Tables whose sizes differ as `skew` says: plans must be right in every order of joins. */
function statisticsWith(catalog: AnalysisCatalog, skew: Readonly<Record<string, number>>): PlanStatistics {
  return {
    table(name) {
      const rows = skew[name] ?? 10;
      const columns = catalog.table(name)!.columns.map(() => ({ distinct: rows / 2, nulls: 0, range: null }));
      return { rows, columns, sample: () => [] };
    },
  };
}

const SKEWS: readonly Readonly<Record<string, number>>[] = [{}, { a: 1e6 }, { b: 1e6 }, { c: 1e6, b: 1e4 }];

Deno.test("planStatement() and optimize() give plans whose rows are SQLite's", async (test) => {
  const database = new Database(":memory:");
  database.exec(SCHEMA);
  database.exec(ROWS);
  const catalog = catalogOfDatabase(database);
  for (const [name, text] of Object.entries(STATEMENTS)) {
    await test.step(name, () => {
      const analysed = analyse(parseSelect(text), catalog, []);
      if (analysed.kind === "declined") assert.fail(analysed.reason);
      const bound = planStatement(analysed);
      const ordered = / order by [^)]*$/.test(text);
      const shown = (sql: string) => (ordered ? rowsOf(database, sql) : rowsOf(database, sql).sort());
      const expected = shown(text);
      assert.deepEqual(shown(planSql(bound)), expected, "as bound");
      for (const skew of SKEWS) {
        assert.deepEqual(
          shown(planSql(optimize(bound, statisticsWith(catalog, skew)))),
          expected,
          JSON.stringify(skew),
        );
      }
    });
  }
  database.close();
});
