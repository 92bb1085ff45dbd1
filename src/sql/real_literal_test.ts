import assert from "node:assert/strict";
import Database from "libsql";
import { realFromText } from "./real_literal.ts";

/** A linear congruential generator: digits enough, and the same on every run. */
function* randomIntegers(seed: bigint): Generator<bigint, never> {
  for (let state = seed;;) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
    yield state >> 11n;
  }
}

function literals(count: number): string[] {
  const random = randomIntegers(7n);
  const next = (below: number): number => Number(random.next().value % BigInt(below));
  const digits = (length: number): string => Array.from({ length }, () => next(10)).join("");
  return Array.from({ length: count }, (_, index) => {
    switch (index % 5) {
      case 0:
        return `${next(1_000_000)}.${digits(1 + next(8))}`;
      case 1:
        return `${digits(1 + next(25))}.${digits(next(25))}`;
      case 2:
        return `${digits(1)}.${digits(next(20))}e${next(680) - 340}`;
      case 3:
        return `.${digits(1 + next(22))}E-${next(330)}`;
      default:
        return `${digits(1 + next(30))}e+${next(40)}`;
    }
  });
}

Deno.test("realFromText() gives the REAL SQLite reads from a literal", () => {
  const db = new Database(":memory:");
  const fixed = [
    "0.0",
    "0e5",
    "1e308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "1e309",
    "1e99999",
    "1e-99999",
    "4.9e-324",
  ]
    .concat(
      "2.4e-324",
      "2.5e-324",
      "2.2250738585072014e-308",
      "2.225073858507201e-308",
      "7.56e-20",
      "580774.453469",
      "5.",
      ".5",
    )
    .concat("18446744073709551615.0", "18446744073709551616.0", "184467440737095516150.0", "9007199254740993.0");
  const all = [...fixed, ...literals(20_000)];
  for (let at = 0; at < all.length; at += 200) {
    const batch = all.slice(at, at + 200);
    const row = db.prepare(`select ${batch.join(", ")}`).raw(true).get() as number[];
    batch.forEach((text, index) => assert.equal(realFromText(text), row[index], text));
  }
  db.close();
});

Deno.test("realFromText() is Number() for numbers that need no rounding", () => {
  for (const text of ["1.5", "3.0000", "1e3", "123456789.25", "0.5e1", "1e22"]) {
    assert.equal(realFromText(text), Number(text));
  }
});
