import assert from "node:assert/strict";
import type { Table } from "apache-arrow";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { ExactValue, MirrorTable } from "../../../src/types/mod.ts";
import { change, load, rowsOf, tableOf } from "./fixtures.ts";
import type { OlapCases } from "./harness.ts";

const CLASSES = ["integer", "integer", "integer", "integer", "real", "number", "text", "text", "blob"] as const;
const NAMES = ["id", "small", "large", "huge", "r", "n", "few", "many", "b"] as const;
const T = tableOf("t", NAMES.map((name, at) => [name, CLASSES[at]!]), ["id"]);

/** Rows of every class, with NULLs in all but the key. */
function rowsFrom(first: number, count: number): ExactValue[][] {
  return Array.from({ length: count }, (_, at): ExactValue[] => {
    const id = first + at;
    const values: ExactValue[] = [
      BigInt(id % 100),
      BigInt(id) * 10_000_000_000n,
      2n ** 60n + BigInt(id),
      id / 8 - 5,
      id % 2 === 0 ? BigInt(id) : id + 0.5,
      ["", "é", "ordinary"][id % 3]!,
      `text ${id} ${"x".repeat(id % 100)}`,
      new Uint8Array(id % 5).fill(id),
    ];
    return [BigInt(id), ...values.map((value, column) => (id + column) % 7 === 0 ? null : value)];
  });
}

/** The table's rows as the mirror has them, in the order of their keys. */
function rowsIn(table: Table, { columns }: MirrorTable): ExactValue[][] {
  const rows = Array.from(
    { length: table.numRows },
    (_, row) =>
      columns.map(({ class: columnClass }, at): ExactValue => {
        const value = table.getChildAt(at)!.get(row);
        if (value === null || typeof value === "string") return value;
        if (columnClass === "integer") return BigInt(value);
        if (columnClass === "number") return Number.isInteger(value) ? BigInt(value) : value;
        return value instanceof Uint8Array ? new Uint8Array(value) : value;
      }),
  );
  return rows.sort((a, b) => Number(a[0]! as bigint - (b[0]! as bigint)));
}

/** Compares the whole table with a scan of it. */
async function assertShows(backend: OlapBackend, table: Table): Promise<void> {
  assert.deepEqual(rowsIn(table, T), await rowsOf(backend, T));
}

export const arrowTableCases: OlapCases = {
  "gives a table as Arrow": async (backend) => {
    await load(backend, T, rowsFrom(0, 20_000));
    const table = await backend.arrowTable("T");
    assert.deepEqual(table.schema.fields.map(({ name }) => name), NAMES);
    assert(table.schema.fields.every(({ nullable }) => nullable));
    assert.deepEqual(T.columns.map((_, at) => table.getChildAt(at)!.nullCount > 0), NAMES.map((name) => name !== "id"));
    await assertShows(backend, table);
  },

  "gives a table with deleted rows as Arrow": async (backend) => {
    await load(backend, T, rowsFrom(0, 6000));
    const deleted = Array.from({ length: 1000 }, (_, at): ExactValue[] => [BigInt(at * 3 + 1000)]);
    await change(backend, 2, T, rowsFrom(4500, 3000), deleted);
    await assertShows(backend, await backend.arrowTable("t"));
  },

  "gives an empty table as Arrow with its columns": async (backend) => {
    await load(backend, T, []);
    const table = await backend.arrowTable("t");
    assert.deepEqual([table.numRows, table.numCols], [0, NAMES.length]);
  },

  "leaves a table given as Arrow as it is, whatever is committed later": async (backend) => {
    await load(backend, T, rowsFrom(0, 5000));
    const table = await backend.arrowTable("t");
    const before = rowsIn(table, T);
    await change(backend, 2, T, rowsFrom(5000, 3), []);
    await change(backend, 3, T, rowsFrom(100, 3000), rowsFrom(3500, 1000).map(([id]) => [id!]));
    await backend.checkpoint();
    await change(backend, 4, T, rowsFrom(6000, 5000), []);
    assert.deepEqual(rowsIn(table, T), before);
    await assertShows(backend, await backend.arrowTable("t"));
  },

  "says which table there is none of to give as Arrow": async (backend) => {
    await load(backend, T, []);
    await assert.rejects(backend.arrowTable("nothing"), /no table "nothing"/);
  },
};
