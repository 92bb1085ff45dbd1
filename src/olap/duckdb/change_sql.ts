import type { ColumnBatch } from "../../types/mod.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName } from "./physical_name.ts";
import { JSON_TEXT, LITERALS, matchKeys, type RowForm, writtenRows, type WrittenValues } from "./written_rows.ts";

/**
 * Values and length of text up to which a change is written as SQL: staging takes no time for a value, but several statements, and
 * appenders that plan their inserts on the calling thread, 0.3 ms each (bench/sync.ts).
 */
const VALUES_MAX = 8192;
const TEXT_LENGTH_MAX = 256 << 10;

/** Values up to which they are literals. */
const LITERALS_MAX = 64;

/**
 * A change as SQL, or `null` where it is too large or a value cannot be written. Rows before `newFrom` may be in the table already; the
 * others are new for certain.
 */
export function changeSql(
  entry: MirrorEntry,
  upserts: ColumnBatch,
  newFrom: number,
  deletes: ColumnBatch,
): string | null {
  const { table, keyPositions } = entry;
  const values = upserts.rowCount * table.columns.length + deletes.rowCount * keyPositions.length;
  if (values > VALUES_MAX) return null;
  const form = values > LITERALS_MAX ? JSON_TEXT : LITERALS;
  const rows = writtenRows(form, upserts.columns, upserts.rowCount);
  const keys = writtenRows(form, deletes.columns, deletes.rowCount);
  if (rows === null || keys === null) return null;
  const old = [...rows.slice(0, newFrom).map((row) => keyPositions.map((position) => row[position]!)), ...keys];
  const classes = table.columns.map((column) => column.class);
  const sql = [
    ...(old.length === 0 ? [] : [deleteSql(form, entry, old)]),
    ...(rows.length === 0 ? [] : [`insert into ${mirrorTableName(table.name)} ${form.query(rows, classes)};`]),
  ].join(" ");
  return sql.length > TEXT_LENGTH_MAX ? null : sql;
}

/** Rows that are new for certain as SQL, or `null` as above. */
export function appendSql(entry: MirrorEntry, batch: ColumnBatch): string | null {
  return changeSql(entry, batch, 0, { rowCount: 0, columns: [] });
}

function deleteSql(form: RowForm, entry: MirrorEntry, old: WrittenValues): string {
  const { keys, condition } = matchKeys(form, entry, "target", old);
  const using = keys === null ? "" : ` using ${keys}`;
  return `delete from ${mirrorTableName(entry.table.name)} as target${using} where ${condition};`;
}
