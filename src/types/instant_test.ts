import assert from "node:assert/strict";
import { instantText, readInstant } from "./instant.ts";
import type { ExactValue } from "./value.ts";

const READ: readonly (readonly [ExactValue, string | null])[] = [
  ["2026-03-01", "2026-03-01T00:00:00.000000Z"],
  ["2026-03-01T12:34", "2026-03-01T12:34:00.000000Z"],
  ["2026-03-01 12:34:56", "2026-03-01T12:34:56.000000Z"],
  ["2026-03-01T12:34:56.5Z", "2026-03-01T12:34:56.500000Z"],
  ["2026-03-01T12:34:56.123456Z", "2026-03-01T12:34:56.123456Z"],
  ["2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000000Z"],
  ["2026-03-01T00:30-02:30", "2026-03-01T03:00:00.000000Z"],
  ["1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999Z"],
  ["0000-01-01", "0000-01-01T00:00:00.000000Z"],
  ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000000Z"],
  [0n, "1970-01-01T00:00:00.000000Z"],
  [1_772_366_400_000n, "2026-03-01T12:00:00.000000Z"],
  [1_772_366_400_000.25, "2026-03-01T12:00:00.000250Z"],
  [-1n, "1969-12-31T23:59:59.999000Z"],
  ["2026-02-29", null],
  ["2026-13-01", null],
  ["2026-03-01T24:00", null],
  ["2026-03-01T12:34:56.1234567", null],
  ["2026-03-01T", null],
  ["12:00", null],
  ["1772366400000", null],
  ["now", null],
  ["", null],
  [null, null],
  [NaN, null],
  [Infinity, null],
  [2n ** 62n, null],
  [new Uint8Array(2), null],
];

for (const [value, expected] of READ) {
  Deno.test(`readInstant() reads ${String(value)} as ${expected}`, () => {
    const read = readInstant(value);
    assert.equal(read === null ? null : instantText(read), expected);
  });
}

Deno.test("instantText() keeps every microsecond beyond what a double holds", () => {
  for (const time of ["9999-12-31T23:59:59.999999Z", "2300-01-01T00:00:00.000001Z", "0001-01-01T00:00:00.999999Z"]) {
    assert.equal(instantText(readInstant(time)!), time);
  }
});
