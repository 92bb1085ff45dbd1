import assert from "node:assert/strict";
import { oneLine, shareBar, shortBytes, shortNumber, shortTime, sparkline } from "./figures.ts";

Deno.test("shortNumber() keeps to six characters", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0"],
    [0.04, "0.0"],
    [3.44, "3.4"],
    [9.96, "10"],
    [1812, "1,812"],
    [9_999.6, "10.0k"],
    [12_345, "12.3k"],
    [123_456, "123k"],
    [999_700, "1.0M"],
    [4.1e9, "4.1G"],
    [4.1e14, "410000G"],
  ];
  for (const [value, text] of cases) assert.equal(shortNumber(value), text);
});

Deno.test("shortBytes() and shortTime() choose their units", () => {
  assert.deepEqual([null, 0, 812, 4_096, 262_144, 45_200_000, 3e15].map(shortBytes), [
    "–",
    "0 B",
    "812 B",
    "4.1 kB",
    "262 kB",
    "45.2 MB",
    "3000 TB",
  ]);
  assert.deepEqual([0, 85.4, 4_100, 180_000, 7_300_000].map(shortTime), ["0 ms", "85 ms", "4.1 s", "3 min", "2 h"]);
});

Deno.test("sparkline() shows the last values against the highest", () => {
  assert.equal(sparkline([], 8), "");
  assert.equal(sparkline([0, 0], 8), "");
  assert.equal(sparkline([9, 1, 0, 4, 8], 4), "▁ ▄█");
});

Deno.test("shareBar() and oneLine() keep to their room", () => {
  assert.equal(shareBar(0.5, 4), "██░░");
  assert.equal(oneLine("  select 1\n\n  from t "), "select 1 from t");
});
