import { writeFile } from "node:fs/promises";
import type { DataType } from "apache-arrow";
import type { RowSet } from "../../src/types/mod.ts";
import { distinctNames } from "../render/mod.ts";
import { type ColumnKind, columnKind } from "./column_kind.ts";

/** Writes an Arrow IPC file with exact types; `path` is the name for messages. */
export async function writeArrow(set: RowSet, path: string, temporary: string): Promise<void> {
  const arrow = await import("apache-arrow");
  const typeOf = (kind: ColumnKind): DataType => {
    switch (kind) {
      case "integer":
        return new arrow.Int64();
      case "real":
        return new arrow.Float64();
      case "text":
        return new arrow.Utf8();
      case "blob":
        return new arrow.Binary();
    }
  };
  const names = distinctNames(set.columns.map((column) => column.name));
  const fields = names.map((name, index) => new arrow.Field(name, typeOf(columnKind(set, index, path)), true));
  const children = fields.map((field, index) => {
    const values = set.rows.map((row) =>
      arrow.DataType.isFloat(field.type) && row[index] !== null ? Number(row[index]) : row[index]
    );
    return arrow.vectorFromArray(values, field.type).data[0]!;
  });
  const schema = new arrow.Schema(fields);
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: set.rows.length, nullCount: 0, children });
  const table = new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
  await writeFile(temporary, arrow.tableToIPC(table, "file"), { flag: "wx" });
}
