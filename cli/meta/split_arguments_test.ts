import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { scanArguments, splitArguments } from "./split_arguments.ts";

Deno.test("splitArguments() separates words and keeps quoted ones whole", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["  a  b\t", ["a", "b"]],
    ["'a b' c", ["a b", "c"]],
    ['"it\'s" x', ["it's", "x"]],
    ["'it''s'", ["it's"]],
    ["C:\\data\\a.csv t", ["C:\\data\\a.csv", "t"]],
    ["it's", ["it's"]],
    ["''", [""]],
    ["häuser.csv 表", ["häuser.csv", "表"]],
  ];
  for (const [line, expected] of cases) assert.deepEqual(splitArguments(line).map((word) => word.value), expected);
});

Deno.test("splitArguments() says where a word stands, quotes included", () => {
  assert.deepEqual(splitArguments(" 'a b' c"), [
    { value: "a b", start: 1, end: 6, open: false },
    { value: "c", start: 7, end: 8, open: false },
  ]);
});

Deno.test("splitArguments() refuses a quote that is not closed", () => {
  assert.throws(() => splitArguments("a 'b"), (error) => error instanceof RheiError && /quote '/.test(error.message));
});

Deno.test("scanArguments() takes the rest of the line for a quote that is not closed", () => {
  assert.deepEqual(scanArguments("a 'b c"), [
    { value: "a", start: 0, end: 1, open: false },
    { value: "b c", start: 2, end: 6, open: true },
  ]);
});
