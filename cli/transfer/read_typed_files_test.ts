import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import type { ExactValue } from "../../src/types/mod.ts";
import { openRowSource } from "./open_row_source.ts";

interface Column {
  readonly name: string;
  readonly type: string | null;
  readonly values: ExactValue[];
}

async function columnsOf(path: string): Promise<Column[]> {
  const source = await openRowSource(path, {});
  try {
    const columns: Column[] = source.columns.map(({ name, declaredType }) => ({
      name,
      type: declaredType,
      values: [],
    }));
    for await (const { rows } of source.batches()) {
      for (const row of rows) row.forEach((value, index) => columns[index]!.values.push(value));
    }
    return columns;
  } finally {
    await source.close();
  }
}

/** A column of two rows: DuckDB's expression for the first, NULL in the second. */
const PARQUET: readonly [name: string, expression: string, type: string, value: ExactValue][] = [
  ["tiny", "(-5)::TINYINT", "INTEGER", -5n],
  ["big", "9223372036854775807::BIGINT", "INTEGER", 9223372036854775807n],
  ["unsigned", "18446744073709551615::UBIGINT", "TEXT", "18446744073709551615"],
  ["small unsigned", "7::UBIGINT", "INTEGER", 7n],
  ["double", "0.1::DOUBLE", "REAL", 0.1],
  ["float", "0.5::FLOAT", "REAL", 0.5],
  ["nan", "'NaN'::DOUBLE", "REAL", null],
  ["money", "1234.50::DECIMAL(10,2)", "DECIMAL(10,2)", "1234.50"],
  ["whole", "12::DECIMAL(9,0)", "INTEGER", 12n],
  ["flag", "true", "INTEGER", 1n],
  ["text", "'it''s'", "TEXT", "it's"],
  ["bytes", "'\\x00\\xFF'::BLOB", "BLOB", Uint8Array.of(0, 255)],
  ["date", "DATE '2024-02-29'", "TEXT", "2024-02-29"],
  ["time", "TIME '12:34:56.5'", "TEXT", "12:34:56.5"],
  ["stamp", "TIMESTAMP '2024-02-29 12:00:00.000001'", "TEXT", "2024-02-29 12:00:00.000001"],
  ["zoned", "TIMESTAMPTZ '2024-02-29 12:00:00+02'", "TEXT", "2024-02-29 10:00:00+00"],
  ["list", "[1, NULL, 3]", "TEXT", "[1,null,3]"],
  ["struct", "{'a': 1, 'b': 'x'}", "TEXT", '{"a":1,"b":"x"}'],
];

Deno.test("openRowSource() reads every Parquet type as SQLite would store it", async () => {
  const folder = Deno.makeTempDirSync();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    // A name full of pattern characters: it must be taken literally.
    const path = join(folder, "a[1]*?.parquet");
    const select = PARQUET.map(([name, expression]) => `case when i = 0 then ${expression} end as "${name}"`);
    await connection.run(
      `copy (select ${select.join(", ")} from range(2) t(i) order by i) to '${path}' (format parquet)`,
    );
    const expected = PARQUET.map(([name, , type, value]) => ({ name, type, values: [value, null] }));
    assert.deepEqual(await columnsOf(path), expected);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
});

const ARROW: readonly [name: string, vector: arrow.Vector, type: string, values: ExactValue[]][] = [
  ["int32", arrow.vectorFromArray([1, null], new arrow.Int32()), "INTEGER", [1n, null]],
  ["int64", arrow.vectorFromArray([-(2n ** 63n), null], new arrow.Int64()), "INTEGER", [-(2n ** 63n), null]],
  ["uint64", arrow.vectorFromArray([2n ** 64n - 1n, null], new arrow.Uint64()), "TEXT", ["18446744073709551615", null]],
  ["float64", arrow.vectorFromArray([0.1, NaN], new arrow.Float64()), "REAL", [0.1, null]],
  ["text", arrow.vectorFromArray(["ü", null], new arrow.Utf8()), "TEXT", ["ü", null]],
  [
    "dictionary",
    arrow.vectorFromArray(["a", null], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
    "TEXT",
    ["a", null],
  ],
  ["bytes", arrow.vectorFromArray([Uint8Array.of(1, 2), null], new arrow.Binary()), "BLOB", [
    Uint8Array.of(1, 2),
    null,
  ]],
  ["flag", arrow.vectorFromArray([true, null], new arrow.Bool()), "INTEGER", [1n, null]],
  ["date", arrow.vectorFromArray([new Date("2024-02-29"), null], new arrow.DateDay()), "TEXT", ["2024-02-29", null]],
  [
    "micros",
    arrow.makeVector(
      arrow.makeData({ type: new arrow.TimestampMicrosecond(), length: 2, data: BigInt64Array.of(-1n, 1500000n) }),
    ),
    "TEXT",
    ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:01.5"],
  ],
  [
    "nanos, zoned",
    arrow.makeVector(
      arrow.makeData({ type: new arrow.TimestampNanosecond("UTC"), length: 2, data: BigInt64Array.of(1n, 0n) }),
    ),
    "TEXT",
    ["1970-01-01 00:00:00.000000001+00:00", "1970-01-01 00:00:00+00:00"],
  ],
  [
    "time",
    arrow.makeVector(arrow.makeData({ type: new arrow.TimeMillisecond(), length: 2, data: Int32Array.of(3723004, 0) })),
    "TEXT",
    ["01:02:03.004", "00:00:00"],
  ],
  [
    "decimal",
    arrow.makeVector(
      arrow.makeData({
        type: new arrow.Decimal(2, 10, 128),
        length: 2,
        data: Uint32Array.of(12345, 0, 0, 0, -5, -1, -1, -1),
      }),
    ),
    "DECIMAL(10,2)",
    ["123.45", "-0.05"],
  ],
  [
    "list",
    arrow.vectorFromArray([[1n, 2n], null], new arrow.List(new arrow.Field("item", new arrow.Int64(), true))),
    "TEXT",
    ["[1,2]", null],
  ],
];

Deno.test("openRowSource() reads every Arrow type as SQLite would store it", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const fields = ARROW.map(([name, vector]) => new arrow.Field(name, vector.type, true));
    const schema = new arrow.Schema(fields);
    const children = ARROW.map(([, vector]) => vector.data[0]!);
    const data = arrow.makeData({ type: new arrow.Struct(fields), length: 2, nullCount: 0, children });
    const batch = new arrow.RecordBatch(schema, data);
    // Two batches, so that a column consists of several chunks.
    const table = new arrow.Table(schema, [batch, batch]);
    const expected = ARROW.map(([name, , type, values]) => ({ name, type, values: [...values, ...values] }));
    for (const kind of ["file", "stream"] as const) {
      const path = join(folder, `${kind}.arrow`);
      writeFileSync(path, arrow.tableToIPC(table, kind));
      assert.deepEqual(await columnsOf(path), expected, kind);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
