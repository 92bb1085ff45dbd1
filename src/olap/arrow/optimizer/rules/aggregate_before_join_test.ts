import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { FreshColumns } from "../fresh_columns.ts";
import { aggregateBeforeJoin } from "./aggregate_before_join.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "counts by the left side's key": [
    "select k, count(id), max(n) from small left join big on s = k group by k",
    `
      project k#8, count#9, max#10
        project k#8 = k#1, count#9 = coalesce(count#12, 0), max#10 = max#13
          left join on key = k#1
            scan small (k#1, name, g)
            aggregate by key = s: count#12 = count(id), max#13 = max(n)
              scan big (id, s, n, t)
    `,
  ],
  "count(*) counts the left row too": [
    "select k, count(*) from small left join big on s = k group by k",
    `
      project k#8, count#9
        project k#8 = k#1, count#9 = coalesce(count#11, 1)
          left join on key = k#1
            scan small (k#1, name, g)
            aggregate by key = s: count#11 = count(*)
              scan big (id, s, n, t)
    `,
  ],
  "not by another column": [
    "select g, count(id) from small left join big on s = k group by g",
    `
      project g#8, count
        aggregate by g#8 = g#3: count = count(id)
          left join on s = k
            scan small (k, name, g#3)
            scan big (id, s, n, t)
    `,
  ],
  "not of what a missing row makes": [
    "select k, count(coalesce(n, 1)) from small left join big on s = k group by k",
    `
      project k#8, count
        aggregate by k#8 = k#1: count = count(coalesce(n, 1))
          left join on s = k#1
            scan small (k#1, name, g)
            scan big (id, s, n, t)
    `,
  ],
};

Deno.test("aggregateBeforeJoin() aggregates the right side first when groups are left rows", () => {
  checkRule((plan, estimator, statement) => aggregateBeforeJoin(plan, estimator, new FreshColumns(statement)), CASES);
});
