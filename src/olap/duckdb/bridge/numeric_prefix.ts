import { bind } from "./bind.ts";
import { runtimeDecline } from "./sql_value.ts";

const SPACE = "[ \\t\\n\\v\\f\\r]*";

/** Of what {@linkcode integerPrefix} reads. */
export const PREFIX_RANGE = { least: -(10n ** 18n), most: 10n ** 18n };

/**
 * The number a text begins with, as CAST reads it: white space, a sign, digits; nothing of that is 0. Only forms whose value
 * cannot depend on rounding are read, up to 18 digits for an integer and 15 for a real without exponent; others end the query.
 */
export function integerPrefix(sql: string): string {
  const failure = runtimeDecline("CAST of a long text to INTEGER");
  return bind(sql, (text) => {
    const digits = `regexp_extract(${text}, '^${SPACE}([+-]?[0-9]+)', 1)`;
    return `(CASE WHEN ${text} IS NULL THEN NULL WHEN ${digits} = '' THEN 0 ` +
      `WHEN length(${digits}) <= 19 AND regexp_full_match(${digits}, '[+-]?0*[0-9]{1,18}') ` +
      `THEN CAST(${digits} AS BIGINT) ELSE ${failure} END)`;
  });
}

const NUMBER = "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)";

/** See {@linkcode integerPrefix}. */
export function realPrefix(sql: string): string {
  const failure = runtimeDecline("CAST of a text with many digits or an exponent to REAL");
  return bind(sql, (text) => {
    const digits = `regexp_extract(${text}, '^${SPACE}(${NUMBER})', 1)`;
    const hasExponent = `regexp_matches(${text}, '^${SPACE}${NUMBER}[eE][+-]?[0-9]')`;
    return `(CASE WHEN ${text} IS NULL THEN NULL WHEN ${digits} = '' THEN 0e0 ` +
      `WHEN length(${digits}) <= 16 AND NOT ${hasExponent} THEN CAST(${digits} AS DOUBLE) ELSE ${failure} END)`;
  });
}
