import assert from "node:assert/strict";
import { paletteFor } from "../render/mod.ts";
import { highlightSql } from "./highlight_sql.ts";

const palette = paletteFor({ TERM: "xterm-256color" });
const NAMES = new Map(
  Object.entries(palette).flatMap(([name, style]) => typeof style === "string" ? [[style, name] as const] : []),
);

/** Each coloured stretch with what it is. Function and parameter share a colour. */
function coloured(text: string): string[] {
  return highlightSql(text, palette).map(({ start, end, style }) => `${NAMES.get(style)}:${text.slice(start, end)}`);
}

for (
  const [text, expected] of [
    ["select 1 from t", ["keyword:select", "number:1", "keyword:from"]],
    ["sum(x) = 'a b'", ["parameter:sum", "string:'a b'"]],
    ["where id in (:id)", ["keyword:where", "keyword:in", "parameter::id"]],
    ["-- note\n1 /* two */", ["comment:-- note", "number:1", "comment:/* two */"]],
    ["1 /* open", ["number:1", "comment:/* open"]],
    ["'open string", ["string:'open string"]],
    ["x'0f' 1.5e3", ["string:x'0f'", "number:1.5e3"]],
    ["cast(x as int)", ["parameter:cast", "keyword:as"]],
    ["  .mode csv", ["keyword:.mode"]],
    ["12abc", ["illegal:12abc"]],
  ] as const
) {
  Deno.test(`highlightSql() colours ${JSON.stringify(text)}`, () => assert.deepEqual(coloured(text), expected));
}

Deno.test("highlightSql() leaves a pasted dump alone", () => {
  assert.deepEqual(highlightSql("select 1;".repeat(10_000), palette), []);
});
