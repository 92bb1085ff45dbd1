import assert from "node:assert/strict";
import { boundsFromStatistics, type ColumnBounds } from "./column_bounds.ts";

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
