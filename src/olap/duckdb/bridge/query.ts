import type {
  AnalysedBody,
  AnalysedCompound,
  AnalysedCte,
  AnalysedOrder,
  AnalysedQuery,
  AnalysedValues,
} from "../../../sql/mod.ts";
import { collationKey } from "./collations.ts";
import { coerce, commonRep, tagOf, withoutBoolean, withoutNan } from "./coercions.ts";
import { orderIsTotal, rowsAtMost } from "./order.ts";
import {
  columnName,
  columnValues,
  type PrintedColumn,
  type PrintedQuery,
  type QueryRole,
  type Translation,
} from "./printing.ts";
import { type PrintedSelect, printSelect } from "./select.ts";
import { decline, type SqlValue } from "./sql_value.ts";

/** Prints a query that stands inside another one. */
export function printQuery(translation: Translation, query: AnalysedQuery, role: QueryRole): PrintedQuery {
  const withClause = printCtes(translation, query.ctes);
  if (role === "exists" && query.body.kind === "select" && !query.body.grouped && query.offset === 0n) {
    const { rest } = printSelect(translation, query.body, { orderBy: [], shown: false });
    return { sql: `${withClause}SELECT 1${rest}`, columns: [] };
  }
  const limited = limitOf(query, role);
  const orderBy = limited === "" ? [] : query.orderBy;
  const { sql, columns } = printBody(translation, query.body, orderBy, false);
  return { sql: `${withClause}${sql}${limited}`, columns };
}

/** LIMIT inside a statement: only where it cannot matter which of several rows are kept. */
function limitOf(query: AnalysedQuery, role: QueryRole): string {
  const { limit, offset } = query;
  if (limit === null && offset === 0n) return "";
  const most = rowsAtMost(query);
  if (offset === 0n && limit !== null && most !== null && most <= limit) return "";
  const countsOnly = role === "exists" || limit === 0n;
  if (!countsOnly && !orderIsTotal(query)) {
    decline("order", "LIMIT in a subquery whose order leaves open which rows are kept");
  }
  return limitClause(limit, offset);
}

/** LIMIT and OFFSET as DuckDB text. */
export function limitClause(limit: bigint | null, offset: bigint): string {
  return `${limit === null ? "" : ` LIMIT ${limit}`}${offset === 0n ? "" : ` OFFSET ${offset}`}`;
}

/** `WITH …` for common tables. What is read twice is computed once, so that both readers see the same sums. */
export function printCtes(translation: Translation, ctes: readonly AnalysedCte[]): string {
  if (ctes.length === 0) return "";
  const recursive = ctes.some((cte) => cte.recursive) ? "RECURSIVE " : "";
  const printed = ctes.map((cte) => {
    const { sql, columns } = cte.recursive
      ? printRecursive(translation, cte)
      : printQuery(translation, cte.query, "rows");
    translation.ctes.set(cte.id, columns);
    const names = columns.flatMap(physicalNames).join(", ");
    const hint = cte.recursive ? "" : cte.uses > 1 ? " MATERIALIZED" : " NOT MATERIALIZED";
    return `w${cte.id}(${names}) AS${hint} (${sql})`;
  });
  return `WITH ${recursive}${printed.join(", ")} `;
}

function physicalNames(column: PrintedColumn, index: number): string[] {
  return column.rep === "tagged" ? [columnName(index), `${columnName(index)}t`] : [columnName(index)];
}

/** The recursive arm reads columns of the representation the first arm gives; it may not need another one. */
function printRecursive(translation: Translation, cte: AnalysedCte): PrintedQuery {
  const { body } = cte.query;
  if (body.kind !== "compound") return decline("recursion", `recursive "${cte.name}" is no compound`);
  const inner = printCtes(translation, cte.query.ctes);
  if (inner !== "") decline("recursion", `WITH inside recursive "${cte.name}"`);
  const initial = printArm(translation, body.left);
  const columns = initial.outputs.map((output, index): PrintedColumn => {
    const rep = commonRep([output, { rep: wantedRep(cte, index, output) }], "a recursive column");
    return { rep, nan: rep === "real" || rep === "tagged", range: null, stored: false };
  });
  translation.ctes.set(cte.id, columns);
  const step = printArm(translation, body.right);
  const arms = [initial, step].map((arm) =>
    arm.print(columns.map((column, index) => fit(arm.outputs[index]!, column)))
  );
  if (body.operator === "union") {
    columns.forEach((column, index) => requireComparable(column, body.collations[index]?.name ?? "BINARY"));
  }
  return { sql: `${arms[0]} ${body.operator === "union" ? "UNION" : "UNION ALL"} ${arms[1]}`, columns };
}

const CLASS_REPS: ReadonlyMap<number, SqlValue["rep"]> = new Map([[0, "null"], [1, "integer"], [2, "real"], [
  3,
  "tagged",
], [
  4,
  "text",
], [8, "blob"]]);

function wantedRep(cte: AnalysedCte, index: number, initial: SqlValue): SqlValue["rep"] {
  const { classes } = cte.columns[index]!.type;
  if (initial.rep === "number") return "number";
  return CLASS_REPS.get(classes) ?? decline("type", `a column of recursive "${cte.name}" of several classes`);
}

function fit(output: SqlValue, column: PrintedColumn): SqlValue {
  return coerce(withoutBoolean(output), column.rep);
}

