import assert from "node:assert/strict";
import { benchOlapApply } from "../../../bench/olap_apply.ts";

Deno.test("benchOlapApply() measures loads and updates of a small table, whose rows it proves", async () => {
  const measurements = await benchOlapApply(3000, [1, 100]);
  assert.deepEqual(measurements.map(({ name }) => name), ["first load", "1 update", "100 updates"]);
  for (const { rowsPerSecond } of measurements) assert(rowsPerSecond > 0);
});
