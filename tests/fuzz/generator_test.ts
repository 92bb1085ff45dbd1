import assert from "node:assert/strict";
import { expr, list, optional, query, render, shrinkSteps } from "./fragment.ts";
import { Random } from "./random.ts";
import { restyle } from "./restyle.ts";
import { FuzzSession } from "./session.ts";
import { literalOf } from "./values.ts";

function statements(seed: number, count: number): string[] {
  const session = new FuzzSession(new Random(seed));
  return [...session.setup, ...Array.from({ length: count }, () => render(session.nextQuery().fragment).sql)];
}

Deno.test("Random repeats its sequence for a seed and differs between seeds", () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.notDeepEqual(draw(7), draw(7 + 2 ** 32));
});

Deno.test("Random.int() stays within its bounds and reaches both", () => {
  const random = new Random(1);
  const seen = new Set(Array.from({ length: 200 }, () => random.int(-1, 2)));
  assert.deepEqual([...seen].sort((a, b) => a - b), [-1, 0, 1, 2]);
});

Deno.test("FuzzSession generates the same database and statements again", () => {
  assert.deepEqual(statements(42, 50), statements(42, 50));
  assert.notDeepEqual(statements(42, 5), statements(43, 5));
});

Deno.test("literalOf() writes values that keep their storage class", () => {
  const cases: readonly (readonly [Parameters<typeof literalOf>[0], string])[] = [
    [null, "null"],
    [1n, "1"],
    [1, "1.0"],
    [-0, "-0.0"],
    [1e21, "1.0e+21"],
    [Infinity, "9e999"],
    ["it's", "'it''s'"],
    [Uint8Array.of(0, 255), "x'00ff'"],
  ];
  for (const [value, sql] of cases) assert.equal(literalOf(value), sql);
});

Deno.test("shrinkSteps() offers smaller variants of a statement, constants and dropped clauses among them", () => {
  const session = new FuzzSession(new Random(3));
  const { fragment } = session.nextQuery();
  const variants = [...shrinkSteps(fragment)].map((variant) => render(variant).sql);
  assert.ok(variants.length > 3);
  assert.ok(variants.some((sql) => sql.length < render(fragment).sql.length));
});

Deno.test("shrinkSteps() keeps columns and clauses of the outermost query when its shape matters", () => {
  const fragment = query`select ${list([expr`a`, expr`b + ${expr`c`}`])} from t${optional` where a`} order by 1`;
  const shaped = [...shrinkSteps(fragment, true)].map((variant) => render(variant).sql);
  assert.ok(shaped.includes("select a, c from t where a order by 1"));
  assert.ok(shaped.includes("select a, b + c from t order by 1"));
  assert.ok(shaped.every((sql) => sql.includes(", ")));
  assert.ok([...shrinkSteps(fragment)].some((variant) => render(variant).sql === "select a from t where a order by 1"));
});

Deno.test("render() writes parameters in each style and collects their values in order", () => {
  const fragment = expr`${{ kind: "parameter", value: 7n }} + ${{ kind: "parameter", value: "x" }}`;
  assert.deepEqual(render(fragment), { sql: "? + ?", params: [7n, "x"] });
  assert.deepEqual(render(fragment, "numbered"), { sql: "?1 + ?2", params: [7n, "x"] });
  assert.deepEqual(render(fragment, "named"), { sql: ":p1 + :p2", params: { p1: 7n, p2: "x" } });
});

Deno.test("restyle() changes letter case, white space and comments, and nothing else", () => {
  const sql = "select a, 'It''s  a' as \"two words\", x'00ff', :p1, 1.5e-7, `b c` from t where [d e] = ?1 and f > 0x1F";
  assert.equal(restyle(sql, 0), sql);
  const tidy = (text: string): string =>
    text.replaceAll("/* note */", " ").replaceAll("-- note", " ").replace(/\s+/g, " ").toLowerCase();
  const hands = Array.from({ length: 50 }, (_, i) => restyle(sql, i + 1));
  assert.ok(new Set(hands).size > 25);
  for (const hand of hands) {
    assert.equal(tidy(hand), tidy(sql));
    for (const literal of ["'It''s  a'", '"two words"', "x'00ff'", ":p1", "`b c`", "[d e]"]) {
      assert.ok(hand.includes(literal));
    }
  }
});
