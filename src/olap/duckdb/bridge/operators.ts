import { bindTagged } from "./bind.ts";
import { boundsOf, computedBounds, greatest, negatedBounds } from "./bounds.ts";
import type { ExprOf } from "../../../sql/mod.ts";
import { tagOf, toDouble, toTagged, withoutBoolean, withoutNan } from "./coercions.ts";
import { literalSql } from "./literals.ts";
import { textOf } from "./text.ts";
import { numericLiteral } from "./numeric_text.ts";
import {
  decline,
  type IntegerRange,
  isNumeric,
  runtimeDecline,
  SQL_NULL,
  type SqlValue,
  tagged,
  value,
} from "./sql_value.ts";

type Operator = ExprOf<"arithmetic">["operator"];

/** Longest text of an expression: guards repeat operands, so nesting them deep would grow without bound. */
const SQL_LENGTH_MAX = 20_000;

/** `left operator right` for the operators that compute. */
export function arithmeticSql(operator: Operator, left: SqlValue, right: SqlValue): SqlValue {
  if (left.rep === "null" || right.rep === "null") return SQL_NULL;
  const result = operator === "||" ? concatenation(left, right) : numeric(operator, left, right);
  if (result.sql.length > SQL_LENGTH_MAX) decline("limit", "an expression too complex to guard");
  return result;
}

function concatenation(left: SqlValue, right: SqlValue): SqlValue {
  return value("text", `(${textOf(left)} || ${textOf(right)})`);
}

function numeric(operator: Exclude<Operator, "||">, left: SqlValue, right: SqlValue): SqlValue {
  const a = operand(left, operator);
  const b = operand(right, operator);
  if (a.rep === "integer" && b.rep === "integer") return integers(operator, a, b);
  if (operator === "&" || operator === "|" || operator === "<<" || operator === ">>") {
    return decline("type", `bit operator ${operator} on floating-point numbers`);
  }
  if (a.rep === "real" || b.rep === "real") return reals(operator, a, b);
  return mixed(operator, toTagged(a), toTagged(b));
}

/** A number to compute with; of text only constants that are wholly numbers. */
function operand(side: SqlValue, operator: string): SqlValue {
  if (isNumeric(side.rep)) return withoutBoolean(side);
  const constant = side.constant?.value;
  // Of a text's number % takes the digits the text begins with: 7 % '1e3' is 7 % 1.
  const number = typeof constant === "string" && operator !== "%" ? numericLiteral(constant) : null;
  return number === null ? decline("type", `${side.rep} as an operand of ${operator}`) : literalSql(number);
}

const INTEGER_SQL: Record<Exclude<Operator, "||" | "<<" | ">>">, string> = {
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "//",
  "%": "%",
  "&": "&",
  "|": "|",
};

/** 64-bit integers: DuckDB truncates, gives NULL for a zero divisor and raises an error on overflow, where SQLite turns to REAL. */
function integers(operator: Exclude<Operator, "||">, a: SqlValue, b: SqlValue): SqlValue {
  if (operator === "<<" || operator === ">>") return shifted(operator, a, b);
  // DuckDB does not compute the other factor of a zero, and so would not notice that it overflows.
  if (operator === "*" && ((isZero(a) && mayOverflow(b)) || (isZero(b) && mayOverflow(a)))) {
    return decline("type", "an integer product with a constant 0");
  }
  return value("integer", `(${a.sql} ${INTEGER_SQL[operator]} ${b.sql})`, {
    range: rangeOf(operator, a.range, b.range),
  });
}

/** Whether computing the operand may leave 64 bits. */
function mayOverflow({ range }: SqlValue): boolean {
  return range === null || range.least < -(2n ** 63n) || range.most > 2n ** 63n;
}

function isZero(side: SqlValue): boolean {
  return side.constant?.value === 0n;
}

/** A shift by a constant. SQLite reads a negative one as a shift the other way, and shifts everything out from 64 on. */
function shifted(operator: "<<" | ">>", a: SqlValue, by: SqlValue): SqlValue {
  const constant = by.constant?.value;
  if (typeof constant !== "bigint") return decline("type", "a shift by something other than a constant");
  const left = (operator === "<<") === constant >= 0n;
  const distance = constant < 0n ? -constant : constant;
  if (distance === 0n) return value("integer", a.sql);
  if (left) {
    if (distance >= 64n) return value("integer", `(CASE WHEN ${a.sql} IS NOT NULL THEN 0::BIGINT END)`);
    // DuckDB refuses to shift negative numbers and bits beyond the sign.
    return distance === 63n ? decline("type", "a shift by 63") : value("integer", `(${a.sql} << ${distance})`);
  }
  const sign = `(CASE WHEN ${a.sql} < 0 THEN -1::BIGINT WHEN ${a.sql} IS NOT NULL THEN 0::BIGINT END)`;
  return value("integer", distance >= 63n ? sign : `(${a.sql} >> ${distance})`);
}

