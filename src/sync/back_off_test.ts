import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { backOffMs } from "./back_off.ts";

const CASES: readonly { name: string; error: unknown; expected: readonly number[] }[] = [
  {
    name: "the database is locked",
    error: new RheiError("DATABASE_LOCKED", "Cannot write: locked", { retryable: true }),
    expected: [200, 400, 800, 1000, 1000],
  },
  {
    name: "another process holds the mirror",
    error: new RheiError("OLAP_UNAVAILABLE", "Cannot open: held", { retryable: true }),
    expected: [200, 400, 800, 1000, 1000],
  },
  {
    name: "the mirror cannot be written",
    error: new RheiError("OLAP_UNAVAILABLE", "Cannot open: no permission"),
    expected: [200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000],
  },
  { name: "anything else fails", error: new Error("the disk caught fire"), expected: [200, 400, 800, 1600] },
];

for (const { name, error, expected } of CASES) {
  Deno.test(`backOffMs() doubles up to its limit when ${name}`, () => {
    const pauseMs = (failures: number) => backOffMs({ error, failures, tookMs: 5 }, 100);
    assert.deepEqual(expected.map((_, at) => pauseMs(at + 1)), expected);
    assert.equal(pauseMs(5000), pauseMs(20), "however often");
  });
}

Deno.test("backOffMs() is as long as the attempt took unless that waited for a lock", () => {
  const tookMs = 60_000;
  assert.equal(backOffMs({ error: CASES[0]!.error, failures: 1, tookMs }, 100), 200);
  assert.equal(backOffMs({ error: new Error("the disk caught fire"), failures: 1, tookMs }, 100), 60_000);
});
