import assert from "node:assert/strict";
import { checkPage, lintProblems, pathsNamed } from "./check_docs.ts";

Deno.test("pathsNamed() finds paths in backticks and relative links, not web links", () => {
  const text = "see `src/sql/mod.ts` and [map](src/README.md), not [that](https://example.org/x) or `select 1`";
  assert.deepEqual(pathsNamed(text), ["src/sql/mod.ts", "src/README.md"]);
});

Deno.test("checkPage() reports a missing file and a cited line", () => {
  const root = new URL("..", import.meta.url).pathname;
  assert.deepEqual(checkPage(root, "README.md", "`scripts/check_docs.ts`"), []);
  assert.equal(checkPage(root, "README.md", "`src/no_such_file.ts` and `mod.ts:12`").length, 2);
});

Deno.test("lintProblems() tells what is undocumented and where, once each", () => {
  const output = [
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation",
    "  --> /rhei/src/sync/verify.ts:31:12",
    "   | ",
    "31 |   readonly equal: boolean;",
    "   |            ^",
    "",
    "",
    "error: Found 1 documentation lint error.",
  ].join("\n");
  const what = "exported symbol is missing JSDoc documentation";
  assert.deepEqual(lintProblems(output), [`/rhei/src/sync/verify.ts: ${what}: readonly equal: boolean;`]);
});
