import { runtimeDecline } from "./sql_value.ts";

const SPACE = "[ \\t\\n\\v\\f\\r]*";

/**
 * The number a text begins with, as CAST reads it: white space, a sign, digits; nothing of that is 0. Only forms whose value
 * cannot depend on rounding are read, up to 18 digits for an integer and 15 for a real without exponent; others end the query.
 */
export function numericPrefix(text: string): { readonly integer: string; readonly real: string } {
  const integerPart = `regexp_extract(${text}, '^${SPACE}([+-]?[0-9]+)', 1)`;
  const integer = `(CASE WHEN ${text} IS NULL THEN NULL WHEN ${integerPart} = '' THEN 0 ` +
    `WHEN length(${integerPart}) <= 19 AND regexp_full_match(${integerPart}, '[+-]?0*[0-9]{1,18}') ` +
    `THEN CAST(${integerPart} AS BIGINT) ELSE ${runtimeDecline("CAST of a long text to INTEGER")} END)`;
  const number = "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)";
  const realPart = `regexp_extract(${text}, '^${SPACE}(${number})', 1)`;
  const hasExponent = `regexp_matches(${text}, '^${SPACE}${number}[eE][+-]?[0-9]')`;
  const real = `(CASE WHEN ${text} IS NULL THEN NULL WHEN ${realPart} = '' THEN 0e0 ` +
    `WHEN length(${realPart}) <= 16 AND NOT ${hasExponent} THEN CAST(${realPart} AS DOUBLE) ` +
    `ELSE ${runtimeDecline("CAST of a text with many digits or an exponent to REAL")} END)`;
  return { integer, real };
}
