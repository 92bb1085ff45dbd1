import { decline, type SqlValue, value } from "./sql_value.ts";
import { withoutNan } from "./coercions.ts";

/** A value as a condition: DuckDB's TRUE, FALSE or NULL. */
export function truthSql(operand: SqlValue): string {
  switch (operand.rep) {
    case "boolean":
      return operand.sql;
    case "integer": {
      const constant = operand.constant?.value;
      if (typeof constant === "bigint") return constant === 0n ? "FALSE" : "TRUE";
      return `(${operand.sql} <> 0)`;
    }
    case "real":
    case "number":
    case "tagged":
      return `(${withoutNan(operand).sql} <> 0e0)`;
    case "null":
      return "NULL::BOOLEAN";
    case "text":
    case "blob":
      return decline("type", `${operand.rep} as a condition`);
  }
}

/** A DuckDB condition as a value. */
export function truthValue(sql: string): SqlValue {
  return value("boolean", sql);
}
