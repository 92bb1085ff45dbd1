import { type CompareAffinity, type CompareOperator, foldName } from "../../../sql/mod.ts";
import { collationKey } from "./collations.ts";
import { toExactDouble, withoutBoolean, withoutNan } from "./coercions.ts";
import { literalSql, textSql } from "./literals.ts";
import { numericLiteral } from "./numeric_text.ts";
import { decline, isNumeric, runtimeDecline, type SqlValue, value } from "./sql_value.ts";
import { textOf } from "./text.ts";

const OPERATORS: Record<CompareOperator, string> = {
  "=": "=",
  "<>": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  is: "IS NOT DISTINCT FROM",
  isNot: "IS DISTINCT FROM",
};

/** How a comparison converts and orders its operands. */
export interface CompareRule {
  readonly conversion: CompareAffinity;
  readonly collation: string;
}

/** Two operands in a form that DuckDB's own operators compare as SQLite would. */
export interface ComparablePair {
  readonly left: string;
  readonly right: string;
}

/** A condition that is SQLite's `left operator right`. */
export function compareSql(operator: CompareOperator, left: SqlValue, right: SqlValue, rule: CompareRule): string {
  const mixed = withNumericText(operator, withoutNan(left), withoutNan(right), rule);
  if (mixed !== null) return mixed;
  const [l, r] = converted(withoutNan(left), withoutNan(right), rule);
  const constant = constantOrder(operator, l, r);
  if (constant !== null) return constant;
  const integerSide = againstFraction(operator, l, r) ?? againstFraction(MIRRORED[operator], r, l);
  if (integerSide !== null) return integerSide;
  const pair = comparable(l, r, rule.collation);
  return `(${pair.left} ${OPERATORS[operator]} ${pair.right})`;
}

/**
 * A number against text whose rows tell whether it looks like a number: then numbers are compared, else the classes. `null` when it
 * is not that case.
 */
function withNumericText(operator: CompareOperator, left: SqlValue, right: SqlValue, rule: CompareRule): string | null {
  if (rule.conversion !== "numeric") return null;
  const readable = (side: SqlValue) => side.rep === "text" && side.constant === null && !side.stored;
  if (readable(left) && isNumeric(right.rep)) return withNumericText(MIRRORED[operator], right, left, rule);
  if (!isNumeric(left.rep) || !readable(right)) return null;
  const text = right.sql;
  const untouched = { ...rule, conversion: "none" } as const;
  const whole = value("integer", `TRY_CAST(trim(${text}, ${WHITE_SPACE}) AS BIGINT)`);
  const failure = runtimeDecline("comparison of a number with text that looks like one");
  return `(CASE WHEN regexp_full_match(${text}, '${WHOLE_NUMBER}') THEN ${
    compareSql(operator, left, whole, untouched)
  } ` +
    `WHEN regexp_full_match(${text}, '${ANY_NUMBER}') THEN ${failure} ELSE ${
      compareSql(operator, left, right, untouched)
    } END)`;
}

const WHITE_SPACE = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)";
const WHOLE_NUMBER = "[ \\t\\n\\v\\f\\r]*[+-]?[0-9]{1,18}[ \\t\\n\\v\\f\\r]*";
const ANY_NUMBER = "[ \\t\\n\\v\\f\\r]*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?[ \\t\\n\\v\\f\\r]*";

const MIRRORED: Record<CompareOperator, CompareOperator> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  is: "is",
  isNot: "isNot",
};

/** Both operands after the conversion of affinity; only constants and what needs none are converted. */
export function converted(left: SqlValue, right: SqlValue, rule: CompareRule): [SqlValue, SqlValue] {
  const l = withoutBoolean(left);
  const r = withoutBoolean(right);
  if (rule.conversion === "none" || (l.rep !== "text" && r.rep !== "text")) return [l, r];
  return rule.conversion === "numeric" ? [asNumber(l, r), asNumber(r, l)] : [asText(l), asText(r)];
}

