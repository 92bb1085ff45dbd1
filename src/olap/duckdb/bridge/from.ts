import type { AnalysedFrom, Source } from "../../../sql/mod.ts";
import type { MirrorColumn } from "../../../types/mod.ts";
import type { ColumnBounds, TableBounds } from "../column_bounds.ts";
import { mirrorTableName, quoteName } from "../physical_name.ts";
import { condition } from "./condition.ts";
import { columnValues, type Printing } from "./printing.ts";
import { type SqlValue, value } from "./sql_value.ts";

/** Makes the columns of all FROM items known, then prints the clause. Conditions may read any of them. */
export function printFrom(from: AnalysedFrom, printing: Printing): string {
  const items = new Map<number, string>();
  printSources(from, printing, items);
  return printItem(from, printing, items);
}

function printSources(from: AnalysedFrom, printing: Printing, items: Map<number, string>): void {
  if (from.kind === "join") {
    printSources(from.left, printing, items);
    printSources(from.right, printing, items);
    return;
  }
  items.set(from.source.id, printSource(from.source, printing));
}

function printSource(source: Source, { translation }: Printing): string {
  const alias = `s${source.id}`;
  switch (source.kind) {
    case "table":
      translation.sources.set(source.id, tableValues(source, alias, translation.boundsOf(source.table.name)));
      return `${mirrorTableName(source.table.name)} AS ${alias}`;
    case "query": {
      const { sql, columns } = translation.printQuery(translation, source.query, "rows");
      translation.sources.set(source.id, columnValues(columns, alias));
      return `(${sql}) AS ${alias}`;
    }
    case "cte": {
      const columns = translation.ctes.get(source.cte.id)!;
      translation.sources.set(source.id, columnValues(columns, alias));
      return `w${source.cte.id} AS ${alias}`;
    }
  }
}

function tableValues(
  source: Extract<Source, { kind: "table" }>,
  alias: string,
  table: TableBounds | undefined,
): SqlValue[] {
  return source.table.columns.map((column, index) => {
    const affinity = source.columns[index]!.affinity;
    const stored = column.class === "text" && affinity !== "text" && affinity !== "blob";
    return value(column.class, `${alias}.${quoteName(column.name)}`, {
      stored,
      ...limits(column, table?.get(column.name)),
    });
  });
}

/** What the mirror's statistics say of a column's values. */
function limits(column: MirrorColumn, bounds: ColumnBounds | undefined): Pick<SqlValue, "range" | "bounds"> {
  const known = bounds !== undefined && Number.isFinite(bounds.least) && Number.isFinite(bounds.most);
  if (!known) return { range: null, bounds: null };
  return column.class === "integer"
    ? { range: { least: BigInt(bounds.least), most: BigInt(bounds.most) }, bounds: null }
    : { range: null, bounds };
}

function printItem(from: AnalysedFrom, printing: Printing, items: ReadonlyMap<number, string>): string {
  if (from.kind === "source") return items.get(from.source.id)!;
  const left = printItem(from.left, printing, items);
  const right = printItem(from.right, printing, items);
  const joined = from.right.kind === "join" ? `(${right})` : right;
  if (from.on === null && from.type === "inner") return `${left} CROSS JOIN ${joined}`;
  const on = from.on === null ? "TRUE" : condition(from.on, printing);
  return `${left} ${from.type.toUpperCase()} JOIN ${joined} ON ${on}`;
}
