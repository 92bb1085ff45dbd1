import assert from "node:assert/strict";
import {
  boundsFromStatistics,
  boundsOfNumbers,
  type ColumnBounds,
  type ColumnRange,
  rangeFromStatistics,
  rangeOfIntegers,
  widestRange,
} from "./column_bounds.ts";

const CASES: Readonly<Record<string, ColumnBounds>> = {
  "[Min: 1, Max: 50][Has Null: false, Has No Null: true]": { least: 0, most: 64 },
  "[Min: 0.0, Max: 0.1][Has Null: false, Has No Null: true]": { least: 0, most: 0.125 },
  "[Min: -0.0, Max: 0.5]": { least: 0, most: 0.5 },
  "[Min: -3, Max: -2]": { least: -4, most: 0 },
  "[Min: 9007199254740993, Max: 9007199254740993]": { least: 0, most: 2 ** 54 },
  "[Min: -9223372036854775808, Max: 9223372036854775807]": { least: -(2 ** 63), most: 2 ** 63 },
  "[Min: 5e-324, Max: 1.7976931348623157e+308]": { least: 0, most: Infinity },
  "[Min: -inf, Max: inf]": { least: -Infinity, most: Infinity },
  "[Min: inf, Max: -inf][Has Null: true, Has No Null: false]": { least: 0, most: 0 },
  "[Min: 9223372036854775807, Max: -9223372036854775808]": { least: 0, most: 0 },
  "[Min: NULL, Max: NULL]": { least: 0, most: 0 },
  "[Min: nan, Max: nan]": { least: -Infinity, most: Infinity },
  "No statistics": { least: -Infinity, most: Infinity },
};

Deno.test("boundsFromStatistics() rounds outward to powers of two", () => {
  for (const [text, { least, most }] of Object.entries(CASES)) {
    const bounds = boundsFromStatistics(text);
    // Signed zeros apart.
    assert.ok(bounds.least === least && bounds.most === most, `${text}: ${JSON.stringify(bounds)}`);
  }
});

Deno.test("boundsOfNumbers() gives the bounds that statistics of the same numbers give", () => {
  const cases: readonly (readonly [readonly (bigint | number)[], string])[] = [
    [[], "[Min: NULL, Max: NULL]"],
    [[3n, 1n, 50n], "[Min: 1, Max: 50]"],
    [[9007199254740993n], "[Min: 9007199254740993, Max: 9007199254740993]"],
    [[-(2n ** 63n), 2n ** 63n - 1n], "[Min: -9223372036854775808, Max: 9223372036854775807]"],
    [[0.1, 0], "[Min: 0.0, Max: 0.1]"],
    [[1e300, -5e-324], "[Min: -5e-324, Max: 1e+300]"],
    [[Infinity, 1], "[Min: 1.0, Max: inf]"],
  ];
  for (const [numbers, text] of cases) assert.deepEqual(boundsOfNumbers(numbers), boundsFromStatistics(text), text);
});

Deno.test("ranges hold what they are made of, to the last integer", () => {
  const range = (least: bigint, most: bigint): ColumnRange => ({ least, most });
  assert.deepEqual(rangeFromStatistics("[Min: -3, Max: 9007199254740993]"), range(-3n, 9007199254740993n));
  assert.equal(rangeFromStatistics("[Min: NULL, Max: NULL]"), null);
  assert.equal(rangeFromStatistics("[Min: 9223372036854775807, Max: -9223372036854775808]"), null);
  assert.equal(rangeFromStatistics("[Min: 0.5, Max: 1.0]"), undefined);
  assert.equal(rangeFromStatistics("No statistics"), undefined);
  assert.equal(rangeOfIntegers(new BigInt64Array(2), Uint8Array.of(1, 1), 2), null);
  assert.deepEqual(rangeOfIntegers(BigInt64Array.of(5n, -2n, 3n, 9n), null, 3), range(-2n, 5n));
  assert.deepEqual(rangeOfIntegers(BigInt64Array.of(0n, 5n, 9n), Uint8Array.of(1, 0, 1), 3), range(5n, 5n));
  assert.deepEqual(widestRange(range(1n, 2n), null), range(1n, 2n));
  assert.deepEqual(widestRange(range(1n, 4n), range(-7n, 2n)), range(-7n, 4n));
});
