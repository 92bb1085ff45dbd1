import assert from "node:assert/strict";
import { parseRetention } from "./history_retention.ts";

Deno.test("parseRetention() reads ages and numbers of versions", () => {
  const age = (milliseconds: number) => ({ kind: "age", milliseconds });
  assert.deepEqual(["30m", "12h", "90d", "4w", " 1 D "].map(parseRetention), [
    age(30 * 60_000),
    age(12 * 3_600_000),
    age(90 * 86_400_000),
    age(28 * 86_400_000),
    age(86_400_000),
  ]);
  assert.deepEqual(["1 version", "10 versions", "3VERSIONS"].map(parseRetention), [
    { kind: "versions", count: 1 },
    { kind: "versions", count: 10 },
    { kind: "versions", count: 3 },
  ]);
});

Deno.test("parseRetention() throws when it is given anything else", () => {
  for (const text of ["", "90", "0d", "0 versions", "-1d", "1.5d", "10 years", "d", "99999999999999999999d"]) {
    assert.throws(() => parseRetention(text), RangeError, text);
  }
});
