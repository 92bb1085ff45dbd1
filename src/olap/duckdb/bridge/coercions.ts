import { bind } from "./bind.ts";
import { boundsOf } from "./bounds.ts";
import {
  decline,
  EXACT_INTEGER,
  isExactInDouble,
  type Rep,
  runtimeDecline,
  SQL_NULL,
  type SqlValue,
  tagged,
  value,
} from "./sql_value.ts";
import { doubleSql } from "./literals.ts";

const NAN = "'nan'::DOUBLE";

/** The value with NaN turned into the NULL it stands for. */
export function withoutNan(operand: SqlValue): SqlValue {
  return operand.nan ? { ...operand, sql: `nullif(${operand.sql}, ${NAN})`, nan: false } : operand;
}

/** A test as the 0 or 1 it is in SQLite; everything else as it is. */
export function withoutBoolean(operand: SqlValue): SqlValue {
  if (operand.rep !== "boolean") return operand;
  return value("integer", `CAST(${operand.sql} AS BIGINT)`, { range: { least: 0n, most: 1n } });
}

/** An integer as the double SQLite computes with: rounded where a double cannot hold it. */
export function toDouble(operand: SqlValue): string {
  const number = withoutBoolean(operand);
  if (number.rep !== "integer") return number.sql;
  const constant = number.constant?.value;
  return typeof constant === "bigint" ? doubleSql(Number(constant)) : `CAST(${number.sql} AS DOUBLE)`;
}

/** A number as the double equal to it; an integer that has none ends the query. */
export function toExactDouble(operand: SqlValue): string {
  const number = withoutBoolean(operand);
  if (number.rep !== "integer") return number.sql;
  const constant = number.constant?.value;
  if (typeof constant === "bigint" && BigInt(Number(constant)) !== constant) {
    decline("type", "an integer beyond 2^53 together with a floating-point number");
  }
  if (isExactInDouble(number.range) || typeof constant === "bigint") return toDouble(number);
  const bounds = `-${EXACT_INTEGER} AND ${EXACT_INTEGER}`;
  const beyond = runtimeDecline("an integer beyond 2^53 together with a floating-point number");
  return bind(number.sql, (x) => `(CASE WHEN ${x} NOT BETWEEN ${bounds} THEN ${beyond} ELSE CAST(${x} AS DOUBLE) END)`);
}

/** A DuckDB expression that is true where the number is an INTEGER, and not NULL where the value is not NULL. */
export function tagOf(operand: SqlValue): string {
  switch (operand.rep) {
    case "integer":
    case "boolean":
    case "null":
      return "TRUE";
    case "real":
      return "FALSE";
    case "number":
      return `(${operand.sql} = trunc(${operand.sql}) AND abs(${operand.sql}) < 9223372036854775808e0)`;
    case "tagged":
      return operand.tag!;
    default:
      return decline("type", `${operand.rep} where a number is needed`);
  }
}

/** A number as a double with its class beside it. */
export function toTagged(operand: SqlValue): SqlValue {
  if (operand.rep === "tagged") return operand;
  if (operand.rep === "null") return tagged("NULL::DOUBLE", "TRUE", false);
  return tagged(toExactDouble(operand), tagOf(operand), operand.nan, boundsOf(operand));
}

/** The representation that holds the values of all of several expressions. */
export function commonRep(operands: readonly { readonly rep: Rep }[], what: string): Rep {
  const reps = new Set(operands.map((operand) => operand.rep));
  reps.delete("null");
  const [only] = reps;
  if (only === undefined) return "null";
  if (reps.size === 1) return only;
  if ([...reps].every((rep) => rep === "integer" || rep === "boolean")) return "integer";
  for (const rep of reps) {
    if (rep === "text" || rep === "blob") decline("type", `${what} that may be ${[...reps].join(" or ")}`);
  }
  return reps.has("real") || reps.has("tagged") ? "tagged" : "number";
}

/** The value in another representation that can hold it. */
export function coerce(operand: SqlValue, rep: Rep): SqlValue {
  if (operand.rep === rep) return operand;
  if (operand.rep === "null") return typedNull(rep);
  if (rep === "integer" && operand.rep === "boolean") return withoutBoolean(operand);
  if (rep === "number" && (operand.rep === "integer" || operand.rep === "boolean")) {
    return value("number", toExactDouble(operand), { bounds: boundsOf(operand) });
  }
  if (rep === "tagged") return toTagged(operand);
  return decline("type", `${operand.rep} where ${rep} is needed`);
}

const DUCKDB_TYPES: Record<Exclude<Rep, "null">, string> = {
  integer: "BIGINT",
  real: "DOUBLE",
  number: "DOUBLE",
  tagged: "DOUBLE",
  text: "VARCHAR",
  blob: "BLOB",
  boolean: "BOOLEAN",
};

function typedNull(rep: Rep): SqlValue {
  if (rep === "null") return SQL_NULL;
  const sql = `NULL::${DUCKDB_TYPES[rep]}`;
  return rep === "tagged" ? tagged(sql, "TRUE", false) : value(rep, sql);
}
