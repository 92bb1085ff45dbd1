import assert from "node:assert/strict";
import { screenLayout } from "./screen_layout.ts";

const prompts = { first: "1> ", more: "  . " };

function laidOut(text: string, cursor: number, width = 10) {
  const { rows, cursorRow, cursorColumn } = screenLayout({ prompts, text, cursor, spans: [], width });
  return [rows, cursorRow, cursorColumn];
}

Deno.test("screenLayout() puts each line behind its prompt", () => {
  assert.deepEqual(laidOut("ab\nc", 4), [["1> ab", "  . c"], 1, 5]);
  assert.deepEqual(laidOut("", 0), [["1> "], 0, 3]);
  assert.deepEqual(laidOut("a\n", 2), [["1> a", "  . "], 1, 4]);
});

Deno.test("screenLayout() wraps long lines and keeps wide characters whole", () => {
  assert.deepEqual(laidOut("abcdefghij", 8), [["1> abcdefg", "hij"], 1, 1]);
  assert.deepEqual(laidOut("abcdef坂本", 6), [["1> abcdef", "坂本"], 1, 0]);
  assert.deepEqual(laidOut("abcdefg", 7), [["1> abcdefg", ""], 1, 0], "the cursor needs a row of its own");
});

Deno.test("screenLayout() shows tabs as spaces and control characters as pictures", () => {
  assert.deepEqual(laidOut("a\tb\x1b", 4, 20), [["1> a    b␛"], 0, 10]);
});

Deno.test("screenLayout() ends colours within each row", () => {
  const spans = [{ start: 1, end: 9, style: "1" }];
  const { rows } = screenLayout({ prompts, text: "abcdefghij", cursor: 0, spans, width: 10 });
  assert.deepEqual(rows, ["1> a\x1b[1mbcdefg\x1b[0m", "\x1b[1mhi\x1b[0mj"]);
});
