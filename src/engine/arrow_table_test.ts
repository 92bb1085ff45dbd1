import assert from "node:assert/strict";
import type { Table } from "apache-arrow";
import { type ColumnarRows, columnarRowSet, type ColumnValues, type RowSet, toSqlRows } from "../types/mod.ts";
import { arrowTableOf } from "./arrow_table.ts";

const texts = ["é", "", "a long text of more than sixty-four bytes, which is copied in another way than short ones"];
const bytes = new TextEncoder().encode(texts.join(""));
const offsets = new Int32Array([0, 2, 2, bytes.length]);
const inUtf8 = { text: (index: number) => texts[index]!, utf8: { offsets, bytes } };
const inStrings = { text: (index: number) => texts[index]!, utf8: null };
const nulls = new Uint8Array([0, 1, 0, 0]);

const CASES: readonly { readonly name: string; readonly values: ColumnValues; readonly type: string }[] = [
  { name: "small integers", values: { kind: "integer", data: new Int32Array([1, 0, -2, 3]), nulls }, type: "Int64" },
  {
    name: "large integers",
    values: { kind: "integer", data: new Float64Array([2 ** 53, 0, -(2 ** 53), -1]), nulls },
    type: "Int64",
  },
  { name: "reals", values: { kind: "real", data: new Float64Array([1, -0, 2.5, Infinity]), nulls }, type: "Float64" },
  {
    name: "integers and reals",
    values: { kind: "number", data: new Float64Array([1, 1, 2.5, 3]), integers: new Uint8Array([1, 0, 0, 1]), nulls },
    type: "Float64",
  },
  {
    name: "numbers that are integers",
    values: { kind: "number", data: new Float64Array([1, 1.5, 2, 3]), integers: new Uint8Array([1, 0, 1, 1]), nulls },
    type: "Int64",
  },
  {
    name: "texts in UTF-8",
    values: { kind: "text", indexes: new Int32Array([0, 0, 2, 1]), texts: inUtf8, nulls },
    type: "Utf8",
  },
  {
    name: "texts as strings",
    values: { kind: "text", indexes: new Int32Array([0, 0, 2, 1]), texts: inStrings, nulls },
    type: "Utf8",
  },
  { name: "strings", values: { kind: "exact", data: ["x", "", "é", "zz"], nulls }, type: "Utf8" },
  { name: "exact values", values: { kind: "exact", data: [2n ** 60n, null, 5n, -1n], nulls: null }, type: "Int64" },
  {
    name: "blobs",
    values: { kind: "exact", data: [new Uint8Array([1]), null, new Uint8Array([]), new Uint8Array([2])], nulls: null },
    type: "Binary",
  },
  {
    name: "only NULLs",
    values: { kind: "real", data: new Float64Array(4), nulls: new Uint8Array([1, 1, 1, 1]) },
    type: "Null",
  },
  { name: "no values", values: { kind: "null" }, type: "Null" },
];

/** The same result without columns. */
function asRows(set: RowSet): RowSet {
  return { columns: set.columns, rows: set.rows };
}

function contents(table: Table): unknown[] {
  return table.schema.fields.map(({ name, type, nullable }, at) => {
    const column = table.getChildAt(at)!;
    return [
      name,
      String(type),
      nullable,
      column.nullCount,
      Array.from({ length: table.numRows }, (_, row) => column.get(row)),
    ];
  });
}

for (const { name, values, type } of CASES) {
  for (const order of [null, new Int32Array([3, 1, 2]), new Int32Array([])]) {
    Deno.test(`arrowTableOf() gives ${name} as from rows, in ${order === null ? "natural" : `order [${order}]`}`, () => {
      const columnar: ColumnarRows = { rowCount: order?.length ?? 4, columns: [values], order };
      const set = columnarRowSet([{ name: "c", declaredType: null }], columnar);
      const table = arrowTableOf(set);
      assert.equal(String(table.schema.fields[0]!.type), columnar.rowCount === 0 ? "Null" : type);
      assert.deepEqual(contents(table), contents(arrowTableOf(asRows(set))));
      assert.deepEqual(toSqlRows(set), toSqlRows(asRows(set)));
    });
  }
}

Deno.test("arrowTableOf() takes over doubles without copying when rows are in natural order", () => {
  const data = new Float64Array([1.5, 2.5, 0]);
  const set = columnarRowSet([{ name: "c", declaredType: null }], {
    rowCount: 2,
    columns: [{ kind: "real", data, nulls: null }],
    order: null,
  });
  assert.equal(arrowTableOf(set).getChildAt(0)!.data[0]!.values.buffer, data.buffer);
});

Deno.test("arrowTableOf() refuses a column that no type of Arrow holds", () => {
  const mixed = (values: ColumnValues): RowSet =>
    columnarRowSet([{ name: "c", declaredType: null }], { rowCount: 2, columns: [values], order: null });
  const isRefused = (why: RegExp) => (error: unknown) =>
    (error as { code?: string }).code === "FILE_FORMAT" && why.test((error as Error).message);
  const beyond: ColumnValues = {
    kind: "number",
    data: new Float64Array([2 ** 53, 0.5]),
    integers: new Uint8Array([1, 0]),
    nulls: null,
  };
  for (const set of [mixed(beyond), asRows(mixed(beyond))]) {
    assert.throws(() => arrowTableOf(set), isRefused(/"c": it mixes REAL with integers beyond/));
  }
  assert.throws(
    () => arrowTableOf(mixed({ kind: "exact", data: ["a", 1n], nulls: null })),
    isRefused(/it mixes integer and text/),
  );
});

Deno.test("columnarRowSet() makes values only for who asks, and exact rows once", () => {
  let made = 0;
  const counted = { ...inUtf8, text: (index: number) => (made++, texts[index]!) };
  const set = columnarRowSet([{ name: "c", declaredType: null }], {
    rowCount: 3,
    columns: [{ kind: "text", indexes: new Int32Array([0, 1, 2]), texts: counted, nulls: null }],
    order: null,
  });
  arrowTableOf(set);
  assert.equal(made, 0);
  toSqlRows(set);
  assert.equal(made, 3);
  assert.deepEqual([set.rows, set.rows.length], [texts.map((text) => [text]), 3]);
  assert.equal(made, 6);
});
