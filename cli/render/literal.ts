import { keywordOf, quoteName, quoteText } from "../../src/sql/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { blobLiteral } from "./blob_text.ts";
import { realExactText } from "./real_text.ts";

/** A value as SQL writes it, such that reading it gives the same value. Infinities are `9e999`; SQLite has no NaN. */
export function sqlLiteral(value: ExactValue): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "bigint":
      // The smallest integer's digits alone are one more than the largest integer.
      return value === -(2n ** 63n) ? "(-9223372036854775807-1)" : value.toString();
    case "number":
      if (Number.isFinite(value)) return realExactText(value);
      return value > 0 ? "9e999" : "-9e999";
    case "string":
      return textLiteral(value);
    default:
      return blobLiteral(value);
  }
}

/** A text with NUL characters cannot be written as it is: SQL ends there. */
function textLiteral(text: string): string {
  if (text.includes("\0")) return `CAST(${blobLiteral(new TextEncoder().encode(text))} AS TEXT)`;
  return quoteText(text);
}

/** A statement with its semicolon, on a line of its own where a comment would swallow it. */
export function statementLines(sql: string): string {
  return sql.slice(sql.lastIndexOf("\n") + 1).includes("--") ? `${sql}\n;` : `${sql};`;
}

/** A name as SQL writes it: in quotes only where it needs them. */
export function sqlName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && keywordOf(name) === "" ? name : quoteName(name);
}
