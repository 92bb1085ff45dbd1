import { bind } from "./bind.ts";
import { decline } from "./sql_value.ts";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();

/** Text with its ASCII letters made lower; DuckDB's own `lower` folds all of Unicode, but does the same to pure ASCII. */
export function asciiLower(sql: string): string {
  return folded(sql, "lower", UPPER, LOWER);
}

/** Text with its ASCII letters made upper. */
export function asciiUpper(sql: string): string {
  return folded(sql, "upper", LOWER, UPPER);
}

function folded(sql: string, name: string, from: string, to: string): string {
  return bind(
    sql,
    (text) =>
      `(CASE WHEN strlen(${text}) = length(${text}) THEN ${name}(${text}) ELSE translate(${text}, '${from}', '${to}') END)`,
  );
}

/** A key whose bytewise order and equality are those of the collating sequence. */
export function collationKey(sql: string, collation: string): string {
  switch (collation) {
    case "BINARY":
      return sql;
    case "NOCASE":
      return asciiLower(sql);
    case "RTRIM":
      return `rtrim(${sql}, ' ')`;
    default:
      return decline("collation", `collating sequence ${collation} is not known`);
  }
}
