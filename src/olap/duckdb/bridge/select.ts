import type { AnalysedExpr, AnalysedOrder, AnalysedSelect } from "../../../sql/mod.ts";
import { determinedColumns, fingerprint, isConstant } from "../../../sql/mod.ts";
import { tagOf, withoutNan } from "./coercions.ts";
import { collationKey } from "./collations.ts";
import { condition } from "./condition.ts";
import { printFrom } from "./from.ts";
import { exactly, type Grouping, type Printing, type Translation } from "./printing.ts";
import { OVERFLOW } from "./aggregates.ts";
import { decline, runtimeDecline, type SqlValue, tagged } from "./sql_value.ts";

/** A SELECT printed but for its list, and the values its list and sort keys show. */
export interface PrintedSelect {
  readonly distinct: boolean;
  /** From FROM on. */
  readonly rest: string;
  readonly outputs: readonly SqlValue[];
  /** Text to sort by, one per ORDER BY term; `null` for a constant. */
  readonly keys: readonly (string | null)[];
}

/** What is known of how a SELECT's result is used. */
export interface SelectUse {
  readonly orderBy: readonly AnalysedOrder[];
  /** Whether output columns are only shown to the user, not read by an enclosing query. */
  readonly shown: boolean;
}

/** Prints a SELECT; its output list is left to the caller. */
export function printSelect(translation: Translation, select: AnalysedSelect, use: SelectUse): PrintedSelect {
  const rowwise: Printing = { translation, select, grouping: null, exactSums: true, outermost: use.shown };
  const from = select.from === null ? "" : ` FROM ${printFrom(select.from, rowwise)}`;
  const where = select.where === null ? "" : ` WHERE ${condition(select.where, rowwise)}`;
  const keys = select.groupBy.map((key) => groupKey(key, rowwise));
  const grouping = select.grouped ? groupingOf(select, keys) : null;
  const printing: Printing = { ...rowwise, grouping };
  const sorted = new Set(use.orderBy.flatMap(({ key }) => (key.kind === "output" ? [key.index] : [])));
  const outputs = select.outputs.map((output, index) => {
    const exactSums = !use.shown || select.distinct || sorted.has(index);
    const shown = withoutNan(translation.translate(output, { ...printing, exactSums }));
    if (select.distinct) requireDistinguishable(output, shown);
    return shown;
  });
  const sortKeys = use.orderBy.map((order) => sortKey(order, outputs, printing, select.distinct));
  const having = havingClause(select, printing);
  // Aggregates may fold into constants, so that nothing but GROUP BY tells DuckDB of the one group there is.
  const keyList = keys.length === 0 ? "()" : keys.map((key) => key.printed).join(", ");
  const groupBy = select.grouped ? ` GROUP BY ${keyList}` : "";
  return { distinct: select.distinct, rest: `${from}${where}${groupBy}${having}`, outputs, keys: sortKeys };
}

interface GroupKey {
  readonly expr: AnalysedExpr;
  readonly printed: string;
  /** The value the key shows, where every row of a group shows the same; else `null`. */
  readonly shown: SqlValue | null;
}

function groupKey(expr: AnalysedExpr, rowwise: Printing): GroupKey {
  const key = withoutNan(rowwise.translation.translate(expr, rowwise));
  if (key.rep === "null") return { expr, printed: "NULL::BIGINT", shown: key };
  if (key.rep === "tagged") return { expr, printed: key.sql, shown: classedKey(key) };
  const collation = expr.collation?.name ?? "BINARY";
  if (key.rep === "text" && collation !== "BINARY") {
    return { expr, printed: collationKey(key.sql, collation), shown: null };
  }
  return { expr, printed: key.sql, shown: key };
}

/** HAVING, and before it what ends the query: a sum that overflows fails in SQLite whether its group is wanted or not. */
function havingClause({ having }: AnalysedSelect, printing: Printing): string {
  const wanted = having === null ? null : condition(having, printing);
  const risks = [...(printing.grouping?.risks ?? [])];
  if (risks.length === 0) return wanted === null ? "" : ` HAVING ${wanted}`;
  return ` HAVING (CASE WHEN ${risks.join(" OR ")} THEN ${runtimeDecline(OVERFLOW)} ELSE ${wanted ?? "TRUE"} END)`;
}

/** INTEGER and REAL that are equal form one group, and which of them it shows is left open. */
function classedKey(key: SqlValue): SqlValue {
  const tag = tagOf(key);
  const failure = runtimeDecline("a group of an INTEGER and a REAL that are equal");
  return tagged(
    `(CASE WHEN bool_and(${tag}) <> bool_or(${tag}) THEN ${failure} ELSE ${key.sql} END)`,
    `bool_and(${tag})`,
    false,
  );
}

function groupingOf(select: AnalysedSelect, keys: readonly GroupKey[]): Grouping {
  const shown = keys.filter((key) => key.shown !== null);
  return {
    keys: new Map(shown.map((key) => [fingerprint(key.expr), { ...key.shown!, constant: null }])),
    determined: determinedColumns(select, shown.map((key) => key.expr)),
    risks: new Set(),
  };
}

/** DISTINCT keeps one of several equal values; they must be the same value. */
function requireDistinguishable(expr: AnalysedExpr, shown: SqlValue): void {
  if (shown.rep === "tagged") decline("type", "DISTINCT of numbers that may be INTEGER or REAL");
  const collation = expr.collation?.name ?? "BINARY";
  if (shown.rep === "text" && collation !== "BINARY") decline("collation", `DISTINCT of text compared by ${collation}`);
}

function sortKey(
  { key, collation }: AnalysedOrder,
  outputs: readonly SqlValue[],
  printing: Printing,
  distinct: boolean,
): string | null {
  if (key.kind === "expr" && distinct) return decline("order", "SELECT DISTINCT ordered by what it does not show");
  const sorted = key.kind === "output"
    ? outputs[key.index]!
    : withoutNan(printing.translation.translate(key.expr, exactly(printing)));
  const expr = key.kind === "output" ? printing.select!.outputs[key.index]! : key.expr;
  if (isConstant(expr) || sorted.rep === "null") return null;
  return sorted.rep === "text" ? collationKey(sorted.sql, collation?.name ?? "BINARY") : sorted.sql;
}
