import { textOf } from "./operators.ts";
import { decline, type SqlValue, value } from "./sql_value.ts";

/** substr(text, start[, length]) in characters; a start from 1 with a length from 0 is DuckDB's own. */
export function substrSql(args: readonly SqlValue[]): SqlValue {
  const [subject, start, length] = args;
  if (subject!.rep === "blob") return decline("type", "substr() of a blob");
  const text = textOf(subject!);
  const from = integerOf(start!);
  const count = length === undefined ? null : integerOf(length);
  if (typeof from === "bigint" && (count === null || typeof count === "bigint")) {
    return constantBounds(text, from, count);
  }
  return decline("type", "substr() with bounds that are not constants");
}

function integerOf(bound: SqlValue): bigint | null {
  const constant = bound.constant?.value;
  if (typeof constant === "bigint" && constant > -(2n ** 31n) && constant < 2n ** 31n) return constant;
  return decline("type", "substr() with bounds that are not integer constants");
}

/** SQLite counts a start of 0 as the place before the first character, and a negative length as characters before the start. */
function constantBounds(text: string, from: bigint, count: bigint | null): SqlValue {
  if (from > 0n && count === null) return value("text", `substr(${text}, ${from})`);
  if (from > 0n && count! >= 0n) return value("text", `substr(${text}, ${from}, ${count})`);
  if (from > 0n) {
    const first = from + count! > 1n ? from + count! : 1n;
    return value("text", `substr(${text}, ${first}, ${from - first})`);
  }
  if (from === 0n) {
    const shown = count === null ? null : count > 0n ? count - 1n : 0n;
    return value("text", shown === null ? `substr(${text}, 1)` : `substr(${text}, 1, ${shown})`);
  }
  if (count === null) {
    return value("text", `(CASE WHEN length(${text}) < ${-from} THEN ${text} ELSE right(${text}, ${-from}) END)`);
  }
  if (count < 0n) return decline("type", "substr() from the end with a negative length");
  // Characters asked for before the first one are not there.
  const missing = `greatest(${-from} - length(${text}), 0)`;
  return value("text", `substr(right(${text}, ${-from}), 1, greatest(${count} - ${missing}, 0))`);
}
