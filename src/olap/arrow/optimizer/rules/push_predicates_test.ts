import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { pushPredicates } from "./push_predicates.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "into both sides of a join": [
    "select id from big, small where s = k and n = 1 and g = 2",
    `
      project id
        inner join on s = k
          filter n = 1
            scan big (id, s, n, t)
          filter g = 2
            scan small (k, name, g)
    `,
  ],
  "below a left join, its left side's": [
    "select id from big left join small on s = k where n = 1",
    `
      project id
        left join on s = k
          filter n = 1
            scan big (id, s, n, t)
          scan small (k, name, g)
    `,
  ],
  "a left join whose filled rows are dropped": [
    "select id from big left join small on s = k where g = 2",
    `
      project id
        inner join on s = k
          scan big (id, s, n, t)
          filter g = 2
            scan small (k, name, g)
    `,
  ],
  "a left join whose filled rows are wanted": [
    "select id from big left join small on s = k where g is null",
    `
      project id
        filter g is null
          left join on s = k
            scan big (id, s, n, t)
            scan small (k, name, g)
    `,
  ],
  "ON about the right side alone": [
    "select id from big left join small on s = k and g = 2 and n = 1",
    `
      project id
        left join on n = 1 and s = k
          scan big (id, s, n, t)
          filter g = 2
            scan small (k, name, g)
    `,
  ],
  "a full join that keeps its left side": [
    "select id from big full join small on s = k where n = 1",
    `
      project id
        left join on s = k
          filter n = 1
            scan big (id, s, n, t)
          scan small (k, name, g)
    `,
  ],
  "into a projection": [
    "select * from (select id, n + 1 as m from big) where m = 2",
    `
      project id, value
        project id, value = n + 1
          filter (n + 1) = 2
            scan big (id, s, n, t)
    `,
  ],
  "into groups by their keys": [
    "select * from (select s, count(*) as c from big group by s) where s = 2 and c > 1",
    `
      project s#5, count
        project s#5, count
          filter count > 1
            aggregate by s#5 = s#2: count = count(*)
              filter s#2 = 2
                scan big (id, s#2, n, t)
    `,
  ],
  "not below one group of all": [
    "select * from (select count(*) as c, 1 as one from big) where one = 2",
    `
      project count, value
        project count, value = 1
          filter 1 = 2
            aggregate: count = count(*)
              scan big (id, s, n, t)
    `,
  ],
  "into both arms": [
    "select * from (select id from big union all select k from small) where id = 2",
    `
      project id#8
        union all (id#8)
          project id#1
            filter id#1 = 2
              scan big (id#1, s, n, t)
          project k
            filter k = 2
              scan small (k, name, g)
    `,
  ],
  "below a window by what it partitions by": [
    "select * from (select s, n, rank() over (partition by s order by n) as r from big) where s = 1 and n = 2",
    `
      project s, n, rank
        project s, n, rank
          filter n = 2
            window rank = rank() over (partition by s order by n)
              filter s = 1
                scan big (id, s, n, t)
    `,
  ],
  "not below a cut": [
    "select * from (select id, n from big order by id limit 5) where n = 1",
    `
      project id, n
        filter n = 1
          sort by id, first 5
            project id, n
              scan big (id, s, n, t)
    `,
  ],
  "through a semi join": [
    "select * from (select id, n from big where s in (select k from small)) where n = 1",
    `
      project id, n
        project id, n
          semi join on s = k
            filter n = 1
              scan big (id, s, n, t)
            project k
              scan small (k, name, g)
    `,
  ],
  "alternatives that share a key": [
    "select id from big, small where (s = k and n = 1) or (s = k and g = 2)",
    `
      project id
        inner join on s = k and (n = 1 or g = 2)
          scan big (id, s, n, t)
          scan small (k, name, g)
    `,
  ],
};

Deno.test("pushPredicates() evaluates conditions where they mean the same", () => {
  checkRule(pushPredicates, CASES);
});
