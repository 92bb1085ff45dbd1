import assert from "node:assert/strict";
import { boundStatement } from "../../../../tests/plans/rule_trees.ts";
import type { ExactValue } from "../../../types/mod.ts";
import { evaluate } from "./evaluate.ts";

/** Values of expressions over `n` = 7. */
const VALUES: Readonly<Record<string, ExactValue | undefined>> = {
  "n + 1": 8n,
  "n / 2.0": 3.5,
  "-n": -7n,
  "~n": -8n,
  "n = 7 and n < 5": 0n,
  "n = 7 or null": 1n,
  "n = 8 or null": null,
  "not (n = 7)": 0n,
  "(n = 7) is true": 1n,
  "n is null": 0n,
  "n in (1, null)": null,
  "n not in (1, 2)": 1n,
  "'7' = n": 1n,
  "'abc' like 'A%'": 1n,
  "'abc' not glob 'A*'": 1n,
  "case when n > 8 then 'a' when n > 6 then 'b' end": "b",
  "cast(n as text)": "7",
  "upper('a' || n)": "A7",
  "null is null": 1n,
  "n is not null": 1n,
  "abs(-9223372036854775808)": undefined,
  "no_such_function(n)": undefined,
};

Deno.test("evaluate() computes what SQLite would", () => {
  for (const [expression, wanted] of Object.entries(VALUES)) {
    const { root } = boundStatement(`select ${expression} from big`);
    const output = root.kind === "project" ? root.outputs[0]! : assert.fail();
    assert.deepEqual(evaluate(output.expr, () => 7n), wanted, expression);
  }
});
