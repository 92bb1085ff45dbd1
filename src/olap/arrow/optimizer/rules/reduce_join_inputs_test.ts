import type { PlanStatement } from "../../plan/plan.ts";
import { checkStatementRule, STATISTICS } from "../../../../../tests/plans/rule_trees.ts";
import { Estimator } from "../estimate.ts";
import { FreshColumns } from "../fresh_columns.ts";
import { orderJoins } from "./order_joins.ts";
import { pruneColumns } from "./prune_columns.ts";
import { pushPredicates } from "./push_predicates.ts";
import { ReduceJoinInputs } from "./reduce_join_inputs.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "what a semi join holds": [
    "select k from small where g = 1 and exists (select 1 from big where s = k and n > 5)",
    `
      with shared #1 (k#8)
        project k#8
          filter g = 1
            scan small (k#8, g)
      semi join on s = k#1
        read #1 (k#1)
        semi join on s = k#11
          filter n > 5
            scan big (s, n)
          read #1 (k#11)
    `,
  ],
  "what an aggregate groups": [
    "select b.id from big b join small on b.s = k where g = 1 and b.n > (select avg(n) from big where s = k)",
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
                scan big (s#9, n#10)
                read #1 (k#17)
            read #1 (k#5)
    `,
  ],
  "not for many rows on the other side": [
    "select b.id from big b where exists (select 1 from big x where x.s = b.s)",
    `
      project id
        semi join on s#6 = s#2
          scan big (id, s#2)
          scan big (s#6)
    `,
  ],
  "not where rows only stream past": [
    "select id from big join small on s = k where g = 1",
    `
      project id
        inner join on k = s
          scan big (id, s)
          filter g = 1
            scan small (k, g)
    `,
  ],
};

function reduced(statement: PlanStatement): PlanStatement {
  const estimator = new Estimator(STATISTICS);
  const reduction = new ReduceJoinInputs(estimator, new FreshColumns(statement));
  const root = reduction.rewrite(orderJoins(pushPredicates(statement.root), estimator));
  return pruneColumns({ ...statement, ctes: reduction.ctes, root });
}

Deno.test("ReduceJoinInputs.rewrite() drops what no row of the other side can meet", () => {
  checkStatementRule(reduced, CASES);
});
