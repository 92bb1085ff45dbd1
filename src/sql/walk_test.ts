import assert from "node:assert/strict";
import { parseSelect } from "./parse_select.ts";
import { forEachChild, type TreeNode, walk } from "./walk.ts";

const SQL = `with w(p) as (select p1 from a)
  select c1, f(c2, distinct_ order by c3) filter (where c4) over (partition by c5 order by c6 rows between 1 preceding and c7 following)
  from t join u on c8 = c9 join g(c10) left join (select c11) using (z)
  where c12 between c13 and c14 or c15 in (c16) or c17 in (select c18) or exists (select c19) or c20 like c21 escape c22
  group by c23 having c24 window n as (partition by c25 order by c26)
  union select case c27 when c28 then c29 else c30 end, cast(c31 as text) || (select c32) || -c33 collate x, (c34, c35), c36 isnull
  order by c37 limit c38 offset c39`;

function names(node: TreeNode): string[] {
  const found: string[] = [];
  walk(node, (inner) => {
    if (inner.kind === "column") found.push(inner.name.text);
  });
  return found;
}

Deno.test("walk() reaches every expression of a query in the order of the text", () => {
  const expected = ["p1", "c1", "c2", "distinct_", ...Array.from({ length: 37 }, (_, index) => `c${index + 3}`)];
  assert.deepEqual(names(parseSelect(SQL)), expected);
});

Deno.test("walk() leaves out what lies beneath a node when told so", () => {
  const found: string[] = [];
  walk(parseSelect("select a, (select b) + c"), (node) => {
    if (node.kind === "column") found.push(node.name.text);
    return node.kind !== "scalarQuery";
  });
  assert.deepEqual(found, ["a", "c"]);
});

Deno.test("forEachChild() visits only direct children", () => {
  const { body } = parseSelect("select 1 + 2 from t where 3");
  const kinds: string[] = [];
  forEachChild(body, (child) => kinds.push(child.kind));
  assert.deepEqual(kinds, ["binary", "table", "literal"]);
});
