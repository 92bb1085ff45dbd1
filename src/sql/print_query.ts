import { quoteName, quoteText } from "./quote_name.ts";
import { realFromText } from "./real_literal.ts";
import type {
  ColumnRef,
  Compound,
  Expr,
  FrameBound,
  FromItem,
  FunctionCall,
  Join,
  Literal,
  Name,
  OrderTerm,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SystemTime,
  WindowFrame,
  WindowSpec,
  With,
} from "./tree.ts";

/**
 * Prints a tree as SQLite SQL in which every operation stands in parentheses, so that SQLite's own precedence has nothing left
 * to decide; only a chain of one operator (`a AND b AND c`), which always associates to the left, shares one pair. Names keep
 * their quotes. Result columns keep their names: an expression without an alias gets its text as one.
 */
export function printQuery(query: Query): string {
  return printNested(query, true);
}

/** `outermost` queries name their columns by other rules than subqueries. */
function printNested(query: Query, outermost: boolean): string {
  const parts = [printBody(query.body, outermost)];
  if (query.with !== null) parts.unshift(printWith(query.with));
  if (query.orderBy.length > 0) parts.push(`ORDER BY ${list(query.orderBy, printOrderTerm)}`);
  if (query.limit !== null) parts.push(`LIMIT ${printExpr(query.limit)}`);
  if (query.offset !== null) parts.push(`OFFSET ${printExpr(query.offset)}`);
  return parts.join(" ");
}

function list<T>(items: readonly T[], print: (item: T) => string): string {
  return items.map(print).join(", ");
}

/** A name in the quotes it was written in: SQLite compares window names with their quotes. */
export function printName(name: Name): string {
  switch (name.quote) {
    case null:
      return name.text;
    case "[":
      return `[${name.text}]`;
    default:
      return `${name.quote}${name.text.replaceAll(name.quote, name.quote + name.quote)}${name.quote}`;
  }
}

function qualified(...names: readonly (Name | null)[]): string {
  return names.filter((name) => name !== null).map(printName).join(".");
}

function printSubquery(query: Query): string {
  return printNested(query, false);
}

function printWith(clause: With): string {
  const tables = list(clause.tables, (table) => {
    const columns = table.columns === null ? "" : `(${list(table.columns, printName)})`;
    const hint = table.materialized === null ? "" : table.materialized ? "MATERIALIZED " : "NOT MATERIALIZED ";
    return `${printName(table.name)}${columns} AS ${hint}(${printSubquery(table.query)})`;
  });
  return `WITH ${clause.recursive ? "RECURSIVE " : ""}${tables}`;
}

const COMPOUND: Readonly<Record<Compound["operator"], string>> = {
  union: "UNION",
  unionAll: "UNION ALL",
  intersect: "INTERSECT",
  except: "EXCEPT",
};

function printBody(body: QueryBody, outermost: boolean): string {
  switch (body.kind) {
    case "select":
      return printSelect(body, outermost);
    case "values":
      return `VALUES ${list(body.rows, (row) => `(${list(row, printExpr)})`)}`;
    case "compound":
      return `${printBody(body.left, outermost)} ${COMPOUND[body.operator]} ${printBody(body.right, outermost)}`;
  }
}

function printSelect(select: Select, outermost: boolean): string {
  const columns = list(select.columns, (item) => printItem(item, outermost));
  const parts = [`SELECT ${select.distinct ? "DISTINCT " : ""}${columns}`];
  if (select.from !== null) parts.push(`FROM ${printFrom(select.from)}`);
  if (select.where !== null) parts.push(`WHERE ${printExpr(select.where)}`);
  if (select.groupBy.length > 0) parts.push(`GROUP BY ${list(select.groupBy, printExpr)}`);
  if (select.having !== null) parts.push(`HAVING ${printExpr(select.having)}`);
  if (select.windows.length > 0) {
    parts.push(`WINDOW ${list(select.windows, ({ name, spec }) => `${printName(name)} AS ${printWindow(spec)}`)}`);
  }
  return parts.join(" ");
}

function printItem(item: SelectItem, outermost: boolean): string {
  switch (item.kind) {
    case "star":
      return "*";
    case "tableStar":
      return `${printName(item.table)}.*`;
    case "item": {
      const expr = printExpr(item.expr);
      if (item.alias !== null) return `${expr} AS ${printName(item.alias)}`;
      const namedByItself = item.expr.kind === "column" || (!outermost && namedByColumn(item.expr));
      return namedByItself ? expr : `${expr} AS ${quoteName(item.text)}`;
    }
  }
}

