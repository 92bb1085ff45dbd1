import { checkRule } from "../../../../../tests/plans/rule_trees.ts";
import { foldConstants } from "./fold_constants.ts";

const CASES: Readonly<Record<string, readonly [sql: string, tree: string]>> = {
  "arithmetic of constants": [
    "select id from big where n > 1 + 2 * 3",
    `
      project id
        filter n > 7
          scan big (id, s, n, t)
    `,
  ],
  "functions of constants": [
    "select id from big where t = lower('A' || 'B')",
    `
      project id
        filter t = 'ab'
          scan big (id, s, n, t)
    `,
  ],
  "a condition that holds": [
    "select id from big where 1 = 1 and n > 0",
    `
      project id
        filter n > 0
          scan big (id, s, n, t)
    `,
  ],
  "a condition that fails": [
    "select id from big where n > 0 and 1 = 2",
    `
      project id
        values (id, s, n, t)
    `,
  ],
  "an alternative that holds": [
    "select id from big where n > 0 or 1 = 1",
    `
      project id
        scan big (id, s, n, t)
    `,
  ],
  "what fails stays for the run": [
    "select abs(-9223372036854775808) from small",
    `
      project abs = abs(-9223372036854775808)
        scan small (k, name, g)
    `,
  ],
};

Deno.test("foldConstants() computes what is constant and drops what always or never holds", () => {
  checkRule(foldConstants, CASES);
});
