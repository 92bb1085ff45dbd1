import assert from "node:assert/strict";
import { RheiError } from "../../../src/errors/mod.ts";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { ExactValue, PlanNode } from "../../../src/types/mod.ts";
import { batchOf, change, compile, keysOf, load, query, rowsOf, stateAt, tableOf } from "./fixtures.ts";
import type { OlapCases } from "./harness.ts";

const T = tableOf("t", [["id", "integer"], ["v", "text"], ["r", "real"]], ["id"]);
const rowsTo = (count: number): ExactValue[][] =>
  Array.from({ length: count }, (_, at) => [BigInt(at), at % 3 === 0 ? null : `value ${at}`, at / 4]);

/** A cross join no backend finishes in a test's time. */
const ENDLESS = "select count(*) from t a, t b, t c, t d where a.id + b.id * c.id + d.id = -1";

const cancelled = (error: unknown) => error instanceof RheiError && error.code === "CANCELLED";

async function endless(backend: OlapBackend) {
  await load(backend, T, rowsTo(3000));
  return await compile(backend, ENDLESS);
}

export const queryCases: OlapCases = {
  "gives columns, tables and rows of a compiled statement": async (backend) => {
    await load(backend, T, rowsTo(4));
    const compiled = await compile(backend, "select id as n, v from T where id > 0 order by id desc");
    assert.deepEqual(compiled.columns.map((column) => column.name), ["n", "v"]);
    assert.deepEqual(compiled.tables, ["t"]);
    const result = await backend.run(compiled);
    assert.deepEqual(result.columns, compiled.columns);
    assert.deepEqual(result.rows, [[3n, null], [2n, "value 2"], [1n, "value 1"]]);
    assert((await backend.explain(compiled)).text.length > 0);
  },

  "tells the rows and times of each step of a plan when asked": async (backend) => {
    await load(backend, T, rowsTo(4));
    const compiled = await compile(backend, "select count(*) as n from t as a join t as b using (v) where a.id < 3");
    const steps = (node: PlanNode): PlanNode[] => [node, ...node.inputs.flatMap(steps)];
    for (const step of steps(await backend.explain(compiled))) {
      assert.deepEqual([step.rows, step.durationMs], [null, null]);
    }
    const ran = steps(await backend.analyze(compiled));
    assert.equal(ran[0]!.rows, 1);
    assert(ran.length > 3 && ran.some((step) => step.text.includes("join") && step.rows === 2), JSON.stringify(ran));
    for (const step of ran) assert(step.rows === null || step.durationMs! >= 0);
    for (const [page, rows] of [["limit 2", 2], ["limit 1 offset 1", 1]] as const) {
      const cut = await backend.analyze(await compile(backend, `select id from t order by v desc ${page}`));
      assert.equal(cut.rows, rows, `rows of ${page}`);
    }
    const abort = new AbortController();
    const slow = backend.analyze(await endless(backend), { signal: abort.signal });
    abort.abort();
    await assert.rejects(slow, cancelled);
  },

  "runs a compiled statement again over later states": async (backend) => {
    await load(backend, T, rowsTo(4));
    const compiled = await compile(backend, "select count(*), max(id) from t");
    assert.deepEqual((await backend.run(compiled)).rows, [[4n, 3n]]);
    await change(backend, 2, T, [[9n, "nine", 9]], [[0n], [1n]]);
    assert.deepEqual((await backend.run(compiled)).rows, [[3n, 9n]]);
  },

  "gives an empty result its columns": async (backend) => {
    await load(backend, T, []);
    const result = await backend.run(await compile(backend, "select id, v from t"));
    assert.deepEqual([result.columns.length, result.rows], [2, []]);
    assert.deepEqual(await rowsOf(backend, T), []);
    assert.equal(await backend.rowCount("t"), 0);
  },

  "gives all of 60,000 rows": async (backend) => {
    const rows = rowsTo(60_000);
    await load(backend, T, rows);
    assert.deepEqual(await query(backend, "select id, v, r from t order by id"), rows);
    assert.equal(await backend.rowCount("t"), rows.length);
  },

  "stops a running query when its signal aborts": async (backend) => {
    const compiled = await endless(backend);
    const controller = new AbortController();
    const running = backend.run(compiled, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(running, cancelled);
    assert.deepEqual(await query(backend, "select count(*) from t"), [[3000n]]);
  },

  "does not start a query whose signal has aborted": async (backend) => {
    await assert.rejects(backend.run(await endless(backend), { signal: AbortSignal.abort() }), cancelled);
  },

  "stops queries at once that are more than run together": async (backend) => {
    const compiled = await endless(backend);
    const controller = new AbortController();
    const running = Array.from({ length: 8 }, () => backend.run(compiled, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 20);
    for (const each of await Promise.allSettled(running)) {
      assert(each.status === "rejected" && cancelled(each.reason));
    }
    assert.deepEqual(await query(backend, "select count(*) from t"), [[3000n]]);
  },

  "runs queries beside a write transaction, each on a committed state": async (backend) => {
    if (!backend.capabilities.concurrentQueries) return;
    await load(backend, T, rowsTo(2000));
    const compiled = await compile(backend, "select count(*), sum(id >= 2000) from t");
    for (let round = 0; round < 5; round++) {
      const transaction = await backend.begin();
      const added = Array.from({ length: 100 }, (_, at): ExactValue[] => [BigInt(2000 + round * 100 + at), "new", 1]);
      await transaction.change("t", batchOf(T, added), keysOf(T, []));
      const old = [[2000n + 100n * BigInt(round), 100n * BigInt(round)]];
      const fresh = [[2100n + 100n * BigInt(round), 100n + 100n * BigInt(round)]];
      assert.deepEqual((await backend.run(compiled)).rows, old);
      const running = [backend.run(compiled), backend.run(compiled)];
      await transaction.commit(stateAt(round + 2));
      for (const { rows } of await Promise.all(running)) {
        assert.deepEqual(rows, rows[0]![0] === old[0]![0] ? old : fresh);
      }
      assert.deepEqual((await backend.run(compiled)).rows, fresh);
    }
  },

  "scans one committed state though others follow meanwhile": async (backend) => {
    const rows = rowsTo(20_000);
    await load(backend, T, rows);
    const seen: (readonly ExactValue[])[] = [];
    for await (const batch of backend.scan("t")) {
      if (seen.length === 0) await change(backend, 2, T, [[19_999n, "changed", 0]], [[19_998n]]);
      seen.push(...batch);
    }
    assert.deepEqual(seen, rows);
    assert.equal((await rowsOf(backend, T)).length, 19_999);
  },

  "lets a scan be left early": async (backend) => {
    await load(backend, T, rowsTo(20_000));
    for (let round = 0; round < 10; round++) {
      for await (const batch of backend.scan("t")) {
        assert.deepEqual(batch[0], [0n, null, 0]);
        break;
      }
    }
    await change(backend, 2, T, [], [[0n]]);
    assert.equal(await backend.rowCount("t"), 19_999);
  },

  "says which table is missing": async (backend) => {
    await load(backend, T, []);
    await assert.rejects(backend.rowCount("nobody"), /"nobody"/);
    await assert.rejects(backend.scan("nobody")[Symbol.asyncIterator]().next(), /"nobody"/);
  },
};
