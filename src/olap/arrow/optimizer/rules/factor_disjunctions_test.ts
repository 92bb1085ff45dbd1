import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { factorDisjunctions } from "./factor_disjunctions.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "what all alternatives share": [
    "select id from big where (n = 1 and s = 2) or (n = 1 and s = 3)",
    `
      project id
        filter n = 1 and (s = 2 or s = 3)
          scan big (id, s, n, t)
    `,
  ],
  "an alternative that says no more": [
    "select id from big where n = 1 or (n = 1 and s = 3)",
    `
      project id
        filter n = 1
          scan big (id, s, n, t)
    `,
  ],
  "nothing shared": [
    "select id from big where n = 1 or s = 3",
    `
      project id
        filter n = 1 or s = 3
          scan big (id, s, n, t)
    `,
  ],
};

Deno.test("factorDisjunctions() takes out what all alternatives share", () => {
  checkRule(factorDisjunctions, CASES);
});
