import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { FreshColumns } from "../fresh_columns.ts";
import { distinctByGrouping } from "./distinct_by_grouping.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "one value, without groups": [
    "select count(distinct t), count(distinct t) from big",
    `
      project count
        aggregate: count = count(value)
          distinct by value = t
            scan big (id, s, n, t)
    `,
  ],
  "one value, in groups": [
    "select s, count(distinct n), sum(distinct n) from big group by s",
    `
      project s#5, count, sum
        aggregate by s#5 = s#8: count = count(value), sum = sum(value)
          distinct by s#8 = s#2, value = n
            scan big (id, s#2, n, t)
    `,
  ],
  "two values": [
    "select count(distinct s), count(distinct n) from big",
    `
      project count#5, count#6
        aggregate: count#5 = count(distinct s), count#6 = count(distinct n)
          scan big (id, s, n, t)
    `,
  ],
  "rows counted beside": [
    "select count(distinct s), count(*) from big",
    `
      project count#5, count#6
        aggregate: count#5 = count(distinct s), count#6 = count(*)
          scan big (id, s, n, t)
    `,
  ],
  "a filter": [
    "select count(distinct s) filter (where n > 1) from big",
    `
      project count
        aggregate: count = count(distinct s) filter (where n > 1)
          scan big (id, s, n, t)
    `,
  ],
};

Deno.test("distinctByGrouping() makes groups of the values that aggregates are to see once", () => {
  checkRule((plan, _, statement) => distinctByGrouping(plan, new FreshColumns(statement)), CASES);
});
