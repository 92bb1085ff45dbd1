import assert from "node:assert/strict";
import type { ExactValue } from "../../../types/mod.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { keyText, ValueKeys } from "./value_keys.ts";

const EDGES: readonly ExactValue[] = [
  ...[
    0n,
    1n,
    -1n,
    1n << 32n,
    (1n << 32n) + 1n,
    -(1n << 32n),
    (1n << 63n) - 1n,
    -(1n << 63n),
    1n << 53n,
    (1n << 53n) + 1n,
  ],
  ...[0, -0, 1, 1.5, -1, 2 ** 32, 2 ** 53, 2 ** 63, -(2 ** 63), 1e300, Infinity, -Infinity],
  ...["1", "", "1.5", "n1"],
  new Uint8Array([1]),
  new Uint8Array([49]),
];

Deno.test("ValueKeys.intern() gives one code to values that compare as equal, and to no others", () => {
  const keys = new ValueKeys(new MemoryBudget(2 ** 30));
  for (const a of EDGES) {
    for (const b of EDGES) {
      assert.equal(keys.intern(a) === keys.intern(b), keyText(a) === keyText(b), `${a} and ${b}`);
    }
  }
});

Deno.test("ValueKeys.find() knows what was interned, however many, and nothing else", () => {
  const keys = new ValueKeys(new MemoryBudget(2 ** 30));
  const values = Array.from({ length: 5_000 }, (_, n) => BigInt.asIntN(64, BigInt(n) * 0x9e3779b97f4a7c15n));
  const codes = values.map((value) => keys.intern(value));
  assert.equal(new Set(codes).size, values.length);
  assert.deepEqual(values.map((value) => keys.find(value)), codes);
  assert.equal(keys.find(0), codes[0], "0.0 is equal to 0");
  for (const absent of [12_345n, 12_345, 0.5, "x"]) assert.ok(keys.find(absent) < 0, String(absent));
});
