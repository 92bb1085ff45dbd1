import assert from "node:assert/strict";
import type { ExactValue } from "../types/mod.ts";
import { compareKeys, compareValues, sameValue } from "./compare_exact.ts";

Deno.test("compareValues() orders as SQLite does under BINARY", () => {
  const sorted: ExactValue[] = [
    ...[null, -Infinity, -(2n ** 63n), -1.5, -1n, 0n, 0.5, 1n, 2n ** 53n, 2n ** 53n + 1n, 1e300],
    ...["", "A", "a", "a\0", "ab", "\u00e9", "\ufffd", "\u{10000}", "\u{10ffff}"],
    ...[new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 1]), new Uint8Array([255])],
  ];
  for (const [i, a] of sorted.entries()) {
    for (const [j, b] of sorted.entries()) {
      assert.equal(Math.sign(compareValues(a, b)), Math.sign(i - j), `${String(a)} and ${String(b)}`);
    }
  }
  assert.equal(compareValues(1n, 1), 0);
  assert.ok(compareKeys([1n, "b"], [1n, "a"]) > 0);
  assert.equal(compareKeys([1n, "a"], [1n, "a"]), 0);
});

Deno.test("sameValue() tells storage classes and every bit apart", () => {
  const different: [ExactValue, ExactValue][] = [[1n, 1], [0, -0], ["1", 1n], [null, ""], ["a", new Uint8Array([97])]];
  for (const [a, b] of different) assert.ok(!sameValue(a, b), `${String(a)} and ${String(b)}`);
  const same: [ExactValue, ExactValue][] = [[1n, 1n], [-0, -0], [null, null], [
    new Uint8Array([1]),
    new Uint8Array([1]),
  ]];
  for (const [a, b] of same) assert.ok(sameValue(a, b), `${String(a)} and ${String(b)}`);
});
