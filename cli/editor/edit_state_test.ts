import assert from "node:assert/strict";
import { CUTS, type Edit, EDITS, insert } from "./edit_state.ts";

/** `|` marks the cursor. */
function state(marked: string): { text: string; cursor: number } {
  return { text: marked.replace("|", ""), cursor: marked.indexOf("|") };
}

const marked = ({ text, cursor }: { text: string; cursor: number }): string =>
  `${text.slice(0, cursor)}|${text.slice(cursor)}`;

const ALL: Readonly<Record<string, Edit>> = { ...EDITS, ...CUTS };

for (
  const [name, before, after] of [
    ["left", "ab|", "a|b"],
    ["left", "|ab", null],
    ["left", "👩‍👩‍👧|x", "|👩‍👩‍👧x"],
    ["right", "|éx", "é|x"],
    ["right", "ab|", null],
    ["wordLeft", "select a.b_c  |", "select a.|b_c  "],
    ["wordLeft", "größe|", "|größe"],
    ["wordRight", "a| , bc d", "a , bc| d"],
    ["lineStart", "a\nbc|", "a\n|bc"],
    ["lineStart", "|\nb", null],
    ["lineEnd", "a|b\nc", "ab|\nc"],
    ["textStart", "a\nb|", "|a\nb"],
    ["textEnd", "|a\nb", "a\nb|"],
    ["lineUp", "abc\nd|e", "a|bc\nde"],
    ["lineUp", "a\nbcd|", "a|\nbcd"],
    ["lineUp", "\n|a", "|\na"],
    ["lineUp", "a|\nb", null],
    ["lineDown", "ab|c\nde\nf", "abc\nde|\nf"],
    ["lineDown", "|a\n", "a\n|"],
    ["lineDown", "a\nb|", null],
    ["deleteBack", "a\n|b", "a|b"],
    ["deleteBack", "|a", null],
    ["deleteForward", "a|👍🏽b", "a|b"],
    ["transpose", "ab|c", "acb|"],
    ["transpose", "ab|", "ba|"],
    ["transpose", "|ab", null],
    ["cutWordBack", "select a.b |", "select |"],
    ["cutNameBack", "select a.b|", "select a.|"],
    ["cutWordForward", "a|  bc d", "a| d"],
    ["cutLineEnd", "a|b\nc", "a|\nc"],
    ["cutLineEnd", "a|\nc", "a|c"],
    ["cutLineStart", "x\nab|c", "x\n|c"],
    ["cutLineStart", "x\n|c", "x|c"],
  ] as const
) {
  Deno.test(`EDITS.${name} makes of ${JSON.stringify(before)} ${JSON.stringify(after)}`, () => {
    const result = ALL[name]!(state(before));
    assert.equal(result === null ? null : marked(result), after);
  });
}

Deno.test("insert() puts text at the cursor and moves it behind", () => {
  assert.equal(marked(insert(state("a|c"), "b\n")), "ab\n|c");
});