/** Applies numeric affinity. A column's own text never looks like a number there: SQLite would have stored the number. */
function asNumber(operand: SqlValue, other: SqlValue): SqlValue {
  if (operand.rep !== "text") return operand;
  const constant = operand.constant?.value;
  if (typeof constant === "string") {
    const number = numericLiteral(constant);
    return number === null ? operand : literalSql(number);
  }
  if (operand.stored) return operand;
  if (other.rep === "null") return operand;
  return decline("type", "comparison of a number with text");
}

/** Applies text affinity; only where an operand is text, as SQLite does. */
function asText(operand: SqlValue): SqlValue {
  if (!isNumeric(operand.rep)) return operand;
  const constant = operand.constant?.value;
  return typeof constant === "bigint" ? literalSql(String(constant)) : value("text", textOf(operand));
}

const RANK: Record<SqlValue["rep"], number> = {
  null: 0,
  boolean: 1,
  integer: 1,
  real: 1,
  number: 1,
  tagged: 1,
  text: 2,
  blob: 3,
};

/** Values of different classes compare by class alone: numbers, then text, then blobs. */
function constantOrder(operator: CompareOperator, left: SqlValue, right: SqlValue): string | null {
  const identity = operator === "is" || operator === "isNot";
  if (left.rep === "null" || right.rep === "null") {
    if (!identity) return "NULL::BOOLEAN";
    const other = left.rep === "null" ? right : left;
    return `(${other.sql} IS ${operator === "isNot" ? "NOT " : ""}NULL)`;
  }
  const difference = RANK[left.rep] - RANK[right.rep];
  if (difference === 0) return null;
  if (identity) {
    const bothNull = `(${left.sql} IS NULL AND ${right.sql} IS NULL)`;
    return operator === "is" ? bothNull : `(NOT ${bothNull})`;
  }
  const holds = operator === "<>" || (difference < 0 ? operator.startsWith("<") : operator.startsWith(">"));
  const anyNull = `${left.sql} IS NULL OR ${right.sql} IS NULL`;
  return `(CASE WHEN ${anyNull} THEN NULL ELSE ${holds ? "TRUE" : "FALSE"} END)`;
}

/**
 * An integer against a real constant, compared among integers: exact for all 64 bits, and an index or min/max skip of DuckDB
 * still applies. `null` when it is not that case.
 */
function againstFraction(operator: CompareOperator, left: SqlValue, right: SqlValue): string | null {
  const constant = right.constant?.value;
  if (left.rep !== "integer" || left.constant !== null || typeof constant !== "number") return null;
  if (!(Math.abs(constant) < 2 ** 63)) return null;
  const floor = BigInt(Math.floor(constant));
  const compare = (op: string, bound: bigint) => `(${left.sql} ${op} ${literalSql(bound).sql})`;
  if (Number.isInteger(constant)) return compare(OPERATORS[operator], floor);
  switch (operator) {
    case "<":
    case "<=":
      return compare("<=", floor);
    case ">":
    case ">=":
      return compare(">", floor);
    case "=":
    case "<>":
      return `(CASE WHEN ${left.sql} IS NULL THEN NULL ELSE ${operator === "=" ? "FALSE" : "TRUE"} END)`;
    case "is":
      return "FALSE";
    case "isNot":
      return "TRUE";
  }
}

/** Operands of one class in a form whose order in DuckDB is SQLite's. */
export function comparable(left: SqlValue, right: SqlValue, collation: string): ComparablePair {
  if (isNumeric(left.rep) && isNumeric(right.rep)) {
    if (left.rep === "integer" && right.rep === "integer") return { left: left.sql, right: right.sql };
    return { left: toExactDouble(left), right: toExactDouble(right) };
  }
  if (left.rep === "text" && right.rep === "text") {
    return { left: textKey(left, collation), right: textKey(right, collation) };
  }
  if (left.rep === "blob" && right.rep === "blob") return { left: left.sql, right: right.sql };
  return decline("type", `comparison of ${left.rep} with ${right.rep}`);
}

function textKey({ sql, constant }: SqlValue, collation: string): string {
  const text = constant?.value;
  return collation === "NOCASE" && typeof text === "string" ? textSql(foldName(text)) : collationKey(sql, collation);
}
