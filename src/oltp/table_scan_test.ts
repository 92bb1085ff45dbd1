import { rejects } from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ColumnBatch } from "../types/mod.ts";
import { ColumnMisfit } from "./column_scan.ts";
import { type BlockSource, scanRanges } from "./table_scan.ts";

/** One row a block; the second does not fit. */
function misfitInSecondBlock(): BlockSource {
  let blocks = 0;
  const batch: ColumnBatch = {
    rowCount: 1,
    columns: [{ class: "integer", data: BigInt64Array.of(1n), nulls: null }],
  };
  return {
    read: ({ first }) => Promise.resolve({ kind: "block", block: null, rowCount: 1, lastRowid: first, bytes: 8 }),
    readExact: () => blocks++ === 0 ? Promise.resolve(batch) : Promise.reject(new ColumnMisfit(0, "integer", "text")),
  };
}

Deno.test("scanRanges() tells a consumer who is busy with a batch of what failed meanwhile, and ends no process", async () => {
  await rejects(async () => {
    const ranges = [{ first: 1n, last: 9n }];
    for await (const _ of scanRanges([misfitInSecondBlock()], ranges, 10, undefined)) {
      // The failure comes before the consumer asks for more.
      for (let turn = 0; turn < 3; turn++) await nextTurn();
    }
  }, ColumnMisfit);
});
