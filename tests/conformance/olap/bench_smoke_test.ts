import assert from "node:assert/strict";
import { benchOlapApply } from "../../../bench/olap_apply.ts";

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`benchOlapApply() measures loads and changes of a small ${backend} table, whose rows it proves`, async () => {
    const measurements = await benchOlapApply({ backend, tableRows: 3000, columnCount: 17, sizes: [1, 100] });
    const names = measurements.map(({ name }) => name);
    assert.deepEqual(names, ["first load", "checkpoint", "1 update", "100 updates", "100 inserts", "opened again"]);
    for (const { rowsPerSecond } of measurements) assert(rowsPerSecond > 0);
  });
}
