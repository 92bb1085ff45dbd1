import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { blobLiteral } from "./blob_text.ts";
import { distinctNames } from "./column_names.ts";
import { realExactText } from "./real_text.ts";

/**
 * A function from row to JSON object. INTEGER keeps all its digits (readers that take numbers as doubles round those beyond 2^53),
 * REAL always has a point or exponent, infinities are `1e999` and `-1e999` as SQLite's shell writes them, a blob is the text `x'00ff'`.
 * A repeated column name gets a suffix, so that no value is lost.
 */
export function jsonRowWriter(columns: RowSet["columns"]): (row: readonly ExactValue[]) => string {
  const keys = distinctNames(columns.map((column) => column.name)).map((name) => `${JSON.stringify(name)}:`);
  return (row) => {
    let text = "{";
    for (let i = 0; i < keys.length; i++) text += (i === 0 ? "" : ",") + keys[i] + jsonValue(row[i]!);
    return text + "}";
  };
}

function jsonValue(value: ExactValue): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      if (Number.isFinite(value)) return realExactText(value);
      return value > 0 ? "1e999" : "-1e999";
    case "string":
      return JSON.stringify(value);
    default:
      return `"${blobLiteral(value)}"`;
  }
}
