import assert from "node:assert/strict";
import { boundStatement, STATISTICS } from "../../../../tests/plans/rule_trees.ts";
import { Estimator } from "./estimate.ts";
import { pushPredicates } from "./rules/push_predicates.ts";

/** Rows expected of 1,000,000 rows of `big` and 1,000 of `small`, give or take a factor. */
const ROWS: Readonly<Record<string, number>> = {
  "select id from big": 1_000_000,
  "select id from big where s = 7": 1_000,
  "select id from big where s in (1, 2, 3)": 3_000,
  "select id from big where n < 100": 100_000,
  "select id from big where s = 7 or s = 8": 2_000,
  "select id from big, small where s = k": 1_000_000,
  "select id from big, small where s = k and g = 3": 100_000,
  "select x.id from big x, big y where x.id = y.id": 1_000_000,
  "select x.id from big x, big y where x.s = y.s": 1_000_000_000,
  "select id from big left join small on s = k": 1_000_000,
  "select id from big where s in (select k from small where g = 1)": 100_000,
  "select id from big where not exists (select 1 from small where k = s)": 50_000,
  "select s, count(*) from big group by s": 1_000,
  "select count(*) from big": 1,
  "select distinct g from small": 10,
  "select id from big union all select k from small": 1_001_000,
};

Deno.test("Estimator.of() comes near the rows a plan gives", () => {
  for (const [sql, wanted] of Object.entries(ROWS)) {
    const { rows } = new Estimator(STATISTICS).of(pushPredicates(boundStatement(sql).root));
    assert.ok(rows >= wanted / 1.5 && rows <= wanted * 1.5, `${sql}: ${rows}`);
  }
});

Deno.test("Estimator.of() tries conditions on a sample where there is one", () => {
  const { root } = boundStatement("select id from big where t like 'a%' and length(t) = 2");
  const sample = Array.from({ length: 100 }, (_, row) => (row % 4 === 0 ? "ab" : "abc"));
  const sampled = {
    table: (name: string) => ({ ...STATISTICS.table(name)!, sample: (column: number) => (column === 3 ? sample : []) }),
  };
  assert.equal(new Estimator(sampled).of(root).rows, 250_000);
});
