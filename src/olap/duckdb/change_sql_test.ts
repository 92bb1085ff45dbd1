import duckdb from "@duckdb/node-bindings";
import assert from "node:assert/strict";
import type { ColumnBatch, ColumnClass, ColumnVector, MirrorTable } from "../../types/mod.ts";
import { changeSql, recurringInsert } from "./change_sql.ts";
import { readVector } from "./chunk_reader.ts";
import { SQL_TYPE } from "./column_type.ts";
import { DuckdbConnection } from "./duckdb_connection.ts";
import { type MirrorEntry, mirrorEntry } from "./mirror_entry.ts";

const CLASSES: readonly ColumnClass[] = ["integer", "real", "text", "blob"];

function entryOf(...keyColumns: string[]): MirrorEntry {
  const columns = CLASSES.map((each) => ({ name: each, class: each }));
  return mirrorEntry({ name: "t", columns, keyColumns } as unknown as MirrorTable, null);
}

function batchOf(rows: readonly (readonly [bigint, number | null, string | null, Uint8Array | null])[]): ColumnBatch {
  const nulls = (at: number) => Uint8Array.from(rows, (row) => row[at] === null ? 1 : 0);
  return {
    rowCount: rows.length,
    columns: [
      { class: "integer", data: BigInt64Array.from(rows, (row) => row[0]), nulls: null },
      { class: "real", data: Float64Array.from(rows, (row) => row[1] ?? 0), nulls: nulls(1) },
      { class: "text", data: rows.map((row) => row[2]) },
      { class: "blob", data: rows.map((row) => row[3]) },
    ],
  };
}

const NO_KEYS: ColumnBatch = { rowCount: 0, columns: [{ class: "integer", data: new BigInt64Array(), nulls: null }] };

const FORMS: readonly (readonly [name: string, rows: number, prepared: boolean])[] = [
  ["few rows", 0, false],
  ["many rows", 40, false],
  ["many rows, the statement prepared", 40, true],
];

for (const [name, more, isPrepared] of FORMS) {
  Deno.test(`changeSql() writes values that DuckDB reads back exactly, in place of the rows there: ${name}`, async () => {
    const database = await duckdb.open(":memory:", duckdb.create_config());
    const connection = new DuckdbConnection(await duckdb.connect(database));
    try {
      await connection.query(
        `create schema m; create table m.t(${CLASSES.map((each) => `"${each}" ${SQL_TYPE[each]}`).join(", ")})`,
      );
      await connection.query("insert into m.t values (-9223372036854775808, 1, 'old', null), (5, 2, 'leaves', null)");
      const rows: Parameters<typeof batchOf>[0] = [
        [-(2n ** 63n), 5e-324, "it's", new Uint8Array([0, 39, 92, 255])],
        [2n ** 63n - 1n, Number.MAX_VALUE, "", new Uint8Array()],
        [0n, 0.1 + 0.2, "🦆\n\\x41", null],
        [1n, -0, null, new Uint8Array([120])],
        [2n, null, "2", null],
        [3n, 1e21, "é", null],
        [4n, -123456789.125, "null", null],
        [2n ** 53n + 1n, 12345678901234567000, `"\\u0041"\u0001\u2028]}`, null],
        ...Array.from({ length: more }, (_, at) => [BigInt(100 + at), at / 3, `row ${at}`, null] as const),
      ];
      const leaves: ColumnVector = { class: "integer", data: BigInt64Array.of(5n), nulls: null };
      const changed = [entryOf("integer"), batchOf(rows), { rowCount: 1, columns: [leaves] }] as const;
      let prepared: string | null = null;
      if (isPrepared) {
        const insert = recurringInsert(...changed)!;
        assert.equal(await connection.prepared(insert), null);
        prepared = await connection.prepared(insert);
        assert.equal(await connection.prepared(insert), prepared);
        assert.ok(prepared !== null);
      }
      const [entry, upserts, deletes] = changed;
      const sql = changeSql(entry, upserts, 2, deletes, prepared);
      assert.ok(sql !== null);
      await connection.query(sql);
      const result = await connection.query("from m.t");
      const chunk = duckdb.result_get_chunk(result, 0);
      const columns = CLASSES.map((each, at) => readVector(chunk, at, each));
      assert.deepEqual(rows.map((_, row) => columns.map((values) => values[row])), rows);
      assert.equal(duckdb.data_chunk_get_size(chunk), rows.length);
    } finally {
      await connection.close();
      duckdb.close_sync(database);
    }
  });
}

const REFUSED: readonly (readonly [name: string, rows: Parameters<typeof batchOf>[0]])[] = [
  ["an infinite number", [[1n, Infinity, "", null]]],
  ["a text with NUL", [[1n, 1, "a\0b", null]]],
  ["a text with half a surrogate pair", [[1n, 1, "\ud800", null]]],
  ["many values", Array.from({ length: 3000 }, (_, at) => [BigInt(at), 1, "", null] as const)],
  ["a long text", [[1n, 1, "x".repeat(300_000), null]]],
  ["long texts together", [1n, 2n, 3n].map((key) => [key, 1, "x".repeat(100_000), null] as const)],
  ["a blob whose digits no text can hold", [[1n, 1, "", new Uint8Array(2 ** 28)]]],
];

for (const [name, rows] of REFUSED) {
  Deno.test(`changeSql() leaves to others: ${name}`, () => {
    assert.equal(changeSql(entryOf("integer", "text"), batchOf(rows), rows.length, NO_KEYS, null), null);
  });
}

Deno.test("recurringInsert() is for the rows of middling changes", () => {
  const entry = entryOf("integer");
  for (const [count, recurs] of [[0, false], [3, false], [20, true], [3000, false]] as const) {
    const rows = Array.from({ length: count }, (_, at) => [BigInt(at), 1, "", null] as const);
    assert.equal(recurringInsert(entry, batchOf(rows), NO_KEYS) !== null, recurs, `${count} rows`);
  }
});

Deno.test("changeSql() deletes nothing where all rows are new, and says nothing where there is nothing to do", () => {
  assert.equal(
    changeSql(entryOf("integer"), batchOf([[7n, 1, "x", null]]), 0, NO_KEYS, null),
    `insert into m."t" values (cast(7 as BIGINT), cast(1e0 as DOUBLE), cast('x' as VARCHAR), cast(null as BLOB));`,
  );
  assert.equal(changeSql(entryOf("integer"), batchOf([]), 0, NO_KEYS, null), "");
});
