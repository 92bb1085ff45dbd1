import assert from "node:assert/strict";
import type { ColumnClass, ExactValue } from "../../../src/types/mod.ts";
import { batchOf, change, commit, keysOf, load, type Rows, rowsOf, tableOf } from "./fixtures.ts";
import type { OlapCase, OlapCases } from "./harness.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

/** Keys in the order SQLite's BINARY collation gives them; neighbours must not be taken for one another. */
const KEYS: readonly { readonly name: string; readonly classes: readonly ColumnClass[]; readonly keys: Rows }[] = [
  {
    name: "integers",
    classes: ["integer"],
    keys: [[-(2n ** 63n)], [-10n], [-9n], [0n], [9n], [10n], [2n ** 63n - 1n]],
  },
  { name: "reals", classes: ["real"], keys: [[-Infinity], [-1.5], [0], [5e-324], [0.1], [1e300], [Infinity]] },
  {
    name: "numbers",
    classes: ["number"],
    keys: [[-Infinity], [-1n], [-0.5], [0n], [0.5], [1n], [2n ** 53n], [Infinity]],
  },
  {
    name: "texts",
    classes: ["text"],
    keys: [
      [""],
      ["\u0000"],
      [" "],
      ["A"],
      ["A "],
      ["Z"],
      ["a"],
      ["a\u0000"],
      ["a\u0000b"],
      ["ab"],
      ["e\u0301"],
      ["É"],
      ["é"],
      ["語"],
      ["\uffff"], // before astral characters bytewise, after them in UTF-16
      ["😀"],
    ],
  },
  {
    name: "blobs",
    classes: ["blob"],
    keys: [[bytes()], [bytes(0)], [bytes(0, 0)], [bytes(0, 255)], [bytes(1)], [bytes(127)], [bytes(128)], [
      bytes(255, 0),
    ]],
  },
  {
    name: "text, blob and integer together",
    classes: ["text", "blob", "integer"],
    keys: [
      ["", bytes(), 0n],
      ["A", bytes(), 1n],
      ["a", bytes(), 0n],
      ["a", bytes(), 1n],
      ["a", bytes(0), 0n],
      ["a", bytes(0), 10n],
      ["a", bytes(1), 9n],
      ["b", bytes(), 0n],
    ],
  },
];

/** Every key alone is replaced, removed and put back, and the others stay; scans keep the order throughout. */
function keyed({ classes, keys }: (typeof KEYS)[number]): OlapCase {
  return async (backend) => {
    const names = classes.map((_, at) => `k${at}`);
    const table = tableOf("t", [...names.map((name, at) => [name, classes[at]!] as const), ["v", "text"]], names);
    const loaded = keys.map((key) => [...key, "loaded"]);
    await load(backend, table, loaded.toReversed());
    assert.deepEqual(await rowsOf(backend, table), loaded);

    const odd = keys.filter((_, at) => at % 2 === 1);
    const even = keys.filter((_, at) => at % 2 === 0);
    await change(backend, 2, table, odd.map((key) => [...key, "replaced"]), []);
    const replaced = loaded.map((row, at) => at % 2 === 1 ? row.with(-1, "replaced") : row);
    assert.deepEqual(await rowsOf(backend, table), replaced);

    await change(backend, 3, table, [], even);
    assert.deepEqual(await rowsOf(backend, table), replaced.filter((_, at) => at % 2 === 1));

    await change(backend, 4, table, even.map((key) => [...key, "back"]), odd.slice(0, 1));
    const back = keys.map((key, at) => [...key, at % 2 === 1 ? "replaced" : "back"]);
    assert.deepEqual(await rowsOf(backend, table), back.toSpliced(1, 1));
  };
}

const T = tableOf("t", [["id", "integer"], ["v", "text"]], ["id"]);
const rowsFrom = (first: number, end: number, text: string): ExactValue[][] =>
  Array.from({ length: end - first }, (_, at) => [BigInt(first + at), `${text} ${first + at}`]);

