import { decline } from "./sql_value.ts";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Text with its ASCII letters made lower; DuckDB's own `lower` folds all of Unicode, but does the same to pure ASCII. */
export function asciiLower(sql: string): string {
  const plainLower = `lower(${sql})`;
  return `(CASE WHEN strlen(${sql}) = length(${sql}) THEN ${plainLower} ELSE translate(${sql}, '${UPPER}', '${UPPER.toLowerCase()}') END)`;
}

/** Text with its ASCII letters made upper. */
export function asciiUpper(sql: string): string {
  const plainUpper = `upper(${sql})`;
  return `(CASE WHEN strlen(${sql}) = length(${sql}) THEN ${plainUpper} ELSE translate(${sql}, '${UPPER.toLowerCase()}', '${UPPER}') END)`;
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
