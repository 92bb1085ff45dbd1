import { textOf } from "./text.ts";
import { withoutBoolean } from "./coercions.ts";
import { decline, runtimeDecline, type SqlValue, value } from "./sql_value.ts";

/** substr(text, start[, length]) in characters; a start from 1 with a length from 0 is DuckDB's own. */
export function substrSql(args: readonly SqlValue[]): SqlValue {
  const [subject, start, length] = args;
  if (subject!.rep === "blob") return decline("type", "substr() of a blob");
  const text = textOf(subject!);
  const from = constantOf(start!);
  const count = length === undefined ? null : constantOf(length);
  if (from === undefined || count === undefined) return variableBounds(text, start!, length);
  return constantBounds(text, from, count);
}

/** The bound if it is a constant. */
function constantOf({ constant }: SqlValue): bigint | undefined {
  if (constant === null) return undefined;
  const bound = constant.value;
  if (typeof bound === "bigint" && bound > -(2n ** 31n) && bound < 2n ** 31n) return bound;
  return decline("type", "substr() with bounds that are not integers");
}

/** Bounds the rows tell: only those that count from the front are translated. */
function variableBounds(text: string, start: SqlValue, length: SqlValue | undefined): SqlValue {
  const [from, count] = [start, length].map((bound) => (bound === undefined ? null : withoutBoolean(bound)));
  if (from!.rep !== "integer" || (count !== null && count!.rep !== "integer")) {
    return decline("type", "substr() with bounds that are not integers");
  }
  const s = from!.sql;
  const n = count === null ? null : count!.sql;
  const all = n === null ? `${s} >= 0` : `${s} >= 0 AND ${n} >= 0`;
  const cut = n === null
    ? `substr(${text}, greatest(${s}, 1))`
    : `substr(${text}, greatest(${s}, 1), CASE WHEN ${s} > 0 THEN ${n} ELSE greatest(${n} - 1, 0) END)`;
  const failure = runtimeDecline("substr() counting from the end");
  const anyNull = n === null ? `${s} IS NULL` : `${s} IS NULL OR ${n} IS NULL`;
  return value("text", `(CASE WHEN ${anyNull} THEN NULL WHEN ${all} THEN ${cut} ELSE ${failure} END)`);
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
