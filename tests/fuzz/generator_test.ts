import assert from "node:assert/strict";
import { render, shrinkSteps } from "./fragment.ts";
import { Random } from "./random.ts";
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
