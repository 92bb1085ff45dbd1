import assert from "node:assert/strict";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import { readHistories } from "../read_histories.ts";

/** The column of each table that names the transaction that wrote a row, after a letter. */
const WRITTEN_BY = { t: "b", w: "v" } as const;

/**
 * Demands that the history holds every transaction, and gives all that one wrote the same time, later than the one's before.
 *
 * @param committed Number of the last transaction, counted from 1.
 */
export async function expectOneTime(olap: OlapBackend, committed: number): Promise<void> {
  const histories = await readHistories(olap);
  const counted = histories.get("counter")?.versions ?? [];
  const timeOf = new Map(counted.map(({ values, from }) => [Number(values.get("n")), from]));
  assert.equal(counted.length, committed, "every transaction is in the history once");
  let before = 0;
  for (let n = 1; n <= committed; n++) {
    const time = timeOf.get(n) ?? 0;
    assert.ok(time > before, `transaction ${n} is later than the one before`);
    before = time;
  }
  for (const [table, column] of Object.entries(WRITTEN_BY)) {
    for (const { from, to, values } of histories.get(table)?.versions ?? []) {
      if (from === to) continue; // a row that was deleted, as of then
      const n = Number(String(values.get(column)).slice(1));
      assert.equal(from, timeOf.get(n), `what transaction ${n} wrote to ${table} has its time`);
    }
  }
}