export const changeCases: OlapCases = {
  ...Object.fromEntries(KEYS.map((each) => [`changes and scans rows keyed by ${each.name}`, keyed(each)])),

  "ignores a key to remove that no row has": async (backend) => {
    await load(backend, T, rowsFrom(0, 3, "a"));
    await change(backend, 2, T, [], [[-5n], [99n], [1n], [2n ** 63n - 1n]]);
    assert.deepEqual(await rowsOf(backend, T), [[0n, "a 0"], [2n, "a 2"]]);
  },

  "takes -0.0 and 0.0 for one key": async (backend) => {
    const table = tableOf("t", [["k", "real"], ["v", "text"]], ["k"]);
    await load(backend, table, [[0, "zero"], [1, "one"]]);
    await change(backend, 2, table, [[-0, "minus"]], []);
    assert.deepEqual(await rowsOf(backend, table), [[-0, "minus"], [1, "one"]]);
    await change(backend, 3, table, [], [[0]]);
    assert.deepEqual(await rowsOf(backend, table), [[1, "one"]]);
  },

  "applies several changes of one transaction together": async (backend) => {
    await load(backend, T, rowsFrom(0, 3000, "a"));
    await commit(backend, 2, async (transaction) => {
      await transaction.change("t", batchOf(T, []), keysOf(T, [[5n], [2999n]]));
      await transaction.change("t", batchOf(T, rowsFrom(6, 2500, "b")), keysOf(T, []));
      await transaction.change("t", batchOf(T, rowsFrom(2990, 2995, "c")), keysOf(T, [[0n]]));
      await transaction.change("t", batchOf(T, []), keysOf(T, []));
    });
    const expected = [
      ...rowsFrom(1, 5, "a"),
      ...rowsFrom(6, 2500, "b"),
      ...rowsFrom(2500, 2990, "a"),
      ...rowsFrom(2990, 2995, "c"),
      ...rowsFrom(2995, 2999, "a"),
    ];
    assert.deepEqual(await rowsOf(backend, T), expected);
    assert.equal(await backend.rowCount("t"), expected.length);
  },

  "adds rows above all keys and replaces them later, across transactions": async (backend) => {
    await load(backend, T, rowsFrom(0, 10, "a"));
    await change(backend, 2, T, rowsFrom(8, 14, "b"), []);
    await change(backend, 3, T, rowsFrom(12, 16, "c"), []);
    await change(backend, 4, T, [[15n, "d 15"]], [[14n]]);
    await change(backend, 5, T, rowsFrom(14, 15, "e"), []);
    assert.deepEqual(await rowsOf(backend, T), [
      ...rowsFrom(0, 8, "a"),
      ...rowsFrom(8, 12, "b"),
      ...rowsFrom(12, 14, "c"),
      [14n, "e 14"],
      [15n, "d 15"],
    ]);
  },

  "adds rows above all others by the first column of their key, and replaces them later": async (backend) => {
    const table = tableOf("lines", [["number", "integer"], ["note", "text"], ["order", "integer"]], [
      "order",
      "number",
    ]);
    await load(backend, table, [[1n, "a", 1n], [2n, "a", 1n]]);
    await change(backend, 2, table, [[1n, "b", 2n], [2n, "b", 2n], [1n, "b", 3n]], []);
    await change(backend, 3, table, [[2n, "c", 3n], [1n, "c", 3n], [1n, "c", 4n]], [[2n, 1n]]);
    await change(backend, 4, table, [[1n, "d", null], [1n, "d", 9n]], []);
    await change(backend, 5, table, [[1n, "e", 9n], [2n, "e", 9n], [1n, "e", 4n]], [[1n, 1n]]);
    assert.deepEqual(await rowsOf(backend, table), [
      [1n, "d", null],
      [2n, "a", 1n],
      [2n, "b", 2n],
      [1n, "c", 3n],
      [2n, "c", 3n],
      [1n, "e", 4n],
      [1n, "e", 9n],
      [2n, "e", 9n],
    ]);
  },

  "replaces rows whose keys come in any order within a batch": async (backend) => {
    await load(backend, T, rowsFrom(0, 4, "a"));
    await change(backend, 2, T, [[9n, "b"], [1n, "b"], [7n, "b"], [8n, "b"]], []);
    await change(backend, 3, T, [[8n, "c"], [20n, "c"], [7n, "c"], [30n, "c"]], [[9n]]);
    const expected = [[0n, "a 0"], [1n, "b"], [2n, "a 2"], [3n, "a 3"], [7n, "c"], [8n, "c"], [20n, "c"], [30n, "c"]];
    assert.deepEqual(await rowsOf(backend, T), expected);
  },

  "replaces and removes rows appended in the same transaction": async (backend) => {
    await commit(backend, 1, async (transaction) => {
      await transaction.createTable(T);
      await transaction.append("t", batchOf(T, rowsFrom(0, 5, "a")));
      await transaction.change("t", batchOf(T, [[2n, "b"], [7n, "b"]]), keysOf(T, [[3n]]));
    });
    assert.deepEqual(await rowsOf(backend, T), [[0n, "a 0"], [1n, "a 1"], [2n, "b"], [4n, "a 4"], [7n, "b"]]);
  },

  "forgets what a rolled back transaction knew of the keys": async (backend) => {
    await load(backend, T, rowsFrom(0, 5, "a"));
    const transaction = await backend.begin();
    await transaction.change("t", batchOf(T, rowsFrom(5, 100, "b")), keysOf(T, [[0n]]));
    await transaction.rollback();
    await change(backend, 2, T, rowsFrom(4, 7, "c"), []);
    assert.deepEqual(await rowsOf(backend, T), [...rowsFrom(0, 4, "a"), ...rowsFrom(4, 7, "c")]);
  },

  "applies a transaction that is larger than a backend would hold in memory": async (backend) => {
    const batches = Array.from({ length: 6 }, (_, at) => rowsFrom(at * 5, at * 5 + 5, "x".repeat(3_000_000)));
    await load(backend, T, rowsFrom(0, 32, "a"));
    await commit(backend, 2, async (transaction) => {
      for (const rows of batches) await transaction.change("t", batchOf(T, rows), keysOf(T, []));
      await transaction.change("t", batchOf(T, []), keysOf(T, [[30n]]));
    });
    assert.deepEqual(await rowsOf(backend, T), [...batches.flat(), [31n, "a 31"]]);
  },

  "changes a table of which every column is the key": async (backend) => {
    const table = tableOf("pairs", [["a", "text"], ["b", "integer"]], ["b", "a"]);
    await load(backend, table, [["x", 1n], ["y", 1n], ["x", 2n]]);
    await change(backend, 2, table, [["z", 1n], ["x", 2n]], [[1n, "x"], [2n, "nobody"]]);
    assert.deepEqual(await rowsOf(backend, table), [["y", 1n], ["z", 1n], ["x", 2n]]);
  },

  "copies batches, so that the caller may reuse their memory": async (backend) => {
    const data = BigInt64Array.of(1n, 2n);
    const texts: (string | null)[] = ["one", "two"];
    const batch = {
      rowCount: 2,
      columns: [{ class: "integer", data, nulls: null }, { class: "text", data: texts }],
    } as const;
    await commit(backend, 1, async (transaction) => {
      await transaction.createTable(T);
      await transaction.append("t", batch);
      data.set([3n, 4n]);
      texts.fill("changed");
      await transaction.change("t", batch, keysOf(T, []));
      data.fill(99n);
      texts.fill(null);
    });
    assert.deepEqual(await rowsOf(backend, T), [[1n, "one"], [2n, "two"], [3n, "changed"], [4n, "changed"]]);
  },
};
