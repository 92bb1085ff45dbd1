import assert from "node:assert/strict";
import { isComplete } from "./is_complete.ts";

for (
  const [text, typed, pasted] of [
    ["select 1;", true, true],
    ["select 1", false, false],
    ["select\n1;", true, true],
    ["select\n1", false, false],
    ["select 1;\n-- trailing", true, false],
    ["select 1; -- a\n/* b */\n", true, false],
    ["select ';\n'", false, false],
    ["select 1;\nselect 2", false, false],
    ["create trigger t after insert on a begin select 1;\nend", false, false],
    [".tables", true, true],
    ["", true, true],
  ] as const
) {
  Deno.test(`isComplete() ends ${JSON.stringify(text)} when it should`, () => {
    assert.equal(isComplete(text, false), typed, "typed");
    assert.equal(isComplete(text, true), pasted, "pasted");
  });
}
