// Deferred: loading apache-arrow costs about 40 ms, and most programs never ask for a table.
import defer * as arrow from "apache-arrow";
import type { ColumnValues, RowSet } from "../types/mod.ts";
import { arrowColumn } from "./arrow_column.ts";

/** Builds an Arrow table from a result; see `QueryResult.toArrow` for the types. */
export function arrowTableOf(set: RowSet): arrow.Table {
  const { columns, columnar } = set;
  const length = columnar?.rowCount ?? set.rows.length;
  const children = columns.map(({ name }, at) => {
    const values: ColumnValues = columnar?.columns[at] ??
      { kind: "exact", data: set.rows.map((row) => row[at]!), nulls: null };
    return arrowColumn(arrow, { name, values, length, order: columnar?.order ?? null });
  });
  const fields = columns.map(({ name }, at) => new arrow.Field(name, children[at]!.type, true));
  const schema = new arrow.Schema(fields);
  const struct = arrow.makeData({ type: new arrow.Struct(fields), length, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]);
}
