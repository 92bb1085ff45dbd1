import { keyNames, ROW_ALIAS, type SourceTable } from "../cdc/mod.ts";
import type { StoredField, StoredTable } from "../oltp/mod.ts";
import { foldName, quoteName } from "../sql/mod.ts";
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

/** How the source stores the mirror's columns, or `null` where some are not stored as rows with a rowid: then SQL has to give them. */
export function storedTable({ schema, defaults }: SourceTable): StoredTable | null {
  const { name, key, columns } = schema;
  if (key.kind !== "rowid" || columns.some((column) => column.generated === "virtual")) return null;
  const fields = columns.map((column, index): StoredField => {
    // The record itself holds NULL in place of an alias of the rowid.
    if (column.name === key.alias) return { kind: "rowid" };
    const nullIfMissing = (defaults[index] ?? "NULL").toUpperCase() === "NULL";
    return { kind: "field", index, affinity: column.affinity, nullIfMissing };
  });
  return { name, fields: keepsRowid(schema) ? [{ kind: "rowid" }, ...fields] : fields };
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
