import { bind } from "./bind.ts";
import { tagOf, withoutBoolean, withoutNan } from "./coercions.ts";
import { decline, runtimeDecline, type SqlValue } from "./sql_value.ts";

/** A value as the text SQLite makes of it. */
export function textOf(operand: SqlValue): string {
  const plain = withoutNan(withoutBoolean(operand));
  switch (plain.rep) {
    case "text":
      return plain.sql;
    case "integer":
      return `CAST(${plain.sql} AS VARCHAR)`;
    case "null":
      return "NULL::VARCHAR";
    case "real":
      return realText(plain.sql);
    case "number":
    case "tagged": {
      const whole = `CAST(CAST(${plain.sql} AS BIGINT) AS VARCHAR)`;
      return `(CASE WHEN ${tagOf(plain)} THEN ${whole} ELSE ${realText(plain.sql)} END)`;
    }
    default:
      return decline("type", `${plain.rep} used as text`);
  }
}

/**
 * SQLite writes 15 significant digits, DuckDB as few as tell the double: the same where 15 are enough, and neither uses an exponent
 * from 1e-4 to 1e15. Adding zero takes the sign from -0.0.
 */
function realText(sql: string): string {
  const failure = runtimeDecline("a floating-point number of more than 15 digits as text");
  return bind(sql, (x) =>
    `(CASE WHEN ${x} IS NULL THEN NULL ` +
    `WHEN (${x} = 0e0 OR (abs(${x}) >= 1e-4 AND abs(${x}) < 1e15)) AND CAST(printf('%.15g', ${x}) AS DOUBLE) = ${x} ` +
    `THEN CAST(${x} + 0e0 AS VARCHAR) ELSE ${failure} END)`);
}
