import { limitsOfAny } from "./bounds.ts";
import { coerce, commonRep, tagOf } from "./coercions.ts";
import { type SqlValue, tagged, value } from "./sql_value.ts";

/** `CASE WHEN conditions[i] THEN results[i] … ELSE` the one result more, if there is one. */
export function choice(conditions: readonly string[], results: readonly SqlValue[]): SqlValue {
  const rep = commonRep(results, "an expression");
  const parts = results.map((result) => coerce(result, rep));
  const build = (part: (result: SqlValue) => string) => {
    const whens = conditions.map((when, index) => `WHEN ${when} THEN ${part(parts[index]!)}`);
    const last = parts[conditions.length];
    return `(CASE ${whens.join(" ")}${last === undefined ? "" : ` ELSE ${part(last)}`} END)`;
  };
  const sql = build((part) => part.sql);
  const nan = parts.some((part) => part.nan);
  const { range, bounds } = limitsOfAny(results);
  if (rep === "tagged") return tagged(sql, build(tagOf), nan, bounds);
  if (rep === "null") return value("null", "NULL", { constant: { value: null } });
  return value(rep, sql, { nan, ...(rep === "integer" ? { range } : { bounds }) });
}
