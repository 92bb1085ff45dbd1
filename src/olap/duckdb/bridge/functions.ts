import { type AnalysedExpr, INSTANT_TEXT } from "../../../sql/mod.ts";
import { absoluteBounds, greatest, limitsOfAny } from "./bounds.ts";
import { coerce, commonRep, tagOf, toDouble, withoutBoolean, withoutNan } from "./coercions.ts";
import { asciiLower, asciiUpper } from "./collations.ts";
import { compareSql } from "./comparisons.ts";
import { choice } from "./choice.ts";
import { condition } from "./condition.ts";
import { dateSql } from "./dates.ts";
import { likeSql } from "./like.ts";
import { textOf } from "./text.ts";
import { printfSql } from "./printf.ts";
import { exactly, type Printing } from "./printing.ts";
import { roundSql } from "./round.ts";
import { decline, isNumeric, SQL_NULL, type SqlValue, tagged, value } from "./sql_value.ts";
import { substrSql } from "./substr.ts";
import { truthValue } from "./truth.ts";

/** What a translation of a function gets: the call's arguments, translated and as analysed. */
interface Call {
  readonly args: readonly SqlValue[];
  readonly exprs: readonly AnalysedExpr[];
  readonly printing: Printing;
}

type Translator = (call: Call) => SqlValue;

/** Functions whose answer is NULL as soon as an argument is. */
const strict = (translator: Translator): Translator => (call) =>
  call.args.some((arg) => arg.rep === "null") ? SQL_NULL : translator(call);

/** Functions of text, which read integers as text too. */
const ofText = (build: (...texts: string[]) => string): Translator =>
  strict(({ args }) => value("text", build(...args.map(textOf))));

/** SQLite's own trim() strips spaces alone. */
const trimmed = (name: string): Translator => ofText((text, characters = "' '") => `${name}(${text}, ${characters})`);

const dated = (name: string): Translator => ({ args }) => dateSql(name, args);

const FUNCTIONS: ReadonlyMap<string, Translator> = new Map<string, Translator>(Object.entries({
  abs: strict(({ args: [arg] }) => absolute(withoutBoolean(arg!))),
  ceil: strict(({ args: [arg] }) => rounded("ceil", arg!)),
  ceiling: strict(({ args: [arg] }) => rounded("ceil", arg!)),
  coalesce: (call: Call) => firstNonNull(call),
  concat: ({ args }) => value("text", args.map((arg) => `coalesce(${textOf(arg)}, '')`).join(" || ")),
  date: dated("date"),
  datetime: dated("datetime"),
  floor: strict(({ args: [arg] }) => rounded("floor", arg!)),
  format: ({ args }) => printfSql("format", args),
  glob: ({ args: [pattern, operand] }) => truthValue(likeSql("glob", operand!, pattern!, null)),
  hex: ({ args: [arg] }) => hexadecimal(arg!),
  ifnull: (call: Call) => firstNonNull(call),
  iif: ({ args: [, ...results], exprs: [test], printing }) => choice([condition(test!, printing)], results),
  [INSTANT_TEXT]: ({ args: [time] }: Call) =>
    value("text", `strftime(make_timestamp(${time!.sql}), '%Y-%m-%dT%H:%M:%S.%fZ')`),
  instr: strict(({ args }) => position(args)),
  julianday: dated("julianday"),
  length: strict(({ args: [arg] }) => lengthOf(arg!)),
  like: ({ args: [pattern, operand, escape] }) => truthValue(likeSql("like", operand!, pattern!, escape ?? null)),
  likelihood: ({ args: [arg] }) => arg!,
  likely: ({ args: [arg] }) => arg!,
  lower: ofText((text) => asciiLower(text)),
  ltrim: trimmed("ltrim"),
  max: (call: Call) => extreme("max", call),
  min: (call: Call) => extreme("min", call),
  nullif: (call: Call) => nullIf(call),
  printf: ({ args }) => printfSql("printf", args),
  quote: ({ args: [arg] }) => quoted(arg!),
  replace: strict(({ args }) => replaced(args)),
  round: strict(({ args: [arg, digits] }) => roundSql(arg!, digits)),
  rtrim: trimmed("rtrim"),
  sign: strict(({ args: [arg] }) => signOf(arg!)),
  sqrt: strict(({ args: [arg] }) => squareRoot(arg!)),
  strftime: dated("strftime"),
  substr: strict(({ args }) => substrSql(args)),
  substring: strict(({ args }) => substrSql(args)),
  time: dated("time"),
  trim: trimmed("trim"),
  typeof: ({ args: [arg] }) => typeName(arg!),
  unicode: strict(({ args: [arg] }) => codePoint(arg!)),
  unixepoch: dated("unixepoch"),
  unlikely: ({ args: [arg] }) => arg!,
  upper: ofText((text) => asciiUpper(text)),
}));

