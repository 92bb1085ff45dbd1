import type { ColumnBatch, ColumnSchema, ExactValue, TableHistory } from "../../types/mod.ts";
import { type HistoryClass, type HistoryShape, historyTables } from "./history_layout.ts";

/** For tests: the history of a table `t(k PRIMARY KEY, v)`. */
export interface KeyedHistory {
  readonly shape: HistoryShape;
  readonly tables: TableHistory;
}

/** A {@linkcode KeyedHistory} with columns of these classes. */
export function keyedHistory(keyClass: HistoryClass, valueClass: HistoryClass): KeyedHistory {
  const shape: HistoryShape = {
    tableId: 1,
    of: "t",
    live: true,
    sql: "",
    keyColumns: ["k"],
    keyedByRowid: false,
    columns: [
      { name: "k", class: keyClass, schema: columnSchema("k", 1), present: true },
      { name: "v", class: valueClass, schema: columnSchema("v", 0), present: true },
    ],
  };
  return { shape, tables: historyTables(shape, { kind: "primaryKey", columns: ["k"] }) };
}

/** Rows of a batch as a backend's scan gives them. */
export function scannedRows({ rowCount, columns }: ColumnBatch): ExactValue[][] {
  return Array.from({ length: rowCount }, (_, row) => columns.map(({ data }) => data[row] as ExactValue));
}

function columnSchema(name: string, primaryKeyPosition: number): ColumnSchema {
  return {
    name,
    declaredType: null,
    affinity: "blob",
    collation: "BINARY",
    notNull: false,
    primaryKeyPosition,
    generated: "no",
    hidden: false,
  };
}
