// Deferred: loading apache-arrow costs about 40 ms, and most programs never ask for a table.
import defer * as arrow from "apache-arrow";
import { RheiError } from "../errors/mod.ts";
import { type ExactValue, type ResultColumn, type RowSet, type StorageClass, storageClassOf } from "../types/mod.ts";

/** Builds an Arrow table from exact rows; see `QueryResult.toArrow` for the types. */
export function arrowTableOf(columns: readonly ResultColumn[], rows: RowSet["rows"]): arrow.Table {
  const fields: arrow.Field[] = [];
  const children: arrow.Data[] = [];
  columns.forEach((column, index) => {
    const vector = arrow.vectorFromArray(...columnOf(column.name, rows, index));
    fields.push(new arrow.Field(column.name, vector.type, true));
    children.push(vector.data[0] ?? arrow.makeData({ type: vector.type, length: 0 } as never));
  });
  const schema = new arrow.Schema(fields);
  const struct = arrow.makeData({ type: new arrow.Struct(fields), length: rows.length, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]);
}

function columnOf(name: string, rows: RowSet["rows"], index: number): [readonly unknown[], arrow.DataType] {
  const classes = new Set<StorageClass>();
  const values: ExactValue[] = rows.map((row) => row[index]!);
  for (const value of values) classes.add(storageClassOf(value));
  classes.delete("null");
  const [first] = classes;
  if (first === undefined) return [values, new arrow.Null()];
  if (classes.size === 1) return [values, typeOf(first)];
  if (classes.size === 2 && classes.has("integer") && classes.has("real")) {
    if (values.every((value) => typeof value !== "bigint" || Number.isSafeInteger(Number(value)))) {
      return [values.map((value) => (value === null ? null : Number(value))), new arrow.Float64()];
    }
    throw new RheiError(
      "FILE_FORMAT",
      `Cannot make an Arrow column of "${name}": it mixes REAL with integers beyond ±2^53`,
      {
        hint: "cast the column to one type in the query",
      },
    );
  }
  throw new RheiError(
    "FILE_FORMAT",
    `Cannot make an Arrow column of "${name}": it mixes ${[...classes].sort().join(" and ")}`,
    {
      hint: "cast the column to one type in the query",
    },
  );
}

function typeOf(storage: StorageClass): arrow.DataType {
  switch (storage) {
    case "integer":
      return new arrow.Int64();
    case "real":
      return new arrow.Float64();
    case "text":
      return new arrow.Utf8();
    case "blob":
      return new arrow.Binary();
    case "null":
      return new arrow.Null();
  }
}