/** Functions whose result keeps the small error a shown sum may have. Through all others a sum must be exact. */
const TRANSPARENT: ReadonlySet<string> = new Set(["abs", "coalesce", "ifnull", "likely", "unlikely"]);

/** A call of a scalar function; only functions proven to give SQLite's answer are here. */
export function functionSql(
  name: string,
  exprs: readonly AnalysedExpr[],
  printing: Printing,
): SqlValue {
  const translator = FUNCTIONS.get(name);
  if (translator === undefined) return decline("function", `function ${name}() is not translated`);
  const inner = TRANSPARENT.has(name) ? printing : exactly(printing);
  const args = exprs.map((expr) => printing.translation.translate(expr, inner));
  return translator({ args, exprs, printing: inner });
}

/** Without anything to replace SQLite gives back the value itself, which need not be text. */
function replaced(args: readonly SqlValue[]): SqlValue {
  const [subject, pattern] = args;
  const constant = pattern!.constant?.value;
  const isPattern = constant !== undefined && constant !== "";
  if (subject!.rep !== "text" && !isPattern) {
    return decline("type", `replace() of ${subject!.rep} by a pattern that may be empty`);
  }
  return value("text", `replace(${args.map(textOf).join(", ")})`);
}

function absolute(arg: SqlValue): SqlValue {
  const sql = `abs(${arg.sql})`;
  const bounds = absoluteBounds(arg.bounds);
  switch (arg.rep) {
    case "integer": {
      const { range } = arg;
      // Of -2^63 SQLite makes an error, whether it is looked at or not; DuckDB only where it computes it.
      if (range === null || range.least <= -(2n ** 63n)) decline("type", "abs() of an integer that may be -2^63");
      return value("integer", sql, { range: { least: 0n, most: greatest(range) } });
    }
    case "real":
      return value("real", sql, { nan: arg.nan, bounds });
    case "number":
      return value("number", sql, { bounds });
    case "tagged":
      return tagged(sql, tagOf(arg), arg.nan, bounds);
    default:
      return decline("type", `abs() of ${arg.rep}`);
  }
}

/** libSQL's ceil() and floor() give an INTEGER. */
function rounded(name: "ceil" | "floor", arg: SqlValue): SqlValue {
  const plain = withoutNan(withoutBoolean(arg));
  if (plain.rep === "integer") return plain;
  if (!isNumeric(plain.rep)) return decline("type", `${name}() of ${plain.rep}`);
  return value("integer", `CAST(${name}(${plain.sql}) AS BIGINT)`);
}

/** Of a negative number both engines make an error, DuckDB's passes the statement on to libSQL. */
function squareRoot(arg: SqlValue): SqlValue {
  if (!isNumeric(arg.rep)) return decline("type", `sqrt() of ${arg.rep}`);
  return value("real", `sqrt(${toDouble(withoutNan(arg))})`);
}

function signOf(arg: SqlValue): SqlValue {
  const plain = withoutNan(withoutBoolean(arg));
  if (plain.rep === "text" || plain.rep === "blob") return decline("type", `sign() of ${plain.rep}`);
  return value("integer", `CAST(sign(${plain.sql}) AS BIGINT)`, { range: { least: -1n, most: 1n } });
}

function firstNonNull({ args }: Call): SqlValue {
  const plain = args.map(withoutNan);
  const conditions = plain.slice(0, -1).map((arg) => `${arg.sql} IS NOT NULL`);
  const chosen = choice(conditions, plain);
  if (chosen.rep === "null" || chosen.rep === "tagged") return chosen;
  return { ...chosen, sql: `coalesce(${plain.map((arg) => coerce(arg, chosen.rep).sql).join(", ")})` };
}

