import { type AnalysedExpr, type ExprOf, identifyRow, isConstant, type SortKey } from "../../../sql/mod.ts";
import { COUNT_RANGE, plainAggregate } from "./aggregates.ts";
import { limitsOfAny } from "./bounds.ts";
import { coerce, commonRep, tagOf, withoutBoolean, withoutNan } from "./coercions.ts";
import { collationKey } from "./collations.ts";
import { condition } from "./condition.ts";
import { type Aggregate, exactly, type Printing } from "./printing.ts";
import { decline, SQL_NULL, type SqlValue, tagged, value } from "./sql_value.ts";

type Call = ExprOf<"window">;

/** A call over a window. */
export function windowSql(call: Call, printing: Printing): SqlValue {
  const over = overClause(call, exactly(printing));
  const integer = (sql: string) => value("integer", `${sql} OVER ${over}`, { range: COUNT_RANGE });
  switch (call.name) {
    case "rank":
    case "dense_rank":
      return integer(`${call.name}()`);
    case "row_number":
      requireTotalOrder(call, printing);
      return integer("row_number()");
    case "percent_rank":
    case "cume_dist":
      return value("real", `${call.name}() OVER ${over}`);
    case "ntile":
      requireTotalOrder(call, printing);
      return integer(`ntile(${positive(call, 0)})`);
    case "lag":
    case "lead":
      requireTotalOrder(call, printing);
      return neighbour(call, over, printing);
    case "first_value":
    case "last_value":
    case "nth_value":
      requireTotalOrder(call, printing);
      return framed(call, over, printing);
    default:
      return windowAggregate(call, over, printing);
  }
}

/** An aggregate over the rows of a frame. */
function windowAggregate(call: Call, over: string, printing: Printing): SqlValue {
  if (dependsOnTies(call)) requireTotalOrder(call, printing);
  const inner = exactly(printing);
  const filter = call.filter === null ? "" : ` FILTER (WHERE ${condition(call.filter, inner)})`;
  const aggregate: Aggregate = (name, argument) => `${name}(${argument})${filter} OVER ${over}`;
  const args = call.arguments.map((argument) => printing.translation.translate(argument, inner));
  // Once SQLite met a REAL, its sum stays REAL even when that row has left the frame.
  const rowsLeave = call.frame !== null && call.frame.from.kind !== "unboundedPreceding";
  const mixed = args.some((arg) => arg.rep === "number" || arg.rep === "tagged");
  if (call.filter !== null && rowsLeave && (call.name === "min" || call.name === "max")) {
    decline("window", `${call.name}() with FILTER over frames that rows leave: SQLite 3.45 reads over the filter`);
  }
  if (call.name === "sum" && rowsLeave && mixed) {
    decline("window", "a moving sum() of numbers that may be INTEGER or REAL");
  }
  return plainAggregate(call.name, call.arguments, args, false, printing, aggregate);
}

/** Frames that count rows may cut between rows that tie; those that count peers, or take all, cannot. */
function dependsOnTies({ frame }: Call): boolean {
  if (frame === null) return false;
  const takesAll = frame.from.kind === "unboundedPreceding" && frame.to.kind === "unboundedFollowing";
  return frame.unit === "rows" && !takesAll;
}

function requireTotalOrder(call: Call, { select }: Printing): void {
  const keys = [...call.partitionBy, ...call.orderBy.map((key) => key.expr)];
  const folded = keys.some((key) => (key.type.classes & 4) !== 0 && (key.collation?.name ?? "BINARY") !== "BINARY");
  if (select === null || folded || !identifyRow(select, keys)) {
    decline("order", `${call.name}() over an order that may tie leaves open which row comes first`);
  }
}

function overClause(call: Call, printing: Printing): string {
  const partition = call.partitionBy.map((expr) => keySql(expr, printing));
  const order = call.orderBy.filter((key) => !isConstant(key.expr)).map((key) => sortSql(key, printing));
  const parts = [
    ...(partition.length === 0 ? [] : [`PARTITION BY ${partition.join(", ")}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(", ")}`]),
    ...(call.frame === null ? [] : [frameSql(call.frame)]),
  ];
  return `(${parts.join(" ")})`;
}

