import { invariant } from "../../../errors/mod.ts";
import { analyse, type AnalysedStatement, orderIsTotal, rowsAtMost, Unanalysable } from "../../../sql/mod.ts";
import type { QueryRequest } from "../../query_request.ts";
import type { BoundsOf, RangesOf } from "../column_bounds.ts";
import type { BridgeDecline, BridgedQuery, OutputColumn } from "./bridged_query.ts";
import { withoutBoolean } from "./coercions.ts";
import { printCtes } from "./ctes.ts";
import { translate } from "./expressions.ts";
import { columnValues, type PrintedColumn, type Translation } from "./printing.ts";
import { limitClause, orderClause, selectSql } from "./output_list.ts";
import { outputKey, printBody, printQuery } from "./query.ts";
import { type PrintedSelect, printSelect } from "./select.ts";
import { decline, runtimeDecline } from "./sql_value.ts";

/**
 * Rewrites a statement so that DuckDB gives SQLite's answer over the mirror: the same columns, names, storage classes and values
 * (sums of REAL to 1e-12 relative). Declines, with a reason, whatever is not known to. The answer holds for data within the
 * bounds that were asked for, and while the exclusions it names are so.
 */
export function bridge(
  request: QueryRequest,
  boundsOf: BoundsOf = () => undefined,
  rangesOf: RangesOf = () => undefined,
): BridgedQuery | BridgeDecline {
  const { query, catalog, parameters, sourceOrder: order, periods } = request;
  const analysed = analyse(query, catalog, parameters, { order, periods });
  if (analysed.kind === "declined") return analysed;
  try {
    return printStatement(analysed, boundsOf, rangesOf);
  } catch (error) {
    if (error instanceof Unanalysable) return { kind: "declined", reason: error.reason, cause: error.declineCause };
    throw error;
  }
}

function printStatement(statement: AnalysedStatement, boundsOf: BoundsOf, rangesOf: RangesOf): BridgedQuery {
  const translation: Translation = {
    sources: new Map(),
    ctes: new Map(),
    boundsOf,
    rangesOf,
    exclusions: [],
    printQuery,
    translate,
  };
  const { query } = statement;
  const withClause = printCtes(translation, [...statement.views, ...query.ctes]);
  const { sql, columns, tieGuard } = printTop(translation, statement);
  const outputs = columns.map(({ rep }): OutputColumn => {
    invariant(rep !== "boolean", "a test is printed as the integer it is");
    return { class: rep };
  });
  return {
    kind: "bridged",
    sql: `${withClause}${sql}`,
    columns: query.resultColumns,
    outputs,
    tieGuard,
    exclusions: translation.exclusions,
    tables: statement.tables,
  };
}

interface PrintedTop {
  readonly sql: string;
  readonly columns: readonly Pick<PrintedColumn, "rep">[];
  readonly tieGuard: BridgedQuery["tieGuard"];
}

/** The outermost query. Where LIMIT may cut between equal sort keys, the keys are fetched too and one row more. */
function printTop(translation: Translation, { query }: AnalysedStatement): PrintedTop {
  const { body, orderBy, limit, offset } = query;
  const most = rowsAtMost(query);
  const cut = (limit !== null || offset > 0n) && limit !== 0n && !(offset === 0n && most !== null && most <= limit!);
  if (!cut || orderIsTotal(query)) {
    const { sql, columns } = printBody(translation, body, orderBy, true);
    return { sql: sql + limitClause(limit, offset), columns, tieGuard: null };
  }
  if (orderBy.length === 0) return decline("order", "LIMIT without ORDER BY leaves open which rows are kept");
  const printed = body.kind === "select" && !body.distinct
    ? printSelect(translation, body, { orderBy, shown: true })
    : printWrapped(translation, query);
  const keys = printed.keys.flatMap((key) => key ?? []);
  if (keys.length === 0) return decline("order", "LIMIT in the order of constants leaves open which rows are kept");
  if (limit === null || offset > 0n) return printPage(printed, query);
  const sql = selectSql(printed, printed.outputs, keys) + orderClause(orderBy, printed.keys);
  return {
    sql: `${sql} LIMIT ${limit + 1n}`,
    columns: printed.outputs.map(withoutBoolean),
    tieGuard: { rows: Number(limit), keyColumns: keys.length },
  };
}

/** A body whose rows are all it can be ordered by, as a SELECT from it. */
function printWrapped(translation: Translation, { body, orderBy }: AnalysedStatement["query"]): PrintedSelect {
  const { sql, columns } = printBody(translation, body, [], false);
  const outputs = columnValues(columns, "b");
  return {
    distinct: false,
    rest: ` FROM (${sql}) AS b`,
    outputs,
    keys: orderBy.map((order) => outputKey(order, outputs)),
  };
}

/**
 * A page behind OFFSET: the last row skipped is fetched too, and ends the query if it sorts as the first row kept, for then SQLite
 * might have skipped that one.
 */
function printPage(printed: PrintedSelect, { orderBy, limit, offset }: AnalysedStatement["query"]): PrintedTop {
  const sorted = orderBy.filter((_, index) => printed.keys[index] !== null);
  const names = sorted.map((_, index) => `k${index}`);
  const keys = printed.keys.flatMap((key) => key ?? []);
  const inner = selectSql(printed, printed.outputs, keys.map((key, index) => `${key} AS ${names[index]}`)) +
    orderClause(orderBy, printed.keys) + limitClause(limit === null ? null : limit + 2n, offset - 1n);
  const order = orderClause(sorted, names);
  const ranked = `SELECT *, rank() OVER (${order}) AS place, row_number() OVER (${order}) AS line FROM (${inner}) AS q`;
  const columns = columnValues(printed.outputs.map(withoutBoolean), "p");
  const shown = columns.flatMap((column) => (column.tag === null ? [column.sql] : [column.sql, column.tag]));
  const failure = runtimeDecline("rows tie at the edge of OFFSET, where SQLite is free to choose");
  const check = `(CASE WHEN place = 1 THEN ${failure} ELSE TRUE END)`;
  const list = [...shown, ...names.map((name) => `p.${name}`)].join(", ");
  const sql = `SELECT ${list} FROM (${ranked}) AS p WHERE line > 1 AND ${check}${order}`;
  return {
    sql,
    columns,
    tieGuard: { rows: limit === null ? Number.MAX_SAFE_INTEGER : Number(limit), keyColumns: names.length },
  };
}
