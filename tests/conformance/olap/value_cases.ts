import assert from "node:assert/strict";
import type { ColumnClass, ExactValue } from "../../../src/types/mod.ts";
import { change, load, query, type Rows, rowsOf, tableOf } from "./fixtures.ts";
import type { OlapCase, OlapCases } from "./harness.ts";

/** Values that must come back exactly, by the class of their column. */
const VALUES: Readonly<Record<ColumnClass, readonly ExactValue[]>> = {
  integer: [0n, 1n, -1n, null, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -(2n ** 53n) - 1n, 255n],
  real: [0, -0, 1, null, 0.1, -1.5, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 2 ** 53, 1e300],
  number: [0n, 1n, -1n, null, 2n ** 53n, -(2n ** 53n), 0.5, -2.25, 1e300, Infinity, -Infinity, 5e-324],
  text: [
    "",
    "a",
    null,
    "twelve bytes",
    "thirteen byte",
    "ÄÖÜäöü",
    "ÄÖÜäöüß",
    "日本語のテキスト",
    "😀",
    "😀😀😀😀 astral",
    "e\u0301 is not é",
    "\u0000",
    "before\u0000after",
    "a long text with \u0000 inside of it",
    "\ufeffbyte order mark",
    "\ufeff",
    "\uffff\u{10ffff}",
    'it\'s "quoted"\r\n\t\\',
    "x".repeat(10_000),
    "ü".repeat(10_000),
  ],
  blob: [
    new Uint8Array(0),
    new Uint8Array([0]),
    null,
    new Uint8Array([0xff, 0xfe, 0x80]),
    new Uint8Array(12).fill(0xc3),
    new Uint8Array(13).fill(0xc3),
    Uint8Array.from({ length: 100_000 }, (_, at) => at % 251),
  ],
};

/** A table of one column beside the key, and the values as its rows. */
function oneColumn(columnClass: ColumnClass, values: readonly ExactValue[]) {
  const table = tableOf("t", [["id", "integer"], ["v", columnClass]], ["id"]);
  return { table, rows: values.map((value, at): ExactValue[] => [BigInt(at), value]) };
}

function roundTrip(columnClass: ColumnClass): OlapCase {
  return async (backend) => {
    const { table, rows } = oneColumn(columnClass, VALUES[columnClass]);
    await load(backend, table, rows);
    assert.deepEqual(await rowsOf(backend, table), rows, "appended");
    assert.deepEqual(await query(backend, "select id, v from t order by id"), rows, "queried");

    const reversed = rows.map(([id], at) => [id!, rows.at(-1 - at)![1]!]);
    await change(backend, 2, table, reversed, []);
    assert.deepEqual(await rowsOf(backend, table), reversed, "changed");
  };
}

/** Small, fast and the same everywhere (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rows of all classes with NULLs, short and long strings mixed, over several of a backend's chunks. */
function mixedRows(count: number): Rows {
  const next = random(42);
  const below = (limit: number) => Math.floor(next() * limit);
  const alphabet = ["a", "Z", " ", "é", "語", "😀", "\u0000"];
  return Array.from({ length: count }, (_, row): ExactValue[] => [
    BigInt(row),
    below(5) === 0 ? null : BigInt.asIntN(64, BigInt(below(2 ** 31)) << BigInt(below(40))),
    below(5) === 0 ? null : next() * 1e6 - 5e5,
    below(5) === 0 ? null : below(2) === 0 ? BigInt(below(1000)) : next(),
    below(5) === 0 ? null : Array.from({ length: below(30) }, () => alphabet[below(row % 3 === 0 ? 7 : 3)]).join(""),
    below(5) === 0 ? null : Uint8Array.from({ length: below(30) }, () => below(256)),
  ]);
}

const ODD_NAMES = [
  "select",
  "a b",
  'say "hi"',
  "semi;colon",
  "a.b",
  "É",
  "é",
  "e\u0301",
  "rowid",
  "",
  "'",
  "%_",
  "x".repeat(200),
];

export const valueCases: OlapCases = {
  "keeps every INTEGER when appended, changed and queried": roundTrip("integer"),
  "keeps every REAL when appended, changed and queried": roundTrip("real"),
  "keeps INTEGER and REAL apart in a number column": roundTrip("number"),
  "keeps every TEXT when appended, changed and queried": roundTrip("text"),
  "keeps every BLOB when appended, changed and queried": roundTrip("blob"),

  "keeps 7,000 rows of all classes when they span chunks": async (backend) => {
    const table = tableOf("mixed", [
      ["id", "integer"],
      ["i", "integer"],
      ["r", "real"],
      ["n", "number"],
      ["t", "text"],
      ["b", "blob"],
    ], ["id"]);
    const rows = mixedRows(7000);
    await load(backend, table, rows);
    assert.deepEqual(await rowsOf(backend, table), rows);
    assert.deepEqual(await query(backend, "select * from mixed order by id"), rows);
    const shifted = rows.map(([id], at) => [id!, ...rows[(at + 1) % rows.length]!.slice(1)]);
    await change(backend, 2, table, shifted, []);
    assert.deepEqual(await rowsOf(backend, table), shifted);
  },

  "keeps texts of megabytes beside short ones": async (backend) => {
    const { table, rows } = oneColumn("text", ["short", "y".repeat(3_000_000), "", "é".repeat(2_500_000), "end", null]);
    await load(backend, table, rows);
    assert.deepEqual(await rowsOf(backend, table), rows);
  },

  "takes names as SQLite does when they are odd, empty or differ in non-ASCII case": async (backend) => {
    const columns = ODD_NAMES.map((name): [string, ColumnClass] => [name, "integer"]);
    const tables = ODD_NAMES.map((name) => tableOf(name, columns, ["rowid"]));
    const row = ODD_NAMES.map((_, at) => BigInt(at));
    for (const [at, table] of tables.entries()) {
      await load(backend, table, [row.with(0, BigInt(-at))]);
      await change(backend, 2, table, [row.with(0, BigInt(at))], []);
    }
    for (const [at, table] of tables.entries()) {
      assert.deepEqual(await rowsOf(backend, table), [row.with(0, BigInt(at))], table.name);
    }
    assert.equal((await backend.state())?.tables.length, ODD_NAMES.length);
  },

  "finds a table when its name differs in ASCII case": async (backend) => {
    const { table, rows } = oneColumn("text", ["a"]);
    await load(backend, table, rows);
    assert.equal(await backend.rowCount("T"), 1);
    await change(backend, 2, { ...table, name: "T" }, [], [[0n]]);
    assert.equal(await backend.rowCount("t"), 0);
  },
};
