import type { ColumnBatch } from "../../types/mod.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName } from "./physical_name.ts";
import {
  JSON_TEXT,
  jsonQuery,
  jsonText,
  LITERALS,
  matchKeys,
  type RowForm,
  writtenRows,
  type WrittenValues,
} from "./written_rows.ts";

/**
 * Values and length of text up to which a change is written as SQL: staging takes no time for a value, but several statements, and
 * appenders that plan their inserts on the calling thread, 0.3 ms each (bench/sync.ts).
 */
const VALUES_MAX = 8192;
const TEXT_LENGTH_MAX = 256 << 10;

/** Values up to which they are literals. */
const LITERALS_MAX = 64;

/**
 * The statement by which a change of this size inserts its rows, if that is the same for all such changes of a table: it is worth being
 * kept prepared, as planning it takes longer than running it. Its parameter is a text of JSON. No table is read by it: a plan that is
 * kept must not count on what a table held when it was made.
 */
export function recurringInsert(entry: MirrorEntry, upserts: ColumnBatch, deletes: ColumnBatch): string | null {
  if (upserts.rowCount === 0 || formOf(entry, upserts, deletes) !== JSON_TEXT) return null;
  const { name, columns } = entry.table;
  // Without the cast its type is open, and it is planned anew each time.
  return insertSql(name, jsonQuery("$1::varchar", columns.map((column) => column.class)));
}

/**
 * A change as SQL, or `null` where it is too large or a value cannot be written. Rows before `newFrom` may be in the table already; the
 * others are new for certain.
 *
 * @param prepared The name under which {@linkcode recurringInsert} is prepared, if it is.
 */
export function changeSql(
  entry: MirrorEntry,
  upserts: ColumnBatch,
  newFrom: number,
  deletes: ColumnBatch,
  prepared: string | null,
): string | null {
  const { table, keyPositions } = entry;
  const form = formOf(entry, upserts, deletes);
  if (form === null) return null;
  const rows = writtenRows(form, upserts.columns, upserts.rowCount, TEXT_LENGTH_MAX);
  const keys = writtenRows(form, deletes.columns, deletes.rowCount, TEXT_LENGTH_MAX);
  if (rows === null || keys === null) return null;
  const old = [...rows.slice(0, newFrom).map((row) => keyPositions.map((position) => row[position]!)), ...keys];
  const classes = table.columns.map((column) => column.class);
  const sql = [
    ...(old.length === 0 ? [] : [deleteSql(form, entry, old)]),
    ...(rows.length === 0 ? [] : [
      prepared === null
        ? `${insertSql(table.name, form.query(rows, classes))};`
        : `execute ${prepared}(${jsonText(rows)});`,
    ]),
  ].join(" ");
  return sql.length > TEXT_LENGTH_MAX ? null : sql;
}

/** Rows that are new for certain as SQL, or `null` as above. */
export function appendSql(entry: MirrorEntry, batch: ColumnBatch): string | null {
  return changeSql(entry, batch, 0, { rowCount: 0, columns: [] }, null);
}

/** How a change of this size is written; `null` where it is too large. */
function formOf({ table, keyPositions }: MirrorEntry, upserts: ColumnBatch, deletes: ColumnBatch): RowForm | null {
  const values = upserts.rowCount * table.columns.length + deletes.rowCount * keyPositions.length;
  if (values > VALUES_MAX) return null;
  return values > LITERALS_MAX ? JSON_TEXT : LITERALS;
}

function insertSql(name: string, query: string): string {
  return `insert into ${mirrorTableName(name)} ${query}`;
}

function deleteSql(form: RowForm, entry: MirrorEntry, old: WrittenValues): string {
  const { keys, condition } = matchKeys(form, entry, "target", old);
  const using = keys === null ? "" : ` using ${keys}`;
  return `delete from ${mirrorTableName(entry.table.name)} as target${using} where ${condition};`;
}