function sortSql({ expr, descending, nulls }: SortKey, printing: Printing): string {
  return `${keySql(expr, printing)} ${descending ? "DESC" : "ASC"} NULLS ${nulls.toUpperCase()}`;
}

function keySql(expr: AnalysedExpr, printing: Printing): string {
  const key = withoutNan(printing.translation.translate(expr, printing));
  if (key.rep === "null") return "NULL::BIGINT";
  return key.rep === "text" ? collationKey(key.sql, expr.collation?.name ?? "BINARY") : key.sql;
}

const BOUNDS = {
  unboundedPreceding: "UNBOUNDED PRECEDING",
  currentRow: "CURRENT ROW",
  unboundedFollowing: "UNBOUNDED FOLLOWING",
} as const;

function frameSql({ unit, from, to, exclude }: NonNullable<Call["frame"]>): string {
  if (exclude !== null && exclude !== "noOthers") return decline("window", "a frame with EXCLUDE is not translated");
  if (endsBeforeStart(from, to)) {
    return decline("window", "a frame that ends before it begins: DuckDB counts rows below 0");
  }
  const [start, end] = [from, to].map((bound) => {
    if (bound.kind !== "preceding" && bound.kind !== "following") return BOUNDS[bound.kind];
    if (unit === "range") return decline("window", "a RANGE frame with an offset is not translated");
    if (typeof bound.offset !== "bigint" || bound.offset < 0n) {
      return decline("window", "a frame offset that is no count");
    }
    return `${bound.offset} ${bound.kind.toUpperCase()}`;
  });
  return `${unit.toUpperCase()} BETWEEN ${start} AND ${end}`;
}

type Bound = NonNullable<Call["frame"]>["from"];

function endsBeforeStart(from: Bound, to: Bound): boolean {
  if (from.kind === "preceding" && to.kind === "preceding") return Number(from.offset) < Number(to.offset);
  return from.kind === "following" && to.kind === "following" && Number(from.offset) > Number(to.offset);
}

/** The argument as a constant count from 1. */
function positive(call: Call, index: number): bigint {
  const argument = call.arguments[index];
  if (argument?.kind !== "literal" || typeof argument.value !== "bigint" || argument.value < 1n) {
    return decline("window", `${call.name}() with a count that is not a constant`);
  }
  return argument.value;
}

/** lag() and lead(): the value some rows away, or a default. */
function neighbour(call: Call, over: string, printing: Printing): SqlValue {
  const [expr, offset, fallback] = call.arguments;
  const distance = offset === undefined ? 1n : offset.kind === "literal" ? offset.value : null;
  if (typeof distance !== "bigint" || distance < 0n) {
    return decline("window", `${call.name}() by something not constant`);
  }
  const translated = [expr!, ...(fallback === undefined ? [] : [fallback])]
    .map((arg) => withoutNan(withoutBoolean(printing.translation.translate(arg, exactly(printing)))));
  const rep = commonRep(translated, `${call.name}()`);
  if (rep === "null") return SQL_NULL;
  const [subject, other] = translated.map((arg) => coerce(arg, rep));
  const read = (part: (arg: SqlValue) => string) => {
    const otherwise = other === undefined ? "" : `, ${part(other)}`;
    return `${call.name}(${part(subject!)}, ${distance}${otherwise}) OVER ${over}`;
  };
  return valueRead({ ...subject!, ...limitsOfAny(translated) }, read);
}

/** first_value(), last_value(), nth_value() of the frame. */
function framed(call: Call, over: string, printing: Printing): SqlValue {
  const subject = withoutNan(withoutBoolean(printing.translation.translate(call.arguments[0]!, exactly(printing))));
  if (subject.rep === "null") return SQL_NULL;
  const position = call.name === "nth_value" ? `, ${positive(call, 1)}` : "";
  return valueRead(subject, (part) => `${call.name}(${part(subject)}${position}) OVER ${over}`);
}

function valueRead(subject: SqlValue, read: (part: (arg: SqlValue) => string) => string): SqlValue {
  const sql = read((arg) => arg.sql);
  const { range, bounds } = subject;
  if (subject.rep === "tagged") return tagged(sql, read(tagOf), false, bounds);
  return value(subject.rep, sql, subject.rep === "integer" ? { range } : { bounds });
}
