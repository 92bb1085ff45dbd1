import assert from "node:assert/strict";
import type { OlapBackend, OlapTransaction } from "../../olap/mod.ts";
import type { ColumnBatch } from "../../types/mod.ts";
import { openBatch } from "./history_batch.ts";
import type { HistoryClass } from "./history_layout.ts";
import type { HistoryRow } from "./history_value.ts";
import { keyedHistory, scannedRows } from "./keyed_history.ts";
import { reconcile } from "./reconcile.ts";
import { TableFeed, VersionNumbers } from "./table_feed.ts";
import type { Version } from "./version_builder.ts";

const ROWS = 100;
const BATCH = 10;

/** Row 7 has changed, 8 is gone, 1000 is new; tells what was written and how far one side was ever read ahead of the other. */
async function reconciled(keyClass: HistoryClass, valueClass: HistoryClass) {
  const { shape, tables } = keyedHistory(keyClass, valueClass);
  const versions = Array.from(
    { length: ROWS },
    (_, at): Version => ({ row: [BigInt(at), 5n], from: 1, operation: "I" }),
  );
  const held = scannedRows(openBatch(shape.columns, versions));
  const source: HistoryRow[] = [
    ...versions.map(({ row }) => row).filter(([key]) => key !== 8n).map((row) => row[0] === 7n ? [7n, 6n] : row),
    [1000n, 1n],
  ];
  const read = { held: 0, source: 0 };
  let apart = 0;
  async function* batches<Row>(side: keyof typeof read, rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
    for (let at = 0; at < rows.length; at += BATCH) {
      const batch = rows.slice(at, at + BATCH);
      read[side] += batch.length;
      apart = Math.max(apart, Math.abs(read.held - read.source));
      yield await Promise.resolve(batch);
    }
  }
  const written: string[] = [];
  const transaction = {
    append: (name: string, batch: ColumnBatch) => {
      written.push(`${name} +${batch.rowCount}`);
      return Promise.resolve();
    },
    change: (name: string, upserts: ColumnBatch, deletes: ColumnBatch) => {
      written.push(`${name} ~${upserts.rowCount} -${deletes.rowCount}`);
      return Promise.resolve();
    },
  } as unknown as OlapTransaction;
  const plan = {
    former: tables,
    shape,
    sources: [0, 1],
    added: [],
    renamesAfter: () => new Map(),
    heededAfter: 0,
    heededBefore: Infinity,
    keyPositions: [0],
  };
  const hasFound = await reconcile({
    feed: new TableFeed(plan, tables, new VersionNumbers(0), transaction),
    olap: { scan: () => batches("held", held) } as unknown as OlapBackend,
    rows: batches("source", source),
    time: 9,
    mode: "change",
    deletes: true,
    batchRows: 1000,
    signal: new AbortController().signal,
  });
  return { hasFound, written, apart };
}

/** Versions 7 and 8 end, 8 with a tombstone; 7 and 1000 get living ones. */
const WRITTEN = ["_rhei_closed_1 +3", "_rhei_open_1 ~2 -1"];

Deno.test("reconcile() reads both sides side by side where keys are not encoded, whatever else is", async () => {
  for (const valueClass of ["integer", "encoded"] as const) {
    const { hasFound, written, apart } = await reconciled("integer", valueClass);
    assert.deepEqual([hasFound, written], [true, WRITTEN], valueClass);
    assert.ok(apart <= 2 * BATCH, `${valueClass}: one side was read ${apart} rows ahead of the other`);
  }
});

Deno.test("reconcile() finds the same where keys are encoded, which lie in no order", async () => {
  const { hasFound, written } = await reconciled("encoded", "integer");
  assert.deepEqual([hasFound, written], [true, WRITTEN]);
});
