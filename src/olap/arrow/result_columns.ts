import { columnarRowSet, type ColumnValues, type ExactValue, type ResultColumn, type RowSet } from "../../types/mod.ts";
import type { StoredColumn } from "./physical/relation.ts";

/** The rows a statement gave, as executors keep them: some columns, and their order. Nothing may change in them any more. */
export interface ColumnarResult {
  readonly rowCount: number;
  /** Per column of the result; `undefined` where every value is NULL. */
  readonly columns: readonly (StoredColumn | undefined)[];
  /** The rows in order, by index; `null` for their natural order. */
  readonly order: Int32Array | null;
}

/** The result as callers take it: rows and Arrow tables are made from the columns when asked for. */
export function rowSetOf(columns: readonly ResultColumn[], result: ColumnarResult): RowSet {
  const { rowCount, order } = result;
  return columnarRowSet(columns, { rowCount, order, columns: result.columns.map(valuesOf) });
}

function valuesOf(column: StoredColumn | undefined): ColumnValues {
  if (column === undefined || column.rep === "null" || column.data === null) return { kind: "null" };
  const { rep, nulls, integers, heap } = column;
  switch (rep) {
    case "int":
      return { kind: "integer", data: numbers(column), nulls };
    case "real":
      return { kind: "real", data: numbers(column), nulls };
    case "number":
      return { kind: "number", data: numbers(column), integers: integers!, nulls };
    case "text":
      return { kind: "text", indexes: numbers(column), texts: heap!, nulls };
    case "string":
    case "boxed":
      return { kind: "exact", data: column.data as unknown[] as ExactValue[], nulls };
  }
}

type Numbers = Int32Array | Float64Array | Uint8Array;

function numbers({ data }: StoredColumn): Numbers {
  return data as Numbers;
}
