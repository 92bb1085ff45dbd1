import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { orderJoins } from "./order_joins.ts";
import { pushPredicates } from "./push_predicates.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "the small side is held": [
    "select id from small, big where s = k",
    `
      project id
        inner join on s = k
          scan big (id, s, n, t)
          scan small (k, name, g)
    `,
  ],
  "the most selective join first": [
    "select b.id from big b, small x, small y where b.s = x.k and b.n = y.k and y.name = 'a'",
    `
      project id
        inner join on s = k#5
          inner join on k#8 = n
            scan big (id, s, n, t)
            filter name#9 = 'a'
              scan small (k#8, name#9, g#10)
          scan small (k#5, name#6, g#7)
    `,
  ],
  "a constant goes along equal columns": [
    "select id from big, small where s = k and s = 5",
    `
      project id
        inner join on k = s
          filter s = 5
            scan big (id, s, n, t)
          filter k = 5
            scan small (k, name, g)
    `,
  ],
  "alternatives filter each side": [
    "select id from big, small where s = k and ((n = 1 and g = 2) or (n = 2 and g = 1))",
    `
      project id
        inner join on k = s and ((n = 1 and g = 2) or (n = 2 and g = 1))
          filter n = 1 or n = 2
            scan big (id, s, n, t)
          filter g = 2 or g = 1
            scan small (k, name, g)
    `,
  ],
  "a semi join where it cuts": [
    "select b.id from big b, small x where b.s = x.k and b.n in (select k from small where name = 'a')",
    `
      project id
        inner join on s = k#5
          semi join on n = k#8
            scan big (id, s, n, t)
            project k#8
              filter name#9 = 'a'
                scan small (k#8, name#9, g#10)
          scan small (k#5, name#6, g#7)
    `,
  ],
  "a product of what nothing ties": [
    "select id from big, small",
    `
      project id
        inner join
          scan big (id, s, n, t)
          scan small (k, name, g)
    `,
  ],
  "a value beside all rows": [
    "select id from big where n > (select max(g) from small)",
    `
      project id
        inner join on n > max
          scan big (id, s, n, t)
          project max
            aggregate: max = max(g)
              scan small (k, name, g)
    `,
  ],
};

Deno.test("orderJoins() streams the larger side past the smaller", () => {
  checkRule((plan, estimator) => orderJoins(pushPredicates(plan), estimator), CASES);
});
