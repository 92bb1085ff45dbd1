import assert from "node:assert/strict";
import { countsOf } from "./ok.ts";

const CASES = [
  { name: "a green run", output: "x ... ok\n\nok | 14 passed | 0 failed (125ms)\n", counts: { passed: 14, failed: 0 } },
  {
    name: "a coloured run",
    output: "\x1b[31mFAILED\x1b[0m | 3 passed (2 steps) | 1 failed (9s)",
    counts: { passed: 3, failed: 1 },
  },
  { name: "no summary", output: "error: Module not found", counts: null },
];

for (const { name, output, counts } of CASES) {
  Deno.test(`countsOf() reads ${name}`, () => assert.deepEqual(countsOf(output), counts));
}
