import assert from "node:assert/strict";
import { isComplete } from "./is_complete.ts";
import { typedSteps } from "./typed_steps.ts";

Deno.test("typedSteps() takes words of other shells for dot commands where they stand alone", () => {
  const cases = [
    ["quit", [".quit"]],
    [" EXIT ;", [".exit"]],
    ["help\n", [".help"]],
    ["select 1; quit", ["select 1", "quit"]],
    ["help me;", ["help me"]],
  ] as const;
  for (const [text, steps] of cases) assert.deepEqual([...typedSteps(text)].map((step) => step.text), steps, text);
});

Deno.test("typedSteps() says that commands begin with a dot", () => {
  assert.throws(() => typedSteps("\\dt orders;"), /^RheiError: Cannot run "\\dt": commands begin with a dot here$/);
});

Deno.test("isComplete() waits for no semicolon behind commands of other shells", () => {
  for (const [text, complete] of [["exit", true], ["\\d", true], ["help me", false]] as const) {
    assert.equal(isComplete(text, false), complete, text);
  }
});
