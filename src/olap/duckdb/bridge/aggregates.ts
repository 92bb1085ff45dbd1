import type { AggregateCall, AnalysedExpr, ExprOf } from "../../../sql/mod.ts";
import { fingerprint, isConstant } from "../../../sql/mod.ts";
import { greatest, magnitudeOf } from "./bounds.ts";
import { tagOf, withoutBoolean, withoutNan } from "./coercions.ts";
import { collationKey } from "./collations.ts";
import { condition } from "./condition.ts";
import { isOneSigned, realSum } from "./real_sums.ts";
import { textOf } from "./text.ts";
import { type Aggregate, perRow, type Printing } from "./printing.ts";
import { decline, isNumeric, runtimeDecline, SQL_NULL, type SqlValue, tagged, value } from "./sql_value.ts";

/** The reason given where a sum might leave 64 bits. */
export const OVERFLOW = "sum() of integers that might overflow";

/** What is to become of a sum. */
export type SumUse = Pick<Printing, "exactSums" | "outermost">;

/** A call of an aggregate function. */
export function aggregateSql(call: ExprOf<"aggregate">, printing: Printing): SqlValue {
  if (printing.grouping === null) return decline("aggregate", `${call.name}() where rows are not grouped`);
  const inner = perRow(printing);
  const filter = call.filter === null ? "" : ` FILTER (WHERE ${condition(call.filter, inner)})`;
  const aggregate: Aggregate = (name, argument, distinct = false) =>
    `${name}(${distinct ? "DISTINCT " : ""}${argument})${filter}`;
  aggregate.risks = printing.grouping.risks;
  const args = call.arguments.map((argument) => printing.translation.translate(argument, inner));
  if (call.name === "group_concat" || call.name === "string_agg") return concatenated(call, args, inner, filter);
  if (call.orderBy.length > 0) return decline("aggregate", `ORDER BY inside ${call.name}()`);
  return plainAggregate(call.name, call.arguments, args, call.distinct, printing, aggregate);
}

/** An aggregate whose answer does not depend on the order of rows. */
export function plainAggregate(
  name: string,
  exprs: readonly AnalysedExpr[],
  args: readonly SqlValue[],
  distinct: boolean,
  use: SumUse,
  aggregate: Aggregate,
): SqlValue {
  const [first] = args;
  const collation = exprs[0]?.collation?.name ?? "BINARY";
  switch (name) {
    case "count":
      return value("integer", countSql(first, collation, distinct, aggregate), { range: COUNT_RANGE });
    case "sum":
    case "avg":
    case "total":
      return arithmetic(name, first!, distinct, use, aggregate);
    case "min":
    case "max":
      return extreme(name, first!, collation, aggregate);
    default:
      return decline("function", `function ${name}() is not translated`);
  }
}

function countSql(argument: SqlValue | undefined, collation: string, distinct: boolean, aggregate: Aggregate): string {
  if (argument === undefined) {
    return distinct ? decline("aggregate", "DISTINCT without an argument") : aggregate("count", "*");
  }
  if (argument.rep === "null") return aggregate("count", "NULL::BIGINT");
  const plain = withoutNan(argument);
  return aggregate(
    "count",
    plain.rep === "text" && distinct ? collationKey(plain.sql, collation) : plain.sql,
    distinct,
  );
}

function extreme(name: "min" | "max", argument: SqlValue, collation: string, aggregate: Aggregate): SqlValue {
  if (argument.rep === "null") return SQL_NULL;
  const plain = withoutNan(withoutBoolean(argument));
  if (plain.rep === "tagged") return classedExtreme(name, plain, aggregate);
  if (plain.rep === "text" && collation !== "BINARY") {
    return decline("collation", `${name}() of text compared by ${collation}`);
  }
  return value(plain.rep as Exclude<SqlValue["rep"], "tagged">, aggregate(name, plain.sql), {
    range: plain.range,
    bounds: plain.bounds,
  });
}

/** The extreme of numbers of either class. Where an INTEGER and a REAL share it, SQLite gives the one it met first. */
function classedExtreme(name: "min" | "max", operand: SqlValue, aggregate: Aggregate): SqlValue {
  const tag = tagOf(operand);
  const integer = aggregate(name, `CASE WHEN ${tag} THEN ${operand.sql} END`);
  const real = aggregate(name, `CASE WHEN NOT ${tag} THEN ${operand.sql} END`);
  const failure = runtimeDecline(`${name}() of an INTEGER and a REAL that are equal`);
  const best = aggregate(name, operand.sql);
  const isInteger = `coalesce(${integer} ${name === "max" ? ">" : "<"} ${real}, ${integer} IS NOT NULL)`;
  return tagged(`(CASE WHEN ${integer} = ${real} THEN ${failure} ELSE ${best} END)`, isInteger, false);
}

function arithmetic(
  name: "sum" | "avg" | "total",
  argument: SqlValue,
  distinct: boolean,
  use: SumUse,
  aggregate: Aggregate,
): SqlValue {
  if (argument.rep === "null") return name === "total" ? value("real", `(${aggregate("count", "*")} * 0e0)`) : SQL_NULL;
  if (!isNumeric(argument.rep)) return decline("type", `${name}() of ${argument.rep}`);
  const operand = withoutBoolean(argument);
  if (operand.rep === "integer") return integerSum(name, operand, distinct, use, aggregate);
  if (distinct) return decline("aggregate", `${name}(DISTINCT) of floating-point numbers`);
  const sum = realSum(operand, use.exactSums, aggregate);
  if (name === "avg") return value("real", `(${sum} / ${aggregate("count", operand.sql)})`);
  if (name === "total") return value("real", `coalesce(${sum}, 0e0)`);
  if (operand.rep === "real") return value("real", sum);
  return classedSum(operand, sum, use, aggregate);
}

