import type { ColumnBatch } from "../../types/mod.ts";
import { literalRows, matchKeys, tuples } from "./literal_rows.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName } from "./physical_name.ts";

/**
 * Values and length of text up to which a change is written as SQL. DuckDB takes some 3 µs for a value there; staging takes none, but
 * several statements, and appenders that plan their inserts on the calling thread, 0.3 ms each (bench/sync.ts).
 */
const VALUES_MAX = 512;
const TEXT_LENGTH_MAX = 16 << 10;

/**
 * A change as SQL, or `null` where it is too large or a value has no literal. Rows before `newFrom` may be in the table already; the
 * others are new for certain.
 */
export function changeSql(
  entry: MirrorEntry,
  upserts: ColumnBatch,
  newFrom: number,
  deletes: ColumnBatch,
): string | null {
  const width = entry.table.columns.length;
  if (upserts.rowCount * width + deletes.rowCount * entry.keyPositions.length > VALUES_MAX) return null;
  const rows = literalRows(upserts.columns, upserts.rowCount);
  const keys = literalRows(deletes.columns, deletes.rowCount);
  if (rows === null || keys === null) return null;
  const old = [
    ...rows.slice(0, newFrom).map((row) => entry.keyPositions.map((position) => row[position]!)),
    ...keys,
  ];
  const sql = [
    ...(old.length === 0 ? [] : [deleteSql(entry, old)]),
    ...(rows.length === 0 ? [] : [`insert into ${mirrorTableName(entry.table.name)} values ${tuples(rows)};`]),
  ].join(" ");
  return sql.length > TEXT_LENGTH_MAX ? null : sql;
}

/** Rows that are new for certain as SQL, or `null` as above. */
export function appendSql(entry: MirrorEntry, batch: ColumnBatch): string | null {
  return changeSql(entry, batch, 0, { rowCount: 0, columns: [] });
}

function deleteSql(entry: MirrorEntry, old: readonly (readonly string[])[]): string {
  const { keys, condition } = matchKeys(entry, "target", old);
  const using = keys === null ? "" : ` using ${keys}`;
  return `delete from ${mirrorTableName(entry.table.name)} as target${using} where ${condition};`;
}
