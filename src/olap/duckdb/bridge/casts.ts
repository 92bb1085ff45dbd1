import type { Affinity } from "../../../types/mod.ts";
import type { ColumnBounds } from "../column_bounds.ts";
import { boundsOf } from "./bounds.ts";
import { integerPrefix, PREFIX_RANGE, realPrefix } from "./numeric_prefix.ts";
import { toDouble, withoutBoolean, withoutNan } from "./coercions.ts";
import { literalSql } from "./literals.ts";
import { textOf } from "./text.ts";
import { decline, type IntegerRange, SQL_NULL, type SqlValue, value } from "./sql_value.ts";

/** `CAST(operand AS …)` to a type of the given affinity. */
export function castSql(to: Affinity, operand: SqlValue): SqlValue {
  if (operand.rep === "null") return SQL_NULL;
  const plain = withoutNan(withoutBoolean(operand));
  switch (to) {
    case "integer":
      return toInteger(plain);
    case "real":
      return toReal(plain);
    case "text":
      return plain.constant !== null && plain.rep === "integer"
        ? literalSql(String(plain.constant.value))
        : value("text", textOf(plain));
    case "numeric":
      if (plain.rep === "text" || plain.rep === "blob") return decline("type", `CAST of ${plain.rep} to NUMERIC`);
      return plain;
    case "blob":
      if (plain.rep === "blob") return plain;
      return value("blob", `encode(${textOf(plain)})`);
  }
}

/** Truncates. Beyond 64 bits DuckDB raises an error where SQLite takes the nearest integer. */
function toInteger(operand: SqlValue): SqlValue {
  switch (operand.rep) {
    case "integer":
      return operand;
    case "real":
    case "number":
    case "tagged":
      return value("integer", `CAST(trunc(${operand.sql}) AS BIGINT)`, { range: truncatedRange(operand.bounds) });
    case "text":
      return value("integer", integerPrefix(operand.sql), { range: PREFIX_RANGE });
    default:
      return decline("type", `CAST of ${operand.rep} to INTEGER`);
  }
}

function truncatedRange(bounds: ColumnBounds | null): IntegerRange | null {
  return bounds === null ? null : { least: BigInt(Math.trunc(bounds.least)), most: BigInt(Math.trunc(bounds.most)) };
}

function toReal(operand: SqlValue): SqlValue {
  switch (operand.rep) {
    case "integer":
    case "real":
    case "number":
    case "tagged":
      return value("real", toDouble(operand), { nan: operand.nan, bounds: boundsOf(operand) });
    case "text":
      return value("real", realPrefix(operand.sql));
    default:
      return decline("type", `CAST of ${operand.rep} to REAL`);
  }
}
