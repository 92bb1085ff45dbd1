import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { reduceGroupKeys } from "./reduce_group_keys.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "columns of a table whose key is there": [
    "select id, t, count(*) from big group by t, id",
    `
      project id#6, t#5, count
        aggregate by id#6 = id#1: t#5 = any(t#4), count = count(*)
          scan big (id#1, s, n, t#4)
    `,
  ],
  "columns an equality determines": [
    "select s, name, count(*) from big join small on s = k group by name, s",
    `
      project s#9, name#8, count
        aggregate by s#9 = s#2: name#8 = any(name#6), count = count(*)
          inner join on s#2 = k
            scan big (id, s#2, n, t)
            scan small (k, name#6, g)
    `,
  ],
  "no key among them": [
    "select n, t, count(*) from big group by n, t",
    `
      project n#5, t#6, count
        aggregate by n#5 = n#3, t#6 = t#4: count = count(*)
          scan big (id, s, n#3, t#4)
    `,
  ],
  "rows a left join fills": [
    "select k, name, count(*) from big left join small on s = k group by k, name",
    `
      project k#8, name#9, count
        aggregate by k#8 = k#5: name#9 = any(name#6), count = count(*)
          left join on s = k#5
            scan big (id, s, n, t)
            scan small (k#5, name#6, g)
    `,
  ],
};

Deno.test("reduceGroupKeys() groups by keys that others do not determine", () => {
  checkRule(reduceGroupKeys, CASES);
});
