import { keyNames, quoteName, ROW_ALIAS } from "../cdc/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { ColumnClass, MirrorTable, TableSchema } from "../types/mod.ts";
import { ROWID_COLUMN } from "../types/mod.ts";

/** Whether the mirror keeps the rowid as a column of its own. */
function keepsRowid(schema: TableSchema): boolean {
  return schema.key.kind === "rowid" && schema.key.alias === null;
}

/** The mirror table of a source table; `classes` are those of the source's columns. */
export function mirrorTableOf(schema: TableSchema, classes: readonly ColumnClass[]): MirrorTable {
  const columns = schema.columns.map((column, at) => ({ name: column.name, class: classes[at] ?? "blob" }));
  return {
    name: schema.name,
    source: schema,
    columns: keepsRowid(schema) ? [{ name: ROWID_COLUMN, class: "integer" }, ...columns] : columns,
    keyColumns: keepsRowid(schema) ? [ROWID_COLUMN] : keyNames(schema.key),
  };
}

/** SQL expressions over the source that give its columns in order. */
export function valueExpressions(schema: TableSchema): string[] {
  return schema.columns.map((column) => `${ROW_ALIAS}.${quoteName(column.name)}`);
}

/** SQL expressions over the source that give the mirror's columns in order. */
export function mirrorExpressions(schema: TableSchema): string[] {
  return keepsRowid(schema) ? [...keyExpressions(schema), ...valueExpressions(schema)] : valueExpressions(schema);
}

/** SQL expressions over the source that give the key, in the order of `keyColumns`. */
export function keyExpressions(schema: TableSchema): string[] {
  return keyNames(schema.key).map((name) => `${ROW_ALIAS}.${quoteName(name)}`);
}

/** Positions of the key columns among the mirror table's columns. */
export function keyPositions(table: MirrorTable): number[] {
  return table.keyColumns.map((key) => table.columns.findIndex((column) => foldName(column.name) === foldName(key)));
}

/** The source table as the expressions above expect it, to follow `FROM`. */
export function sourceRows(schema: TableSchema): string {
  return `${quoteName(schema.name)} AS ${ROW_ALIAS}`;
}

/** The whole `FROM` clause. */
export function fromSource(table: { readonly schema: TableSchema }): string {
  return `FROM ${sourceRows(table.schema)}`;
}