/** No table has more rows, nor a join that ends. */
const ROWS_MAX = 2n ** 36n;

/** Of what counts rows. */
export const COUNT_RANGE = { least: 0n, most: ROWS_MAX };

/** Within this bound 2^27 rows cannot overflow 64 bits. */
const SMALL = 2n ** 36n;
const SMALL_ROWS = 2n ** 27n;

/** Within this bound 2^13 rows cannot overflow 64 bits. */
const MEDIUM = 2n ** 50n;

/**
 * A sum of integers. DuckDB adds in 128 bits, SQLite fails as soon as a partial sum leaves 64: values that could do that in some
 * order end the query. Where bounds do not rule it out, the statement must be one that computes the sum: SQLite may fail for a sum
 * inside that DuckDB leaves out, because nobody asks for it.
 */
function integerSum(
  name: "sum" | "avg" | "total",
  operand: SqlValue,
  distinct: boolean,
  { outermost }: SumUse,
  aggregate: Aggregate,
): SqlValue {
  const sum = aggregate("sum", operand.sql, distinct);
  // avg and total do not fail: they go on with doubles, and 128 bits are no less exact.
  if (name === "avg") return value("real", `(CAST(${sum} AS DOUBLE) / ${aggregate("count", operand.sql, distinct)})`);
  if (name === "total") return value("real", `coalesce(CAST(${sum} AS DOUBLE), 0e0)`);
  const { range } = operand;
  if (range !== null && greatest(range) <= SMALL) {
    const most = greatest(range) * SMALL_ROWS;
    return value("integer", `CAST(${sum} AS BIGINT)`, { range: { least: range.least < 0n ? -most : 0n, most } });
  }
  if (!outermost) decline("aggregate", `${OVERFLOW}, in a subquery`);
  const beyond = (bound: bigint) => aggregate("bool_or", `${operand.sql} > ${bound} OR ${operand.sql} < -${bound}`);
  const many = `${aggregate("count", operand.sql)} > 8192`;
  const risk = `${beyond(SMALL)} AND (${beyond(MEDIUM)} OR ${many})`;
  aggregate.risks?.add(`(${risk})`);
  return value("integer", `(CASE WHEN ${risk} THEN ${runtimeDecline(OVERFLOW)} ELSE CAST(${sum} AS BIGINT) END)`);
}

/** A sum of numbers of either class: INTEGER if all were, and then exact. */
function classedSum(operand: SqlValue, sum: string, { outermost }: SumUse, aggregate: Aggregate): SqlValue {
  const allIntegers = aggregate("bool_and", `CASE WHEN ${operand.sql} IS NOT NULL THEN ${tagOf(operand)} END`);
  const failure = runtimeDecline("sum() of integers beyond 2^53 among floating-point numbers");
  const { bounds } = operand;
  const small = bounds !== null && magnitudeOf(bounds) <= Number(SMALL);
  if (!small && !outermost) decline("aggregate", `${OVERFLOW}, in a subquery`);
  // Of one sign, what is within 2^53 in the end was so all the way.
  const magnitude = isOneSigned(bounds) ? `abs(${sum})` : aggregate("sum", `abs(${operand.sql})`);
  const plain = isOneSigned(bounds) ? sum : aggregate("sum", operand.sql);
  const integers = `CASE WHEN ${magnitude} < 9007199254740992e0 THEN ${plain} ELSE ${failure} END`;
  return tagged(`(CASE WHEN ${allIntegers} THEN ${integers} ELSE ${sum} END)`, allIntegers, false);
}

/** group_concat() in an order that leaves nothing open: sorted by the value itself, so that only equal values tie. */
function concatenated(call: AggregateCall, args: readonly SqlValue[], inner: Printing, filter: string): SqlValue {
  const [argument, separator] = args;
  const [exprs] = [call.arguments];
  const wanted = fingerprint(exprs[0]!);
  const byItself = call.orderBy.some((key) => fingerprint(key.expr) === wanted);
  if (!byItself) return decline("order", `${call.name}() in an order that SQLite leaves open`);
  if (call.distinct || argument === undefined || argument.rep === "null") {
    return decline("aggregate", `${call.name}() of distinct values is not translated`);
  }
  const constant = separator === undefined ? "," : separator.constant?.value;
  if (typeof constant !== "string") {
    return decline("aggregate", `${call.name}() with a separator that is not a constant`);
  }
  const keys = call.orderBy.filter((key) => !isConstant(key.expr)).map((key) => {
    const sorted = withoutNan(inner.translation.translate(key.expr, inner));
    const collation = key.expr.collation?.name ?? "BINARY";
    if (collation !== "BINARY") return decline("collation", `${call.name}() ordered by ${collation}`);
    return `${sorted.sql} ${key.descending ? "DESC" : "ASC"} NULLS ${key.nulls.toUpperCase()}`;
  });
  const text = constant.replaceAll("'", "''");
  const orderBy = keys.length === 0 ? "" : ` ORDER BY ${keys.join(", ")}`;
  const sql = `string_agg(${textOf(argument)}, '${text}'${orderBy})${filter}`;
  return value("text", sql);
}
