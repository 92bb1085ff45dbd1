import assert from "node:assert/strict";
import type { ExactValue } from "../../../types/mod.ts";
import { collationKey, compareValues, sortCompare } from "./compare.ts";
import { Oracle, TEXTS, VALUES } from "./libsql_oracle_test.ts";

const NEAR = TEXTS.concat(
  "abC",
  "abc  ",
  "ABCABC",
  "É ",
  "é ",
  "k",
  "K",
  "a🎉",
  "a\uffff",
  "a\u{10ffff}",
  "[",
  "{",
  "Z",
  "z",
);

for (const collation of ["BINARY", "NOCASE", "RTRIM"]) {
  Deno.test(`compareValues() orders as libSQL does by ${collation}`, () => {
    const oracle = new Oracle();
    const kernel = (a: ExactValue, b: ExactValue) => {
      if (a === null || b === null) return null;
      const order = compareValues(a, b, collation);
      assert.equal(Math.sign(compareValues(b, a, collation)) + Math.sign(order), 0);
      return BigInt(Math.sign(order));
    };
    const expression = `case when a.v < b.v collate ${collation} then -1 when a.v = b.v collate ${collation} then 0
      when a.v > b.v collate ${collation} then 1 end`;
    oracle.compare(expression, [VALUES, VALUES], kernel as (...args: ExactValue[]) => ExactValue);
    oracle.compare(expression, [NEAR, NEAR], kernel as (...args: ExactValue[]) => ExactValue);
    oracle.compare(`a.v = b.v collate ${collation}`, [NEAR, NEAR], (a, b) => {
      return BigInt(collationKey(a as string, collation) === collationKey(b as string, collation));
    });
    oracle.close();
  });
}

Deno.test("sortCompare() puts NULLs where they are wanted", () => {
  const values: ExactValue[] = [2n, null, "a", 1.5];
  const sorted = (descending: boolean, nullsFirst: boolean) =>
    values.toSorted((a, b) => sortCompare(a, b, "BINARY", descending, nullsFirst));
  assert.deepEqual(sorted(false, true), [null, 1.5, 2n, "a"]);
  assert.deepEqual(sorted(false, false), [1.5, 2n, "a", null]);
  assert.deepEqual(sorted(true, true), [null, "a", 2n, 1.5]);
  assert.deepEqual(sorted(true, false), ["a", 2n, 1.5, null]);
});
