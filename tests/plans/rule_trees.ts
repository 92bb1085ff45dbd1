import assert from "node:assert/strict";
import { planStatement } from "../../src/olap/arrow/binder/plan_statement.ts";
import { Estimator } from "../../src/olap/arrow/optimizer/estimate.ts";
import type { PlanStatistics } from "../../src/olap/arrow/optimizer/statistics.ts";
import type { Plan, PlanStatement } from "../../src/olap/arrow/plan/plan.ts";
import { printPlan } from "../../src/olap/arrow/plan/print_plan.ts";
import { analyse, parseSelect } from "../../src/sql/mod.ts";
import { catalogOf } from "./schema_catalog.ts";

/** Tables for tests of rules: `big` refers to `small` by its key. */
const SCHEMA = `
  create table big(id integer primary key, s integer, n integer not null, t text);
  create table small(k integer primary key, name text, g integer);
`;

const catalog = catalogOf(SCHEMA);

/** 1,000,000 rows that refer to 1,000; `g` has 10 values, `n` and `s` have 1,000. */
export const STATISTICS: PlanStatistics = {
  table(name) {
    const rows = name === "big" ? 1_000_000 : 1_000;
    const distinct: Readonly<Record<string, number>> = { s: 1_000, n: 1_000, g: 10 };
    const columns = catalog.table(name)!.columns.map((column) => ({
      distinct: distinct[column.name] ?? rows,
      nulls: 0,
      range: { least: 0, most: 1_000 },
    }));
    return { rows, columns, sample: () => [] };
  },
};

/** A statement's plan as the binder makes it. */
export function boundStatement(sql: string): PlanStatement {
  const analysed = analyse(parseSelect(sql), catalog, []);
  if (analysed.kind === "declined") assert.fail(analysed.reason);
  return planStatement(analysed);
}

type Cases = Readonly<Record<string, readonly [sql: string, tree: string]>>;

/** Checks what a rule makes of plans; trees are compared without their common indentation. */
export function checkRule(
  rule: (plan: Plan, estimator: Estimator, statement: PlanStatement) => Plan,
  cases: Cases,
): void {
  checkStatementRule((statement) => {
    const root = rule(statement.root, new Estimator(STATISTICS), statement);
    return { ...statement, root };
  }, cases);
}

/** Checks what a rule makes of whole statements. */
export function checkStatementRule(rule: (statement: PlanStatement) => PlanStatement, cases: Cases): void {
  for (const [name, [sql, tree]] of Object.entries(cases)) {
    assert.equal(treeOf(rule(boundStatement(sql))), dedent(tree), name);
  }
}

/** A plan as text, what it shows left out. */
function treeOf(statement: PlanStatement): string {
  return printPlan(statement).split("\n").filter((line) => !line.startsWith("show ")).join("\n");
}

function dedent(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join("\n");
}
