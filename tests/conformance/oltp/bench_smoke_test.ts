import { ok, strictEqual } from "node:assert/strict";
import { benchOltp, describeResult } from "../../../bench/oltp.ts";

Deno.test("benchOltp() runs at a smoke size and finds both sides equal", async () => {
  const results = await benchOltp(300);
  strictEqual(results.length, 3);
  for (const result of results) ok(/ratio \d+\.\d\d/.test(describeResult(result)));
});