/** Prints the arms of a body with their columns, and ORDER BY if the order is wanted. */
export function printBody(
  translation: Translation,
  body: AnalysedBody,
  orderBy: readonly AnalysedOrder[],
  shown: boolean,
): PrintedQuery & { readonly keys: readonly (string | null)[] } {
  switch (body.kind) {
    case "select": {
      const printed = printSelect(translation, body, { orderBy, shown });
      const sql = selectSql(printed, printed.outputs, []) + orderClause(orderBy, printed.keys);
      return { sql, columns: printed.outputs, keys: printed.keys };
    }
    case "values":
    case "compound": {
      const { sql, columns } = body.kind === "values"
        ? printValues(translation, body)
        : printCompound(translation, body);
      if (orderBy.length === 0) return { sql, columns, keys: [] };
      const values = columnValues(columns, "q");
      const keys = orderBy.map((order) => outputKey(order, values));
      return { sql: `SELECT * FROM (${sql}) AS q${orderClause(orderBy, keys)}`, columns, keys };
    }
  }
}

/** The text to sort by for a body that shows all it can be ordered by; `null` for a constant. */
export function outputKey({ key, collation }: AnalysedOrder, values: readonly SqlValue[]): string | null {
  if (key.kind !== "output") return decline("order", "DISTINCT or a compound ordered by what it does not show");
  const column = withoutNan(values[key.index]!);
  if (column.rep === "null") return null;
  return column.rep === "text" ? collationKey(column.sql, collation?.name ?? "BINARY") : column.sql;
}

/** The whole text of a SELECT but for ORDER BY. */
export function selectSql(printed: PrintedSelect, outputs: readonly SqlValue[], extra: readonly string[]): string {
  const list = [...outputs.flatMap(outputSql), ...extra];
  return `SELECT ${printed.distinct ? "DISTINCT " : ""}${list.join(", ")}${printed.rest}`;
}

/** An output column under its name, with its class beside it if that differs by row. */
function outputSql(output: SqlValue, index: number): string[] {
  const plain = withoutBoolean(output);
  const name = columnName(index);
  if (plain.rep === "null") return [`NULL::BIGINT AS ${name}`];
  return plain.rep === "tagged"
    ? [`${plain.sql} AS ${name}`, `${tagOf(plain)} AS ${name}t`]
    : [`${plain.sql} AS ${name}`];
}

/** `ORDER BY …` with the place of NULLs spelled out. */
export function orderClause(orderBy: readonly AnalysedOrder[], keys: readonly (string | null)[]): string {
  const terms = orderBy.flatMap(({ descending, nulls }, index) => {
    const key = keys[index];
    return key === null || key === undefined
      ? []
      : [`${key} ${descending ? "DESC" : "ASC"} NULLS ${nulls.toUpperCase()}`];
  });
  return terms.length === 0 ? "" : ` ORDER BY ${terms.join(", ")}`;
}

/** An arm whose columns can still be brought to the representation all arms share. */
interface Arm {
  readonly outputs: readonly SqlValue[];
  print(outputs: readonly SqlValue[]): string;
}

function printArm(translation: Translation, body: AnalysedBody): Arm {
  if (body.kind === "select") {
    const printed = printSelect(translation, body, { orderBy: [], shown: false });
    return { outputs: printed.outputs, print: (outputs) => selectSql(printed, outputs, []) };
  }
  const { sql, columns } = body.kind === "values" ? printValues(translation, body) : printCompound(translation, body);
  const qualifier = "q";
  return {
    outputs: columnValues(columns, qualifier),
    print: (outputs) => `SELECT ${outputs.flatMap(outputSql).join(", ")} FROM (${sql}) AS ${qualifier}`,
  };
}

const SET_OPERATORS = { union: "UNION", unionAll: "UNION ALL", intersect: "INTERSECT", except: "EXCEPT" } as const;

function printCompound(translation: Translation, body: AnalysedCompound): PrintedQuery {
  const left = printArm(translation, body.left);
  const right = printArm(translation, body.right);
  const columns = left.outputs.map((output, index): PrintedColumn => {
    const pair = [output, right.outputs[index]!].map(withoutBoolean);
    const rep = commonRep(pair, "a compound's column");
    const column = { rep, nan: false, range: null, stored: pair.every((side) => side.stored) };
    if (body.operator !== "unionAll") requireComparable(column, body.collations[index]?.name ?? "BINARY");
    return column;
  });
  const [l, r] = [left, right].map((arm) =>
    arm.print(arm.outputs.map((output, index) => withoutNan(fit(output, columns[index]!))))
  );
  return { sql: `(${l}) ${SET_OPERATORS[body.operator]} (${r})`, columns };
}

/** UNION and the like compare rows; equal values must be the same value. */
function requireComparable(column: PrintedColumn, collation: string): void {
  if (column.rep === "tagged") decline("type", "a compound comparing INTEGER with REAL numbers");
  if (column.rep === "text" && collation !== "BINARY") {
    decline("collation", `a compound of text compared by ${collation}`);
  }
}

function printValues(translation: Translation, body: AnalysedValues): PrintedQuery {
  const printing = { translation, select: null, grouping: null, exactSums: true };
  const rows = body.rows.map((row) =>
    row.map((expr) => withoutNan(withoutBoolean(translation.translate(expr, printing))))
  );
  const columns = (rows[0] ?? []).map((_, index): PrintedColumn => {
    const rep = commonRep(rows.map((row) => row[index]!), "a column of VALUES");
    return { rep, nan: false, range: null, stored: false };
  });
  const names = columns.flatMap(physicalNames).join(", ");
  const texts = rows.map((row) => {
    const cells = row.map((cell, index) => coerce(cell, columns[index]!.rep));
    return `(${
      cells.flatMap((
        cell,
      ) => (cell.rep === "tagged" ? [cell.sql, tagOf(cell)] : [cell.rep === "null" ? "NULL::BIGINT" : cell.sql])).join(
        ", ",
      )
    })`;
  });
  return { sql: `SELECT * FROM (VALUES ${texts.join(", ")}) AS v(${names})`, columns };
}
