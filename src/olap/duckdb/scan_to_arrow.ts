import type * as Arrow from "apache-arrow";
import type { ColumnClass, ExactValue, MirrorTable } from "../../types/mod.ts";

type ArrowModule = typeof Arrow;
type Rows = readonly (readonly ExactValue[])[];

/** Rows a record batch holds, but for the last chunk of a scan it takes in. */
const BATCH_ROWS = 1 << 16;

/** All rows of a scan as an Arrow table whose columns have the types of their classes. */
export async function scanToArrow(table: MirrorTable, scan: AsyncIterable<Rows>): Promise<Arrow.Table> {
  const arrow = await import("apache-arrow");
  const types = table.columns.map((column) => typeOf(arrow, column.class));
  const schema = new arrow.Schema(table.columns.map(({ name }, at) => new arrow.Field(name, types[at]!, true)));
  const batches: Arrow.RecordBatch[] = [];
  let rows: (readonly ExactValue[])[] = [];
  for await (const chunk of scan) {
    for (const row of chunk) rows.push(row);
    if (rows.length < BATCH_ROWS) continue;
    batches.push(recordBatch(arrow, schema, types, rows));
    rows = [];
  }
  if (rows.length > 0) batches.push(recordBatch(arrow, schema, types, rows));
  return new arrow.Table(schema, batches);
}

function recordBatch(
  arrow: ArrowModule,
  schema: Arrow.Schema,
  types: readonly Arrow.DataType[],
  rows: Rows,
): Arrow.RecordBatch {
  const length = rows.length;
  const children = types.map((type, at) => {
    const isDouble = arrow.DataType.isFloat(type);
    const values = rows.map((row) => isDouble && row[at] !== null ? Number(row[at]) : row[at]);
    return arrow.vectorFromArray(values, type).data[0]!;
  });
  const struct = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children });
  return new arrow.RecordBatch(schema, struct);
}

function typeOf(arrow: ArrowModule, columnClass: ColumnClass): Arrow.DataType {
  switch (columnClass) {
    case "integer":
      return new arrow.Int64();
    case "real":
    case "number":
      return new arrow.Float64();
    case "text":
      return new arrow.Utf8();
    case "blob":
      return new arrow.Binary();
  }
}
