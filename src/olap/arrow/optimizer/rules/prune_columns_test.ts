import { checkStatementRule } from "../../../../../tests/plans/rule_trees.ts";
import { pruneColumns } from "./prune_columns.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "columns nobody reads": [
    "select id from big where n = 1",
    `
      project id
        filter n = 1
          scan big (id, n)
    `,
  ],
  "no column at all": [
    "select count(*) from big",
    `
      aggregate: count = count(*)
        scan big ()
    `,
  ],
  "projections that change nothing": [
    "select id from (select id, n from (select * from big))",
    `
      scan big (id)
    `,
  ],
  "aggregates nobody reads": [
    "select s from (select s, count(*), max(n) from big group by s)",
    `
      distinct by s#5 = s#2
        scan big (s#2)
    `,
  ],
  "an aggregate that only says there is a row": [
    "select 1 from (select max(n) from big)",
    `
      project value = 1
        aggregate: max = max(n)
          scan big (n)
    `,
  ],
  "windows nobody reads": [
    "select id from (select id, rank() over (order by n) from big)",
    `
      scan big (id)
    `,
  ],
  "arms of UNION ALL": [
    "select a from (select id as a, n as b from big union all select k, g from small)",
    `
      union all (id#8)
        scan big (id#1)
        scan small (k)
    `,
  ],
  "not arms of UNION": [
    "select a from (select id as a, n as b from big union select k, g from small)",
    `
      project id#8
        union (id#8, n#9)
          scan big (id#1, n#3)
          scan small (k, g)
    `,
  ],
  "common tables by what all readers need": [
    "with w as (select id, n, s from big) select p.id, q.n from w p join w q on p.id = q.id",
    `
      with w #1 (id#1, n#3)
        scan big (id#1, n#3)
      project id#5, n#9
        inner join on id#5 = id#8
          read #1 (id#5)
          read #1 (id#8, n#9)
    `,
  ],
};

Deno.test("pruneColumns() leaves what is read", () => {
  checkStatementRule(pruneColumns, CASES);
});
