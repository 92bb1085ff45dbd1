import assert from "node:assert/strict";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { ColumnClass, ExactValue, MirrorTable } from "../../../src/types/mod.ts";
import { batchOf, change, keysOf, load, type Rows, stateAt, tableOf } from "./fixtures.ts";
import type { OlapCase, OlapCases } from "./harness.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const A = tableOf("a", [["id", "integer"], ["v", "text"]], ["id"]);

/** Rows of a table and keys that are not in it, by the classes of the key. */
const KEYS: readonly {
  readonly classes: readonly ColumnClass[];
  readonly present: Rows;
  readonly missing: Rows;
}[] = [
  { classes: ["integer"], present: [[-(2n ** 63n)], [-1n], [0n], [2n ** 63n - 1n]], missing: [[1n], [2n ** 40n]] },
  { classes: ["number"], present: [[-1n], [0.5], [1n]], missing: [[1.5], [2n]] },
  { classes: ["text"], present: [[""], ["a"], ["A"], ["é"]], missing: [["b"], ["a "]] },
  { classes: ["blob"], present: [[bytes()], [bytes(0)]], missing: [[bytes(0, 0)]] },
  { classes: ["text", "integer"], present: [["a", 1n], ["a", 2n], ["b", 1n]], missing: [["b", 2n], ["c", 1n]] },
];

async function lookup(backend: OlapBackend, table: MirrorTable, keys: Rows): Promise<ExactValue[][]> {
  const transaction = await backend.begin();
  const rows = await transaction.lookup(table.name, keysOf(table, keys));
  await transaction.rollback();
  return rows.map((row) => [...row]).sort((a, b) => String(a) < String(b) ? -1 : 1);
}

const byKind = KEYS.map(({ classes, present, missing }): [string, OlapCase] => [
  `looks up rows by ${classes.join(" and ")}`,
  async (backend) => {
    const names = classes.map((_, at) => `k${at}`);
    const table = tableOf("t", [...names.map((name, at) => [name, classes[at]!] as const), ["v", "real"], [
      "b",
      "blob",
    ]], names);
    const rows = present.map((key, at) => [...key, at % 2 === 0 ? at / 4 : null, at % 2 === 0 ? null : bytes(at)]);
    await load(backend, table, rows);
    const sorted = [...rows].sort((a, b) => String(a) < String(b) ? -1 : 1);
    assert.deepEqual(await lookup(backend, table, [...missing, ...present]), sorted);
    assert.deepEqual(await lookup(backend, table, missing), []);
    assert.deepEqual(await lookup(backend, table, present.slice(0, 1)), rows.slice(0, 1));
  },
]);

export const lookupCases: OlapCases = {
  ...Object.fromEntries(byKind),

  "looks up rows as the last commit left them": async (backend) => {
    await load(backend, A, [[1n, "one"], [2n, "two"], [3n, "three"]]);
    await change(backend, 2, A, [[1n, "uno"], [4n, "four"]], [[2n]]);
    const all: Rows = [[1n], [2n], [3n], [4n], [5n]];
    assert.deepEqual(await lookup(backend, A, all), [[1n, "uno"], [3n, "three"], [4n, "four"]]);
    await change(backend, 3, A, [[2n, "again"]], [[1n]]);
    assert.deepEqual(await lookup(backend, A, all), [[2n, "again"], [3n, "three"], [4n, "four"]]);
  },

  "looks up many rows, some of them missing": async (backend) => {
    const count = 5000;
    await load(backend, A, Array.from({ length: count }, (_, at) => [BigInt(at * 2), `v${at}`]));
    const found = await lookup(backend, A, Array.from({ length: count }, (_, at) => [BigInt(at)]));
    assert.equal(found.length, count / 2);
    assert(found.every(([id, v]) => v === `v${Number(id) / 2}`));
  },

  "looks nothing up in a table without rows or without keys": async (backend) => {
    await load(backend, A, []);
    assert.deepEqual(await lookup(backend, A, [[1n]]), []);
    assert.deepEqual(await lookup(backend, A, []), []);
  },

  "lets changes follow a lookup in one transaction": async (backend) => {
    await load(backend, A, [[1n, "one"], [2n, "two"]]);
    const transaction = await backend.begin();
    assert.equal((await transaction.lookup("a", keysOf(A, [[1n]]))).length, 1);
    assert.equal((await transaction.lookup("A", keysOf(A, [[2n], [7n]]))).length, 1);
    await transaction.change("a", batchOf(A, [[1n, "uno"]]), keysOf(A, [[2n]]));
    await transaction.commit(stateAt(2));
    assert.deepEqual(await lookup(backend, A, [[1n], [2n]]), [[1n, "uno"]]);
  },

  "looks up keys above all there are, alone and among others": async (backend) => {
    await load(backend, A, [[1n, "one"], [2n, "two"]]);
    assert.deepEqual(await lookup(backend, A, [[3n]]), []);
    assert.deepEqual(await lookup(backend, A, [[2n], [3n]]), [[2n, "two"]]);
    await change(backend, 2, A, [[3n, "three"]], []);
    assert.deepEqual(await lookup(backend, A, [[3n], [4n]]), [[3n, "three"]]);
  },

  "replaces rows that were appended few at a time, in the same transaction as others or later": async (backend) => {
    await load(backend, A, [[1n, "one"]]);
    const transaction = await backend.begin();
    await transaction.append("a", batchOf(A, [[10n, "ten"]]));
    await transaction.append("a", batchOf(A, [[11n, "eleven"]]));
    await transaction.change("a", batchOf(A, [[5n, "five"]]), keysOf(A, [[1n]]));
    await transaction.append("a", batchOf(A, [[12n, "twelve"]]));
    await transaction.commit(stateAt(2));
    await change(backend, 3, A, [[5n, "V"], [10n, "X"], [11n, "XI"], [12n, "XII"]], []);
    const all = [[10n, "X"], [11n, "XI"], [12n, "XII"], [5n, "V"]];
    assert.deepEqual(await lookup(backend, A, [[1n], [5n], [10n], [11n], [12n], [13n]]), all);
    assert.equal(await backend.rowCount("a"), 4);
  },

  "refuses a lookup in a table that the transaction has changed": async (backend) => {
    await load(backend, A, [[1n, "one"]]);
    for (const [upserts, deletes] of [[[[2n, "two"]], []], [[], [[1n]]]] as const) {
      const transaction = await backend.begin();
      await transaction.change("a", batchOf(A, upserts), keysOf(A, deletes));
      await assert.rejects(transaction.lookup("a", keysOf(A, [[1n]])), TypeError);
      await transaction.rollback();
    }
    await assert.rejects(lookup(backend, tableOf("nobody", [["id", "integer"]], ["id"]), [[1n]]), TypeError);
  },
};
