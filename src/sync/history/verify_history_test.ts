import assert from "node:assert/strict";
import type { OlapBackend } from "../../olap/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import { type ExactValue, UndecodableText } from "../../types/mod.ts";
import { closedBatch, openBatch } from "./history_batch.ts";
import type { HistoryClass } from "./history_layout.ts";
import type { HistoryRow } from "./history_value.ts";
import { keyedHistory, scannedRows } from "./keyed_history.ts";
import type { ClosedVersion, Version } from "./version_builder.ts";
import { verifyHistory, type VerifyLimits } from "./verify_history.ts";

/** What was read of each side: the mirror's parts by name, and `source`. */
type Reads = Map<string, { scans: number; rows: number }>;

interface World {
  readonly keyClass: HistoryClass;
  readonly source: readonly HistoryRow[];
  readonly open: readonly Version[];
  readonly closed: readonly ClosedVersion[];
}

const BATCH = 10;

/** Verifies, and tells how much was read, and by how many rows the sides ever were apart. */
async function verified(world: World, limits: VerifyLimits) {
  const { shape, tables: history } = keyedHistory(world.keyClass, "encoded");
  const parts = new Map([
    [history.open.name, scannedRows(openBatch(shape.columns, world.open))],
    [history.closed.name, scannedRows(closedBatch(shape.columns, world.closed, 1n))],
  ]);
  const reads: Reads = new Map();
  let apart = 0;
  async function* batches<Row>(name: string, rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
    const read = reads.get(name) ?? { scans: 0, rows: 0 };
    reads.set(name, read);
    read.scans++;
    for (let at = 0; at < rows.length; at += BATCH) {
      const batch = rows.slice(at, at + BATCH);
      read.rows += batch.length;
      const [source, open] = [reads.get("source")?.rows ?? 0, reads.get(history.open.name)?.rows ?? 0];
      apart = Math.max(apart, Math.abs(source - open));
      yield await Promise.resolve(batch);
    }
  }
  const encoder = new TextEncoder();
  const asRead = (row: HistoryRow): ExactValue[] => {
    const bytes = row.map((value) => value instanceof UndecodableText ? value.bytes : value);
    const isText = (value: unknown) => typeof value === "string" || value instanceof UndecodableText;
    return [
      ...bytes.map((value) => typeof value === "string" ? encoder.encode(value) : value),
      row.reduce((mask: bigint, value, at) => isText(value) ? mask | 1n << BigInt(at) : mask, 0n),
    ];
  };
  const snapshot = {
    query: () => Promise.resolve({ rows: [["UTF-8"]] }),
    stream: () => batches("source", world.source.map(asRead)),
  } as unknown as OltpSnapshot;
  const olap = {
    rowCount: (name: string) => Promise.resolve(parts.get(name)!.length),
    scan: (name: string) => batches(name, parts.get(name)!),
  } as unknown as OlapBackend;
  const comparison = await verifyHistory(snapshot, olap, history, undefined, limits);
  return {
    comparison,
    apart,
    openScans: reads.get(history.open.name)!.scans,
    closedScans: reads.get(history.closed.name)!.scans,
    sourceScans: reads.get("source")!.scans,
  };
}

/** Keys 0 to 199, each with one version that ended at 5, or at 9 where `late`, and a living one from 5 on. */
function worldOf(keyClass: HistoryClass, late: readonly number[] = []): World {
  const keys = Array.from({ length: 200 }, (_, at) => BigInt(at));
  return {
    keyClass,
    source: keys.map((key) => [key, key % 2n === 0n ? "even" : 0.5]),
    open: keys.map((key) => ({ row: [key, key % 2n === 0n ? "even" : 0.5], from: 5, operation: "U" })),
    closed: keys.map((key) => ({ row: [key, null], from: 1, to: late.includes(Number(key)) ? 9 : 5, operation: "I" })),
  };
}

const ALL: VerifyLimits = { keys: 1000, rows: 1000 };

Deno.test("verifyHistory() reads both sides side by side where keys are not encoded, whatever else is", async () => {
  const { comparison, apart, sourceScans, openScans, closedScans } = await verified(worldOf("integer"), ALL);
  assert.deepEqual([comparison.faultCount, comparison.versions], [0, 400]);
  assert.deepEqual([sourceScans, openScans, closedScans], [1, 1, 1]);
  assert.ok(apart <= BATCH, `one side was read ${apart} rows ahead of the other`);
});

Deno.test("verifyHistory() holds no more keys than it may, and finds what overlaps in every share of them", async () => {
  const late = [0, 3, 50, 51, 52, 120, 199];
  const { comparison, sourceScans, closedScans, openScans } = await verified(worldOf("integer", late), {
    keys: 40,
    rows: 1,
  });
  assert.deepEqual([sourceScans, closedScans, openScans], [1, 5, 5]);
  const found = comparison.faults.map(({ key, kind }) => `${key[0]} ${kind}`).sort();
  assert.deepEqual(found, late.map((key) => `${key} overlapping`).sort());
});

Deno.test("verifyHistory() holds no more rows than it may where keys are encoded", async () => {
  const { comparison, sourceScans, openScans } = await verified(worldOf("encoded", [7, 150]), { keys: 1000, rows: 50 });
  assert.deepEqual([sourceScans, openScans], [4, 4]);
  assert.deepEqual(comparison.faults.map(({ key }) => Number(key[0])).sort((a, b) => a - b), [7, 150]);
});

for (const keyClass of ["integer", "encoded"] as const) {
  for (const [name, limits] of [["at once", ALL], ["in shares", { keys: 30, rows: 30 }]] as const) {
    Deno.test(`verifyHistory() names every fault, ${name}, where keys are ${keyClass}`, async () => {
      const world = worldOf(keyClass);
      const open = world.open.filter((_, at) => at !== 5 && at !== 77);
      const source = world.source.filter((_, at) => at !== 6 && at !== 199)
        .map((row): HistoryRow => row[0] === 8n ? [8n, "odd"] : row);
      const { comparison } = await verified({ ...world, open, source }, limits);
      const found = comparison.faults.map(({ key, kind, columns }) => [Number(key[0]), kind, ...columns].join(" "));
      assert.deepEqual(found.sort(), [
        "199 only in history",
        "5 missing in history",
        "6 only in history",
        "77 missing in history",
        "8 different v",
      ]);
      assert.equal(comparison.faultCount, 5);
    });
  }
}

Deno.test("verifyHistory() comes to an end where the source holds texts that cannot be decoded among keys", async () => {
  const broken = new UndecodableText(new Uint8Array([0x62, 0xff]));
  const open: Version[] = ["a", "c"].map((key) => ({ row: [key, null], from: 1, operation: "I" }));
  const world: World = { keyClass: "text", source: [["a", null], [broken, null], ["c", null]], open, closed: [] };
  const { comparison } = await verified(world, ALL);
  assert.deepEqual(comparison.faults, [{ key: [broken.bytes], kind: "missing in history", columns: [] }]);
  const blobs: Version[] = [{ row: [new Uint8Array([1]), null], from: 1, operation: "I" }];
  const other = await verified({ keyClass: "blob", source: [[broken, null]], open: blobs, closed: [] }, ALL);
  assert.deepEqual(other.comparison.faults.map(({ kind }) => kind), ["missing in history", "only in history"]);
});
