import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { batchOf, change, commit, compile, load, rowsOf, tableOf } from "../../../tests/conformance/olap/fixtures.ts";
import { RuntimeDecline } from "../olap_backend.ts";
import { ArrowBackend } from "./arrow_backend.ts";
import type { QueryExecutor } from "./query_executor.ts";

const T = tableOf("t", [["id", "integer"], ["v", "text"]], ["id"]);

const NO_PLAN = { text: "", rowsEstimated: null, rows: null, durationMs: null, inputs: [] };

/** Answers every query with the rows there are of `t`, once `gate` opens. */
function countingExecutor(gate: Promise<void> = Promise.resolve()): QueryExecutor {
  return {
    compile: () => ({ kind: "compiled", query: { columns: [], tables: ["t"] } }),
    async run(query, snapshots) {
      await gate;
      return { columns: query.columns, rows: [[BigInt(snapshots.get("t")!.rowCount)]] };
    },
    explain: () => NO_PLAN,
    analyze: () => Promise.resolve(NO_PLAN),
    close: async () => {},
  };
}

Deno.test("ArrowBackend.run() leaves a statement to libSQL when its table was made anew with other columns", async () => {
  const backend = await ArrowBackend.open(null, countingExecutor());
  await load(backend, T, [[1n, "one"]]);
  const query = await compile(backend, "select count(*) from t");
  await load(backend, T, [[1n, "one"], [2n, "two"]]);
  assert.deepEqual((await backend.run(query)).rows, [[2n]]);
  await load(backend, tableOf("t", [["id", "integer"], ["v", "blob"]], ["id"]), []);
  await assert.rejects(backend.run(query), RuntimeDecline);
  await commit(backend, 4, (transaction) => transaction.dropTable("t"));
  await assert.rejects(backend.run(query), RuntimeDecline);
  await backend.close();
});

Deno.test("ArrowBackend.run() keeps its snapshot until it ends, whatever is committed and compacted meanwhile", async () => {
  const gate = Promise.withResolvers<void>();
  const backend = await ArrowBackend.open(null, countingExecutor(gate.promise));
  await load(backend, T, Array.from({ length: 10_000 }, (_, at) => [BigInt(at), "a"]));
  const running = backend.run(await compile(backend, "select count(*) from t"));
  await change(backend, 2, T, [], Array.from({ length: 9000 }, (_, at) => [BigInt(at)]));
  await change(backend, 3, T, [[1n, "b"]], []);
  gate.resolve();
  assert.deepEqual((await running).rows, [[10_000n]]);
  assert.equal(await backend.rowCount("t"), 1001);
  await backend.close();
});

Deno.test("ArrowBackend compacts a table while transactions go on, and gives that up when it is closed", async () => {
  const span = (from: number, count: number) => Array.from({ length: count }, (_, at) => BigInt(from + at));
  for (const isClosedMeanwhile of [false, true]) {
    const backend = await ArrowBackend.open(null, countingExecutor());
    await load(backend, T, span(0, 40_000).map((id) => [id, "a"]));
    await change(backend, 2, T, [], span(0, 20_000).map((id) => [id]));
    // As many as there are slices to copy, at least: each is committed while the table is being copied, or after.
    for (let round = 0; round < 15; round++) {
      const removed = BigInt(20_000 + round);
      await change(backend, 3 + round, T, [[BigInt(100_000 + round), "b"], [BigInt(39_000 + round), "c"]], [[removed]]);
      if (!isClosedMeanwhile) await setImmediate();
    }
    if (!isClosedMeanwhile) {
      const rows = await rowsOf(backend, T);
      assert.equal(await backend.rowCount("t"), 20_000);
      assert.deepEqual(rows.map(([id]) => id), [...span(20_015, 19_985), ...span(100_000, 15)]);
      assert.deepEqual(rows.filter(([, text]) => text === "c").map(([id]) => id), span(39_000, 15));
    }
    await backend.close();
  }
});

Deno.test("ArrowBackend.durableWatermark() is of the last checkpoint, or of the last commit where nothing is kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rhei-arrow-"));
  try {
    const memory = await ArrowBackend.open(null, countingExecutor());
    assert.equal(memory.durableWatermark(), null);
    await load(memory, T, []);
    assert.equal(memory.durableWatermark(), 1);
    await memory.close();

    const backend = await ArrowBackend.open(folder, countingExecutor());
    await load(backend, T, [[1n, "one"]]);
    assert.equal(backend.durableWatermark(), null);
    await backend.checkpoint();
    await change(backend, 2, T, [[2n, "two"]], []);
    assert.equal(backend.durableWatermark(), 1);
    await backend.checkpoint();
    assert.equal(backend.durableWatermark(), 2);
    await backend.close();
    const again = await ArrowBackend.open(folder, countingExecutor());
    assert.equal(again.durableWatermark(), 2);
    await again.reset();
    assert.equal(again.durableWatermark(), null);
    await again.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("ArrowBackend writes a checkpoint by itself after many changes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rhei-arrow-"));
  try {
    const backend = await ArrowBackend.open(folder, countingExecutor());
    const batch = batchOf(T, Array.from({ length: 1 << 16 }, (_, at) => [BigInt(at), "a"]));
    for (let round = 1; round <= 4; round++) {
      await commit(backend, round, async (transaction) => {
        await transaction.createTable(T);
        await transaction.append("t", batch);
      });
      assert.equal(backend.durableWatermark(), null);
    }
    for (let turn = 0; turn < 100_000 && backend.durableWatermark() === null; turn++) await setImmediate();
    assert.equal(backend.durableWatermark(), 4);
    await backend.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