/** Whether SQLite names a subquery's column after a column inside the expression, which an alias would prevent. */
function namedByColumn(expr: Expr): boolean {
  switch (expr.kind) {
    case "column":
      return true;
    case "collate":
      return namedByColumn(expr.operand);
    case "function": {
      const [first] = expr.arguments === "star" ? [] : expr.arguments;
      return first !== undefined && /^(un)?likely$|^likelihood$/i.test(expr.name.text) && namedByColumn(first);
    }
    default:
      return false;
  }
}

const JOIN: Readonly<Record<Join["type"], string>> = {
  comma: ",",
  inner: " JOIN",
  cross: " CROSS JOIN",
  left: " LEFT JOIN",
  right: " RIGHT JOIN",
  full: " FULL JOIN",
};

function printSystemTime(clause: SystemTime | undefined): string {
  switch (clause?.kind) {
    case undefined:
      return "";
    case "asOf":
      return ` FOR SYSTEM_TIME AS OF ${printExpr(clause.at)}`;
    case "between":
      return ` FOR SYSTEM_TIME BETWEEN ${printExpr(clause.from)} AND ${printExpr(clause.to)}`;
    case "all":
      return " FOR SYSTEM_TIME ALL";
  }
}

function printFrom(item: FromItem): string {
  switch (item.kind) {
    case "table": {
      const { indexed } = item;
      const hint = indexed === null ? "" : indexed === "not" ? " NOT INDEXED" : ` INDEXED BY ${printName(indexed)}`;
      return `${qualified(item.schema, item.name)}${printSystemTime(item.systemTime)}${printAlias(item.alias)}${hint}`;
    }
    case "subquery":
      return `(${printSubquery(item.query)})${printAlias(item.alias)}`;
    case "tableFunction":
      return `${qualified(item.schema, item.name)}(${list(item.arguments, printExpr)})${printAlias(item.alias)}`;
    case "join": {
      const { type, natural, left, right, on, using, alias } = item;
      const operator = natural ? ` NATURAL${type === "inner" ? " JOIN" : JOIN[type]}` : JOIN[type];
      const nested = right.kind === "join" && right.alias === undefined;
      const constraint = on !== null
        ? ` ON ${printExpr(on)}`
        : using !== null
        ? ` USING (${list(using, printName)})`
        : "";
      const join = `${printFrom(left)}${operator} ${nested ? `(${printFrom(right)})` : printFrom(right)}${constraint}`;
      return alias === undefined ? join : `(${join})${printAlias(alias)}`;
    }
  }
}

function printAlias(alias: Name | null): string {
  return alias === null ? "" : ` AS ${printName(alias)}`;
}

function printOrderTerm(term: OrderTerm): string {
  const nulls = term.nulls === null ? "" : ` NULLS ${term.nulls.toUpperCase()}`;
  return `${printExpr(term.expr)}${term.descending ? " DESC" : ""}${nulls}`;
}

function printWindow(spec: WindowSpec): string {
  const parts: string[] = [];
  if (spec.base !== null) parts.push(printName(spec.base));
  if (spec.partitionBy.length > 0) parts.push(`PARTITION BY ${list(spec.partitionBy, printExpr)}`);
  if (spec.orderBy.length > 0) parts.push(`ORDER BY ${list(spec.orderBy, printOrderTerm)}`);
  if (spec.frame !== null) parts.push(printFrame(spec.frame));
  return `(${parts.join(" ")})`;
}

const EXCLUDE: Readonly<Record<NonNullable<WindowFrame["exclude"]>, string>> = {
  noOthers: " EXCLUDE NO OTHERS",
  currentRow: " EXCLUDE CURRENT ROW",
  group: " EXCLUDE GROUP",
  ties: " EXCLUDE TIES",
};

function printFrame(frame: WindowFrame): string {
  const bounds = `BETWEEN ${printBound(frame.from)} AND ${printBound(frame.to)}`;
  return `${frame.unit.toUpperCase()} ${bounds}${frame.exclude === null ? "" : EXCLUDE[frame.exclude]}`;
}

function printBound(bound: FrameBound): string {
  switch (bound.kind) {
    case "unboundedPreceding":
      return "UNBOUNDED PRECEDING";
    case "preceding":
      return `${printExpr(bound.offset)} PRECEDING`;
    case "currentRow":
      return "CURRENT ROW";
    case "following":
      return `${printExpr(bound.offset)} FOLLOWING`;
    case "unboundedFollowing":
      return "UNBOUNDED FOLLOWING";
  }
}

