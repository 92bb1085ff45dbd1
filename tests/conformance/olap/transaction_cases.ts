import assert from "node:assert/strict";
import { RheiError } from "../../../src/errors/mod.ts";
import type { OlapTransaction } from "../../../src/olap/mod.ts";
import { batchOf, change, commit, keysOf, load, query, type Rows, rowsOf, stateAt, tableOf } from "./fixtures.ts";
import type { OlapCases } from "./harness.ts";

const A = tableOf("a", [["id", "integer"], ["v", "text"]], ["id"]);
const B = tableOf("b", [["k", "text"], ["n", "number"]], ["k"]);
const failsAs = (code: string) => (error: unknown) => error instanceof RheiError && error.code === code;

export const transactionCases: OlapCases = {
  "shows nothing of a transaction before its commit, and all of it after": async (backend) => {
    await load(backend, A, [[1n, "old"], [2n, "old"]]);
    const transaction = await backend.begin();
    await transaction.createTable(B);
    await transaction.append("b", batchOf(B, [["x", 1n]]));
    await transaction.change("a", batchOf(A, [[2n, "new"], [3n, "new"]]), keysOf(A, [[1n]]));
    assert.deepEqual(await rowsOf(backend, A), [[1n, "old"], [2n, "old"]]);
    assert.deepEqual(await query(backend, "select v, count(*) from a group by v"), [["old", 2n]]);
    assert.deepEqual((await backend.state())?.tables.map((table) => table.name), ["a"]);
    assert.equal((await backend.state())?.state.watermark, 1);
    await assert.rejects(backend.rowCount("b"), TypeError);

    await transaction.commit(stateAt(2));
    assert.deepEqual(await rowsOf(backend, A), [[2n, "new"], [3n, "new"]]);
    assert.deepEqual(await rowsOf(backend, B), [["x", 1n]]);
    assert.deepEqual(await backend.state(), { state: stateAt(2), tables: [A, B] });
  },

  "leaves everything as it was after a rollback": async (backend) => {
    await load(backend, A, [[1n, "old"]]);
    const transaction = await backend.begin();
    await transaction.dropTable("a");
    await transaction.createTable(B);
    await transaction.append("b", batchOf(B, [["x", 1n]]));
    await transaction.rollback();
    assert.deepEqual(await backend.state(), { state: stateAt(1), tables: [A] });
    assert.deepEqual(await rowsOf(backend, A), [[1n, "old"]]);
    await change(backend, 2, A, [[1n, "new"]], []);
    assert.deepEqual(await rowsOf(backend, A), [[1n, "new"]]);
  },

  "changes two tables in one transaction": async (backend) => {
    await load(backend, A, [[1n, "a"], [2n, "a"]]);
    await load(backend, B, [["x", 0.5], ["y", 2n]]);
    await commit(backend, 3, async (transaction) => {
      await transaction.change("a", batchOf(A, [[2n, "b"]]), keysOf(A, [[1n]]));
      await transaction.change("b", batchOf(B, [["y", 2.5]]), keysOf(B, [["x"]]));
      await transaction.change("a", batchOf(A, [[4n, "b"]]), keysOf(A, []));
    });
    assert.deepEqual(await rowsOf(backend, A), [[2n, "b"], [4n, "b"]]);
    assert.deepEqual(await rowsOf(backend, B), [["y", 2.5]]);
  },

  "changes many rows of several tables, or takes it all back": async (backend) => {
    const C = tableOf("c", [["id", "integer"], ["n", "integer"]], ["id"]);
    const rowsA = (text: string): Rows => Array.from({ length: 100 }, (_, at) => [BigInt(at), `${text} ${at}`]);
    const rowsC = (n: bigint): Rows => Array.from({ length: 100 }, (_, at) => [BigInt(at), n]);
    await load(backend, A, rowsA("old"));
    await load(backend, C, rowsC(1n));
    const changed = async (transaction: OlapTransaction) => {
      await transaction.change("a", batchOf(A, rowsA("new").slice(1)), keysOf(A, [[0n]]));
      await transaction.change("c", batchOf(C, rowsC(2n).slice(0, 99)), keysOf(C, [[99n]]));
    };
    const D = tableOf("d", [["id", "integer"], ["n", "integer"]], ["id"]);
    await load(backend, D, [[1n, 5n]]);
    for (const end of ["nothing", "lookup", "table", "small"]) {
      const transaction = await backend.begin();
      await changed(transaction);
      if (end === "lookup") assert.deepEqual(await transaction.lookup("d", keysOf(D, [[1n], [2n]])), [[1n, 5n]]);
      if (end === "table") await transaction.createTable(B);
      if (end === "small") await transaction.change("a", batchOf(A, [[1000n, "x"]]), keysOf(A, []));
      await transaction.rollback();
      assert.deepEqual(await rowsOf(backend, A), rowsA("old"), end);
      assert.deepEqual(await rowsOf(backend, C), rowsC(1n), end);
    }
    await commit(backend, 2, async (transaction) => {
      await changed(transaction);
      await transaction.createTable(B);
      await transaction.append("b", batchOf(B, [["x", 1n]]));
    });
    assert.deepEqual(await rowsOf(backend, A), rowsA("new").slice(1));
    assert.deepEqual(await rowsOf(backend, C), rowsC(2n).slice(0, 99));
    assert.deepEqual(await rowsOf(backend, B), [["x", 1n]]);
  },

  "creates a table anew, with other columns, and forgets what was staged for it": async (backend) => {
    await load(backend, A, [[1n, "old"]]);
    const wider = tableOf("A", [["id", "integer"], ["v", "blob"], ["w", "real"]], ["id"]);
    await commit(backend, 2, async (transaction) => {
      await transaction.change("a", batchOf(A, [[1n, "staged"]]), keysOf(A, []));
      await transaction.append("a", batchOf(A, [[7n, "appended"]]));
      await transaction.createTable(wider);
      await transaction.append("a", batchOf(wider, [[5n, new Uint8Array([1]), 0.5]]));
      await transaction.change("a", batchOf(wider, [[5n, null, null], [6n, null, 1]]), keysOf(wider, [[1n]]));
    });
    assert.deepEqual(await rowsOf(backend, wider), [[5n, null, null], [6n, null, 1]]);
    assert.deepEqual((await backend.state())?.tables, [wider]);
  },

  "drops a table after changes to it, and a missing one without complaint": async (backend) => {
    await load(backend, A, [[1n, "old"]]);
    await commit(backend, 2, async (transaction) => {
      await transaction.change("a", batchOf(A, [[1n, "staged"]]), keysOf(A, []));
      await transaction.dropTable("A");
      await transaction.dropTable("nobody");
      await transaction.createTable(B);
      await transaction.change("b", batchOf(B, [["x", 1n]]), keysOf(B, []));
    });
    assert.deepEqual(await backend.state(), { state: stateAt(2), tables: [B] });
    assert.deepEqual(await rowsOf(backend, B), [["x", 1n]]);
    await assert.rejects(backend.rowCount("a"), TypeError);
  },

  "changes a table as it is now, however often it was made anew": async (backend) => {
    const other = tableOf("a", [["id", "integer"], ["v", "integer"], ["w", "text"]], ["id"]);
    const cyclesOf = async (table: typeof A, rowOf: (at: number) => Rows[number]) => {
      for (let cycle = 0; cycle < 3; cycle++) {
        const rows = Array.from({ length: 40 }, (_, at) => rowOf(cycle * 40 + at));
        await change(backend, 3, table, rows, cycle === 0 ? [] : [[BigInt(cycle)]]);
      }
      const kept = Array.from({ length: 120 }, (_, at) => rowOf(at)).filter(([id]) => id !== 1n && id !== 2n);
      assert.deepEqual(await rowsOf(backend, table), kept);
    };
    for (let round = 0; round < 2; round++) {
      await load(backend, A, []);
      await cyclesOf(A, (at) => [BigInt(at), `${round} ${at}`]);
      await load(backend, other, [[-1n, null, null]]);
      await change(backend, 3, other, [], [[-1n]]);
      const transaction = await backend.begin();
      await transaction.createTable(A);
      await transaction.append("a", batchOf(A, Array.from({ length: 40 }, (_, at) => [BigInt(at), "undone"])));
      await transaction.change(
        "a",
        batchOf(A, Array.from({ length: 40 }, (_, at) => [-BigInt(at), "x"])),
        keysOf(A, []),
      );
      await transaction.rollback();
      await cyclesOf(other, (at) => [BigInt(at), BigInt(at * round), `${at}`]);
    }
    await backend.reset();
    await load(backend, A, []);
    await cyclesOf(A, (at) => [BigInt(at), `${at}`]);
  },

  "commits a state alone": async (backend) => {
    assert.equal(await backend.state(), null);
    for (const sequence of [1, 2, Number.MAX_SAFE_INTEGER]) {
      await commit(backend, sequence, async () => {});
      assert.deepEqual(await backend.state(), { state: stateAt(sequence), tables: [] });
    }
  },

  "refuses every method of a transaction after its end": async (backend) => {
    await load(backend, A, []);
    for (const end of ["commit", "rollback"] as const) {
      const transaction = await backend.begin();
      await (end === "commit" ? transaction.commit(stateAt(2)) : transaction.rollback());
      const ended = failsAs("TRANSACTION_STATE");
      await assert.rejects(transaction.createTable(B), ended);
      await assert.rejects(transaction.dropTable("a"), ended);
      await assert.rejects(transaction.append("a", batchOf(A, [])), ended);
      await assert.rejects(transaction.change("a", batchOf(A, []), keysOf(A, [])), ended);
      await assert.rejects(transaction.commit(stateAt(3)), ended);
      await assert.rejects(transaction.rollback(), ended);
    }
    assert.equal((await backend.state())?.state.watermark, 2);
  },

  "lets only a rollback follow a failed step": async (backend) => {
    await load(backend, A, [[1n, "old"]]);
    const wrong = [
      { name: "unknown table", table: "nobody", batch: batchOf(A, []), error: TypeError },
      { name: "column missing", table: "a", batch: { rowCount: 0, columns: [] }, error: RangeError },
      { name: "other class", table: "a", batch: batchOf(B, [["x", 1n]]), error: TypeError },
      { name: "too few rows", table: "a", batch: { ...batchOf(A, [[1n, "x"]]), rowCount: 2 }, error: RangeError },
    ];
    for (const { name, table, batch, error } of wrong) {
      const transaction = await backend.begin();
      await transaction.change("a", batchOf(A, [[1n, "new"]]), keysOf(A, []));
      await assert.rejects(transaction.append(table, batch), error, name);
      await assert.rejects(transaction.commit(stateAt(2)), failsAs("TRANSACTION_STATE"), name);
      await transaction.rollback();
    }
    assert.deepEqual(await rowsOf(backend, A), [[1n, "old"]]);
    assert.equal((await backend.state())?.state.watermark, 1);
  },

  "lets writers in one after the other": async (backend) => {
    await load(backend, A, []);
    const order: string[] = [];
    const first = await backend.begin();
    const second = backend.begin().then((transaction) => {
      order.push("second begins");
      return transaction;
    });
    await first.change("a", batchOf(A, [[1n, "first"]]), keysOf(A, []));
    order.push("first commits");
    await first.commit(stateAt(2));
    const transaction = await second;
    await transaction.change("a", batchOf(A, [[1n, "second"]]), keysOf(A, []));
    await transaction.commit(stateAt(3));
    assert.deepEqual(order, ["first commits", "second begins"]);
    assert.deepEqual(await rowsOf(backend, A), [[1n, "second"]]);
  },

  "orders steps that are not awaited": async (backend) => {
    const transaction = await backend.begin();
    await Promise.all([
      transaction.createTable(A),
      transaction.append("a", batchOf(A, [[1n, "one"], [2n, "two"]])),
      transaction.change("a", batchOf(A, [[1n, "uno"]]), keysOf(A, [[2n]])),
      transaction.commit(stateAt(1)),
    ]);
    assert.deepEqual(await rowsOf(backend, A), [[1n, "uno"]]);
  },
};
