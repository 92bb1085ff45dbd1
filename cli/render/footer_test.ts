import assert from "node:assert/strict";
import { changeFooter, resultFooter } from "./footer.ts";

Deno.test("resultFooter() says rows, time, engine and freshness", () => {
  for (
    const [rowCount, durationMs, lagChanges, lagMs, expected] of [
      [11, 3.14, 0, 0, "11 rows · 3.1 ms · duckdb · fresh"],
      [1, 250.4, 1, 20, "1 row · 250 ms · duckdb · 1 change, 20.0 ms behind"],
      [12345, 1234.5, 1200, null, "12,345 rows · 1.23 s · duckdb · 1,200 changes behind"],
    ] as const
  ) {
    assert.equal(resultFooter({ rowCount, durationMs, lagChanges, lagMs, engine: "duckdb" }), expected);
  }
});

Deno.test("changeFooter() says how many rows changed", () => {
  assert.equal(changeFooter(3, 1.25), "3 rows changed · 1.3 ms");
  assert.equal(changeFooter(1, 0.04), "1 row changed · 0.0 ms");
});
