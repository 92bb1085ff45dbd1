import { checkStatementRule, STATISTICS } from "../../../../../tests/plans/rule_trees.ts";
import type { PlanStatement } from "../../plan/plan.ts";
import { FreshColumns } from "../fresh_columns.ts";
import { pruneColumns } from "./prune_columns.ts";
import { pushPredicates } from "./push_predicates.ts";
import { shareRepeated } from "./share_repeated.ts";

const FEW = "from big join small on s = k where g = 1 and n < 5";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "a join of two queries": [
    `select id from (select id, n ${FEW}) where n > (select avg(n) ${FEW})`,
    `
      with shared #1 (id#16, n#18)
        project id#16, n#18
          inner join on s = k
            filter n#18 < 5
              scan big (id#16, s, n#18)
            filter g = 1
              scan small (k, g)
      project id#1
        inner join on n#3 > avg
          read #1 (id#1, n#3)
          aggregate: avg = avg(n#10)
            read #1 (n#10)
    `,
  ],
  "a group within what is shared and alone": [
    `select (select count(*) from (select s, count(*) as c ${FEW} group by s)), (select max(c) from (select s, count(*) as c ${FEW} group by s)),
      (select sum(n) ${FEW})`,
    `
      with shared #2 (s#39, n#40)
        project s#39, n#40
          inner join on s#39 = k
            filter n#40 < 5
              scan big (s#39, n#40)
            filter g = 1
              scan small (k, g)
      with shared #1 (count#37)
        project count#37
          aggregate by s#36 = s#30: count#37 = count(*)
            read #2 (s#30)
      inner join
        inner join
          inner join
            one row
            aggregate: count#10 = count(*)
              read #1 ()
          aggregate: max = max(count#19)
            read #1 (count#19)
        aggregate: sum = sum(n#23)
          read #2 (n#23)
    `,
  ],
  "not where a constant or its type is another one": [
    `select (select count(*) from big join small on s = k where g = 1), (select count(*) from big join small on s = k where g = 1.0),
      (select count(*) from big join small on s = k where g = '1')`,
    `
      inner join
        inner join
          inner join
            one row
            aggregate: count#8 = count(*)
              inner join on s#2 = k#5
                scan big (s#2)
                filter g#7 = 1
                  scan small (k#5, g#7)
          aggregate: count#16 = count(*)
            inner join on s#10 = k#13
              scan big (s#10)
              filter g#15 = 1.0
                scan small (k#13, g#15)
        aggregate: count#24 = count(*)
          inner join on s#18 = k#21
            scan big (s#18)
            filter g#23 = '1'
              scan small (k#21, g#23)
    `,
  ],
  "not where many rows would be kept": [
    "select id from (select id, n from big join small on s = k) where n > (select avg(n) from big join small on s = k)",
    `
      project id
        inner join on n#3 > avg
          project id, n#3
            inner join on s#2 = k#5
              scan big (id, s#2, n#3)
              scan small (k#5)
          aggregate: avg = avg(n#10)
            inner join on s#9 = k#12
              scan big (s#9, n#10)
              scan small (k#12)
    `,
  ],
  "not what reads the row of an enclosing query": [
    "select id from big where exists (select 1 from small where k = s and g = n) or exists (select 1 from small where k = s and g = n)",
    `
      project id
        filter exists#8 or exists#12
          mark join on k#9 = s and g#11 = n -> exists#12
            mark join on k#5 = s and g#7 = n -> exists#8
              scan big (id, s, n)
              scan small (k#5, g#7)
            scan small (k#9, g#11)
    `,
  ],
};

function rule(bound: PlanStatement): PlanStatement {
  const statement = {
    ...bound,
    ctes: bound.ctes.map((cte) => (cte.kind === "plain" ? { ...cte, plan: pushPredicates(cte.plan) } : cte)),
    root: pushPredicates(bound.root),
  };
  return pruneColumns(shareRepeated(statement, STATISTICS, new FreshColumns(statement)));
}

for (const [name, each] of Object.entries(CASES)) {
  Deno.test(`shareRepeated(): ${name}`, () => checkStatementRule(rule, { [name]: each }));
}