function rangeOf(operator: Operator, a: IntegerRange | null, b: IntegerRange | null): IntegerRange | null {
  if (a === null || b === null) return null;
  switch (operator) {
    case "+":
      return { least: a.least + b.least, most: a.most + b.most };
    case "-":
      return { least: a.least - b.most, most: a.most - b.least };
    case "*": {
      const corners = [a.least * b.least, a.least * b.most, a.most * b.least, a.most * b.most];
      const sorted = corners.sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
      return { least: sorted[0]!, most: sorted[3]! };
    }
    case "/": {
      const most = greatest(a);
      return { least: a.least >= 0n && b.least >= 0n ? 0n : -most, most };
    }
    case "%": {
      const most = greatest(b) === 0n ? 0n : greatest(b) - 1n;
      return { least: a.least >= 0n ? 0n : -most, most: a.most <= 0n ? 0n : most };
    }
    case "&":
      return b.least >= 0n ? { least: 0n, most: b.most } : a.least >= 0n ? { least: 0n, most: a.most } : null;
    default:
      return null;
  }
}

/** At least one operand is REAL, so the result is: IEEE doubles in both engines, NaN for SQLite's NULL. */
function reals(operator: "+" | "-" | "*" | "/" | "%", a: SqlValue, b: SqlValue): SqlValue {
  const x = toDouble(a);
  const y = toDouble(b);
  if (operator === "%") return realRemainder(withoutNan(a), withoutNan(b));
  const bounds = computedBounds(operator, boundsOf(a), boundsOf(b));
  if (operator === "/") {
    const divisor = isFiniteNonZero(b) ? y : `nullif(${y}, 0e0)`;
    return value("real", `(${x} / ${divisor})`, { nan: bounds === null && (!isFiniteNonZero(b) || a.nan), bounds });
  }
  return value("real", `(${x} ${operator} ${y})`, { nan: bounds === null && mayBeNan(operator, a, b), bounds });
}

/** Whether the result may be NaN: only infinities make one, and a finite constant keeps what it meets as it is. */
function mayBeNan(operator: "+" | "-" | "*", a: SqlValue, b: SqlValue): boolean {
  const harmless = operator === "*" ? isFiniteNonZero : isFiniteConstant;
  if (harmless(a)) return b.nan;
  if (harmless(b)) return a.nan;
  return true;
}

function isFiniteConstant({ constant }: SqlValue): boolean {
  return constant !== null && Number.isFinite(Number(constant.value));
}

function isFiniteNonZero(operand: SqlValue): boolean {
  return isFiniteConstant(operand) && Number(operand.constant!.value) !== 0;
}

/** SQLite takes both operands as integers and gives a REAL. */
function realRemainder(a: SqlValue, b: SqlValue): SqlValue {
  const whole = (side: SqlValue) => side.rep === "integer" ? side.sql : `CAST(trunc(${side.sql}) AS BIGINT)`;
  return value("real", `CAST((${whole(a)} % ${whole(b)}) AS DOUBLE)`);
}

/** Numbers whose class only the row tells. An INTEGER of 2^53 or beyond might have been rounded: the query ends. */
function mixed(operator: "+" | "-" | "*" | "/" | "%", a: SqlValue, b: SqlValue): SqlValue {
  const tag = a.tag === "TRUE" ? b.tag! : b.tag === "TRUE" ? a.tag! : `(${a.tag} AND ${b.tag})`;
  if (operator === "%") return tagged(realRemainder(withoutNan(a), withoutNan(b)).sql, tag, false);
  if (operator === "/") {
    // The quotient of two integers within ±2^53 never rounds up to the next integer, so truncating it is exact.
    const quotient = `(${a.sql} / nullif(${b.sql}, 0e0))`;
    const sql = bindTagged(quotient, tag, (x, isInteger) => `(CASE WHEN ${isInteger} THEN trunc(${x}) ELSE ${x} END)`);
    return tagged(sql, tag, true);
  }
  const beyond = runtimeDecline("an integer beyond 2^53 among floating-point numbers");
  const guarded = bindTagged(
    `(${a.sql} ${operator} ${b.sql})`,
    tag,
    (x, isInteger) => `(CASE WHEN abs(${x}) >= 9007199254740992e0 AND ${isInteger} THEN ${beyond} ELSE ${x} END)`,
  );
  return tagged(guarded, tag, true, computedBounds(operator, a.bounds, b.bounds));
}

/** `-x`, `+x`, `~x`. */
export function unarySql(operator: "-" | "+" | "~", side: SqlValue): SqlValue {
  if (side.rep === "null") return SQL_NULL;
  if (operator === "+") return { ...side, stored: false };
  const a = operand(side, operator);
  if (operator === "~") {
    return a.rep === "integer" ? value("integer", `(~${a.sql})`) : decline("type", "~ of a floating-point number");
  }
  const sql = `(-${a.sql})`;
  const bounds = negatedBounds(a.bounds);
  switch (a.rep) {
    case "integer": {
      const range = a.range === null ? null : { least: -a.range.most, most: -a.range.least };
      return value("integer", sql, { range });
    }
    case "real":
      return value("real", sql, { nan: a.nan, bounds });
    case "number":
      return value("number", sql, { bounds });
    default:
      return tagged(sql, tagOf(a), a.nan, bounds);
  }
}
