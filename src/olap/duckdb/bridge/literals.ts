import { quoteText } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import { decline, SQL_NULL, type SqlValue, value } from "./sql_value.ts";

/** A constant as DuckDB text of exactly the right type. */
export function literalSql(constant: ExactValue): SqlValue {
  const known = { constant: { value: constant } };
  if (constant === null) return SQL_NULL;
  switch (typeof constant) {
    case "bigint":
      return value("integer", `(${constant})::BIGINT`, { ...known, range: { least: constant, most: constant } });
    case "number":
      return value("real", doubleSql(constant), known);
    case "string":
      return value("text", textSql(constant), known);
    default:
      return value("blob", blobSql(constant), known);
  }
}

/** A double written so that DuckDB reads it as DOUBLE (never DECIMAL) and as the same bits. */
export function doubleSql(number: number): string {
  if (!Number.isFinite(number)) return `'${number}'::DOUBLE`;
  const digits = Object.is(number, -0) ? "-0" : String(number);
  return `(${digits.includes("e") ? digits : `${digits}e0`})`;
}

/** A text constant. */
export function textSql(text: string): string {
  if (text.includes("\0")) decline("type", "text with a NUL character");
  return quoteText(text);
}

function blobSql(bytes: Uint8Array): string {
  const escaped = Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");
  return `'${escaped}'::BLOB`;
}
