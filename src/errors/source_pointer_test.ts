import assert from "node:assert/strict";
import { lineAndColumn, renderCaret } from "./source_pointer.ts";

const long = `select ${"a, ".repeat(60)}oops, ${"b, ".repeat(60)}c from t`;
const at = long.indexOf("oops");

const CASES = [
  {
    name: "the line pointed at",
    pointer: { text: "select a\nfrom ordes\nwhere 1", start: 14, end: 19 },
    columnsMax: undefined,
    shown: "line 2: from ordes\n             ^^^^^",
  },
  {
    name: "a line of a script by its number in the file",
    pointer: { text: "selct 1", start: 0, end: 5, firstLine: 40 },
    columnsMax: undefined,
    shown: "line 40: selct 1\n         ^^^^^",
  },
  {
    name: "the end of an incomplete text",
    pointer: { text: "select", start: 6, end: 7 },
    columnsMax: undefined,
    shown: "line 1: select\n              ^",
  },
  {
    name: "a tab as one space",
    pointer: { text: "\tselect x", start: 8, end: 9 },
    columnsMax: undefined,
    shown: "line 1:  select x\n                ^",
  },
] as const;

for (const { name, pointer, columnsMax, shown } of CASES) {
  Deno.test(`renderCaret() shows ${name}`, () => assert.equal(renderCaret(pointer, columnsMax), shown));
}

for (const columnsMax of [30, 60, 80, 120]) {
  Deno.test(`renderCaret() keeps a long line within ${columnsMax} columns, the carets under the span`, () => {
    const [line = "", carets = ""] = renderCaret({ text: long, start: at, end: at + 4 }, columnsMax).split("\n");
    assert.ok(line.length <= columnsMax, `${line.length} columns`);
    assert.equal(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1), "oops");
  });
}

Deno.test("renderCaret() shows the head of a long line that fails early and the tail of one that fails late", () => {
  const [early = ""] = renderCaret({ text: long, start: 0, end: 6 }, 60).split("\n");
  assert.match(early, /^line 1: select .*…$/);
  const [late = "", carets = ""] = renderCaret({ text: long, start: long.length - 1, end: long.length }, 60).split(
    "\n",
  );
  assert.match(late, /^line 1: ….* from t$/);
  assert.equal(late.slice(carets.indexOf("^")), "t");
});

Deno.test("lineAndColumn() counts from one", () => {
  assert.deepEqual(lineAndColumn({ text: "a\nbc", start: 3, end: 4 }), { line: 2, column: 2 });
});
