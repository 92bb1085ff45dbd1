import { checkStatementRule, STATISTICS } from "../../../../../tests/plans/rule_trees.ts";
import type { PlanStatement } from "../../plan/plan.ts";
import { Estimator } from "../estimate.ts";
import { FreshColumns } from "../fresh_columns.ts";
import { orderJoins } from "./order_joins.ts";
import { pruneColumns } from "./prune_columns.ts";
import { pushPredicates } from "./push_predicates.ts";
import { ReduceJoinInputs } from "./reduce_join_inputs.ts";
import { reuseReductions } from "./reuse_reductions.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "the table that a subquery's semi join has cut down": [
    "select b.id from big b join small on b.s = k where g = 1 and b.n > (select avg(n) from big where s = k)",
    `
      with shared #1 (k#14)
        project k#14
          filter g = 1
            scan small (k#14, g)
      project id
        inner join on k#5 = s#2 and n#3 > avg
          semi join on s#2 = k#20
            scan big (id, s#2, n#3)
            read #1 (k#20)
          inner join on s#13 = k#5
            aggregate by s#13 = s#9: avg = avg(n#10)
              semi join on s#9 = k#17
                scan big (s#9, n#10)
                read #1 (k#17)
            read #1 (k#5)
    `,
  ],
  "not with another condition on the table": [
    "select b.id from big b join small on b.s = k where g = 1 and b.n > (select avg(n) from big where s = k and n > 5)",
    `
      with shared #1 (k#14)
        project k#14
          filter g = 1
            scan small (k#14, g)
      project id
        inner join on k#5 = s#2 and n#3 > avg
          scan big (id, s#2, n#3)
          inner join on s#13 = k#5
            aggregate by s#13 = s#9: avg = avg(n#10)
              semi join on s#9 = k#17
                filter n#10 > 5
                  scan big (s#9, n#10)
                read #1 (k#17)
            read #1 (k#5)
    `,
  ],
  "not by another column": [
    "select b.id from big b join small on b.n = k where g = 1 and b.s > (select avg(n) from big where s = k)",
    `
      with shared #1 (k#14)
        project k#14
          filter g = 1
            scan small (k#14, g)
      project id
        inner join on k#5 = n#3 and s#2 > avg
          scan big (id, s#2, n#3)
          inner join on s#13 = k#5
            aggregate by s#13 = s#9: avg = avg(n#10)
              semi join on s#9 = k#17
                scan big (s#9, n#10)
                read #1 (k#17)
            read #1 (k#5)
    `,
  ],
};

function rule(bound: PlanStatement): PlanStatement {
  const estimator = new Estimator(STATISTICS);
  const fresh = new FreshColumns(bound);
  const reduction = new ReduceJoinInputs(estimator, fresh);
  const root = reduction.rewrite(orderJoins(pushPredicates(bound.root), estimator));
  return pruneColumns(reuseReductions({ ...bound, ctes: reduction.ctes, root }, STATISTICS, fresh));
}

for (const [name, each] of Object.entries(CASES)) {
  Deno.test(`reuseReductions(): ${name}`, () => checkStatementRule(rule, { [name]: each }));
}
