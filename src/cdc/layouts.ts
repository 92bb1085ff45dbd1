import type { OltpTransaction } from "../oltp/mod.ts";
import { imageColumnsOf } from "./image_triggers.ts";
import { LAYOUTS_TABLE, LOG_TABLE, TABLES_TABLE } from "./log_objects.ts";
import { keyNames, type SourceTable, type SqlReader } from "./source_schema.ts";

/** What the images of a table hold from a log row on. */
export interface Layout {
  readonly seq: number;
  readonly tableId: number;
  /** In the order of the images. */
  readonly columns: readonly string[];
  /** Columns of the table's key. */
  readonly key: readonly string[];
  /** Columns of the layout before that have another name now. A column that is in neither was dropped or added. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Whether capture of the table began here, and the table held no row then: the log tells all its rows ever since. */
  readonly startsEmpty: boolean;
}

const COLUMNS = "seq, table_id, columns, key, renamed, starts_empty";

/** The layouts of all tables that a range of the log needs: those in force before it, and those that begin in it. In order. */
export async function layoutsOfRange(reader: SqlReader, from: number, to: number): Promise<Layout[]> {
  return await readLayouts(
    reader,
    `SELECT ${COLUMNS} FROM ${LAYOUTS_TABLE} AS l WHERE seq <= ?2 AND (seq > ?1 OR NOT EXISTS ` +
      `(SELECT 1 FROM ${LAYOUTS_TABLE} AS n WHERE n.table_id = l.table_id AND n.seq > l.seq AND n.seq <= ?1)) ORDER BY seq`,
    [BigInt(from), BigInt(to)],
  );
}

/** The layout of a table after a log row, or `null`. */
export async function layoutAt(reader: SqlReader, tableId: number, seq: number): Promise<Layout | null> {
  const sql = `SELECT ${COLUMNS} FROM ${LAYOUTS_TABLE} WHERE table_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`;
  return (await readLayouts(reader, sql, [BigInt(tableId), BigInt(seq)]))[0] ?? null;
}

/** The newest layout of each table, by id. */
export async function newestLayouts(reader: SqlReader): Promise<Map<number, Layout>> {
  const layouts = await readLayouts(reader, `SELECT ${COLUMNS} FROM ${LAYOUTS_TABLE} ORDER BY seq`, []);
  return new Map(layouts.map((layout) => [layout.tableId, layout]));
}

async function readLayouts(reader: SqlReader, sql: string, params: readonly bigint[]): Promise<Layout[]> {
  const { rows } = await reader.query(sql, params);
  return rows.map(([seq, tableId, columns, key, renamed, startsEmpty]) => ({
    seq: Number(seq),
    tableId: Number(tableId),
    columns: JSON.parse(String(columns)),
    key: JSON.parse(String(key)),
    renamed: new Map(JSON.parse(String(renamed)) as [string, string][]),
    startsEmpty: startsEmpty === 1n,
  }));
}

/** Whether a table's images look as a layout says. */
export function isLayoutOf(layout: Layout | undefined, table: SourceTable): boolean {
  return layout !== undefined && sameNames(layout.columns, columnNames(table)) &&
    sameNames(layout.key, keyNames(table.schema.key));
}

/** Writes that a table's images look differently from here on. For `startsEmpty` see {@linkcode Layout}. */
export async function writeLayout(
  transaction: OltpTransaction,
  { id: tableId, table }: { readonly id: number; readonly table: SourceTable },
  renamed: ReadonlyMap<string, string>,
  startsEmpty: boolean,
): Promise<void> {
  await transaction.execute(`INSERT INTO ${LOG_TABLE}(table_id, op, nonce, key0) VALUES (0, 'L', random(), ?)`, [
    BigInt(tableId),
  ]);
  await transaction.execute(
    `INSERT INTO ${LAYOUTS_TABLE}(${COLUMNS}) SELECT max(seq), ?, ?, ?, ?, ? FROM ${LOG_TABLE}`,
    [
      BigInt(tableId),
      JSON.stringify(columnNames(table)),
      JSON.stringify(keyNames(table.schema.key)),
      JSON.stringify([...renamed]),
      startsEmpty ? 1n : 0n,
    ],
  );
}

/**
 * Columns that have another name than in the table's last layout. SQLite renames them in the triggers too, where they kept their places;
 * a column dropped and another added in the same place are not taken for each other, as that takes new triggers.
 *
 * @param triggerSql The trigger in place that logs inserted rows, if there is one.
 */
export function renamedColumns(layout: Layout | undefined, triggerSql: string | undefined): Map<string, string> {
  const present = triggerSql === undefined ? null : imageColumnsOf(triggerSql);
  const renamed = new Map<string, string>();
  if (layout === undefined || present === null || present.length !== layout.columns.length) return renamed;
  layout.columns.forEach((name, at) => {
    const now = present[at];
    if (now !== undefined && now !== name) renamed.set(name, now);
  });
  return renamed;
}

function columnNames(table: SourceTable): string[] {
  return table.schema.columns.map((column) => column.name);
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, at) => name === right[at]);
}

/**
 * Forgets layouts that no log row from `sequence` on needs: all but the last before it of each table, and those of tables that are gone
 * and have no rows left.
 */
export async function pruneLayouts(transaction: OltpTransaction, sequence: number): Promise<void> {
  await transaction.execute(
    `DELETE FROM ${LAYOUTS_TABLE} WHERE seq < ?1 AND (EXISTS (SELECT 1 FROM ${LAYOUTS_TABLE} AS n ` +
      `WHERE n.table_id = ${LAYOUTS_TABLE}.table_id AND n.seq > ${LAYOUTS_TABLE}.seq AND n.seq < ?1) ` +
      `OR table_id NOT IN (SELECT id FROM ${TABLES_TABLE}) AND NOT EXISTS (SELECT 1 FROM ${LOG_TABLE} AS l ` +
      `WHERE l.seq >= ?1 AND l.table_id = ${LAYOUTS_TABLE}.table_id))`,
    [BigInt(sequence)],
  );
}