/** Prints an expression as {@linkcode printQuery} does. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "literal":
      return printLiteral(expr.value);
    case "column":
      return printColumn(expr);
    case "parameter":
      // By number, so that the order in which the text repeats them cannot matter.
      return expr.name ?? `?${expr.index}`;
    case "currentTime":
      return `CURRENT_${expr.what.toUpperCase()}`;
    case "unary":
      return `(${expr.operator === "not" ? "NOT " : expr.operator}${printExpr(expr.operand)})`;
    case "binary": {
      const operator = expr.operator === "isNot" ? "IS NOT" : expr.operator.toUpperCase();
      return `(${printChain(expr.left, expr.operator)} ${operator} ${printExpr(expr.right)})`;
    }
    case "nullTest":
      return `(${printExpr(expr.operand)} IS ${not(expr.negated)}NULL)`;
    case "between": {
      const range = `${printExpr(expr.low)} AND ${printExpr(expr.high)}`;
      return `(${printExpr(expr.operand)} ${not(expr.negated)}BETWEEN ${range})`;
    }
    case "like": {
      const escape = expr.escape === null ? "" : ` ESCAPE ${printExpr(expr.escape)}`;
      const operator = not(expr.negated) + expr.operator.toUpperCase();
      return `(${printExpr(expr.operand)} ${operator} ${printExpr(expr.pattern)}${escape})`;
    }
    case "inList":
      return `(${printExpr(expr.operand)} ${not(expr.negated)}IN (${list(expr.items, printExpr)}))`;
    case "inQuery":
      return `(${printExpr(expr.operand)} ${not(expr.negated)}IN (${printSubquery(expr.query)}))`;
    case "exists":
      return `EXISTS (${printSubquery(expr.query)})`;
    case "scalarQuery":
      return `(${printSubquery(expr.query)})`;
    case "case": {
      const operand = expr.operand === null ? "" : ` ${printExpr(expr.operand)}`;
      const branches = expr.branches.map(({ when, then }) => ` WHEN ${printExpr(when)} THEN ${printExpr(then)}`);
      return `CASE${operand}${branches.join("")}${expr.else === null ? "" : ` ELSE ${printExpr(expr.else)}`} END`;
    }
    case "cast":
      return `CAST(${printExpr(expr.operand)} AS ${expr.type})`;
    case "collate":
      return `(${printExpr(expr.operand)} COLLATE ${printName(expr.collation)})`;
    case "function":
      return printCall(expr);
    case "rowValue":
      return `(${list(expr.items, printExpr)})`;
    case "raise":
      return "RAISE(IGNORE)";
  }
}

function not(negated: boolean): string {
  return negated ? "NOT " : "";
}

/** The left operand of an operator, without parentheses of its own if it is the same operator. */
function printChain(left: Expr, operator: string): string {
  const printed = printExpr(left);
  return left.kind === "binary" && left.operator === operator ? printed.slice(1, -1) : printed;
}

function printColumn(column: ColumnRef): string {
  return qualified(column.schema, column.table, column.name);
}

function printCall(call: FunctionCall): string {
  const list_ = call.arguments === "star" ? "*" : list(call.arguments, printExpr);
  const orderBy = call.orderBy.length > 0 ? ` ORDER BY ${list(call.orderBy, printOrderTerm)}` : "";
  const filter = call.filter === null ? "" : ` FILTER (WHERE ${printExpr(call.filter)})`;
  const { over } = call;
  const window = over === null ? "" : ` OVER ${"text" in over ? printName(over) : printWindow(over)}`;
  return `${printName(call.name)}(${call.distinct ? "DISTINCT " : ""}${list_}${orderBy})${filter}${window}`;
}

function printLiteral(value: Literal["value"]): string {
  switch (value.class) {
    case "null":
      return "NULL";
    case "integer":
      return printInteger(value.value);
    case "real":
      return printReal(value.value);
    case "text":
      return quoteText(value.value);
    case "blob":
      return `x'${Array.from(value.value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
  }
}

/** In hexadecimal where negative, a minus sign being an operator; but SQLite would refuse to negate the smallest one again. */
function printInteger(value: bigint): string {
  if (value >= 0n) return String(value);
  return value === -(2n ** 63n) ? `(${value})` : `0x${BigInt.asUintN(64, value).toString(16)}`;
}

/** A REAL literal is never negative nor NaN; infinity has no name in SQLite. */
function printReal(value: number): string {
  if (value === Infinity) return "9e999";
  // The shortest digits, unless SQLite would read them as a neighbour of the value.
  const digits = [String(value), ...[17, 18, 19, 20].map((precision) => value.toPrecision(precision))]
    .find((candidate) => realFromText(candidate) === value) ?? String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}