/** Compared by the first argument's rules, and equal across classes of numbers. */
function nullIf({ args: [left, right], exprs: [a, b] }: Call): SqlValue {
  if (left!.rep === "null") return SQL_NULL;
  const plain = withoutBoolean(left!);
  const collation = (a!.collation ?? b!.collation)?.name ?? "BINARY";
  const equal = compareSql("=", plain, right!, { conversion: "none", collation });
  return { ...plain, sql: `(CASE WHEN ${equal} THEN NULL ELSE ${plain.sql} END)`, constant: null };
}

/** NULL if any argument is; of equal ones the first. */
function extreme(name: "min" | "max", { args, exprs }: Call): SqlValue {
  if (args.some((arg) => arg.rep === "null")) return SQL_NULL;
  const plain = args.map((arg) => withoutNan(withoutBoolean(arg)));
  const rep = commonRep(plain, `${name}()`);
  if (rep === "tagged") return decline("type", `${name}() of INTEGER and REAL numbers`);
  const collated = exprs.find((expr) => expr.collation !== null)?.collation?.name ?? "BINARY";
  if (rep === "text" && collated !== "BINARY") return decline("collation", `${name}() of text compared by ${collated}`);
  const parts = plain.map((arg) => coerce(arg, rep).sql);
  const anyNull = parts.map((part) => `${part} IS NULL`).join(" OR ");
  const best = `${name === "max" ? "greatest" : "least"}(${parts.join(", ")})`;
  const { range, bounds } = limitsOfAny(plain);
  return value(
    rep,
    `(CASE WHEN ${anyNull} THEN NULL ELSE ${best} END)`,
    rep === "integer" ? { range } : isNumeric(rep) ? { bounds } : {},
  );
}

function lengthOf(arg: SqlValue): SqlValue {
  const sql = arg.rep === "blob" ? `octet_length(${arg.sql})` : `length(${textOf(arg)})`;
  return value("integer", sql, { range: { least: 0n, most: 2n ** 31n } });
}

function position(args: readonly SqlValue[]): SqlValue {
  const [text, part] = args.map(textOf);
  return value("integer", `instr(${text}, ${part})`, { range: { least: 0n, most: 2n ** 31n } });
}

function hexadecimal(arg: SqlValue): SqlValue {
  if (arg.rep === "null") return value("text", "''");
  if (arg.rep === "blob") return value("text", `coalesce(hex(${arg.sql}), '')`);
  return value("text", `coalesce(hex(${textOf(arg)}), '')`);
}

/** The value as SQL text. */
function quoted(arg: SqlValue): SqlValue {
  if (arg.rep === "null") return value("text", "'NULL'");
  if (arg.rep === "text") return value("text", `coalesce('''' || replace(${arg.sql}, '''', '''''') || '''', 'NULL')`);
  if (arg.rep === "blob") return value("text", `coalesce('X''' || hex(${arg.sql}) || '''', 'NULL')`);
  return value("text", `coalesce(${textOf(arg)}, 'NULL')`);
}

/** The first character's code point; of empty text NULL. */
function codePoint(arg: SqlValue): SqlValue {
  const text = textOf(arg);
  return value("integer", `(CASE WHEN ${text} <> '' THEN CAST(unicode(${text}) AS BIGINT) END)`);
}

const TYPE_NAMES: Record<Exclude<SqlValue["rep"], "number" | "tagged">, string> = {
  null: "null",
  integer: "integer",
  boolean: "integer",
  real: "real",
  text: "text",
  blob: "blob",
};

function typeName(arg: SqlValue): SqlValue {
  const plain = withoutNan(arg);
  if (plain.rep === "null") return value("text", "'null'");
  const name = plain.rep === "number" || plain.rep === "tagged"
    ? `CASE WHEN ${tagOf(plain)} THEN 'integer' ELSE 'real' END`
    : `'${TYPE_NAMES[plain.rep]}'`;
  // DuckDB sees through IS NULL to the operands, so that an overflow, REAL in SQLite, would go unnoticed: counting bits has it computed.
  const rest = plain.rep === "integer" ? `WHEN bit_count(${plain.sql}) >= 0 THEN ${name}` : `ELSE ${name}`;
  return value("text", `(CASE WHEN ${plain.sql} IS NULL THEN 'null' ${rest} END)`);
}
