import { foldName, quoteName } from "../sql/mod.ts";
import type { CapturedTable } from "./change_source.ts";
import { keyColumn, LOG_TABLE } from "./log_objects.ts";
import { keyNames, type SourceTable, type SqlReader } from "./source_schema.ts";

/**
 * Whether a table's rows may have changed without a log row since `from`, given that the schema changed in an unknown way.
 *
 * VACUUM renumbers the rowids of some tables: they are always suspect. ALTER TABLE DROP COLUMN and then ADD COLUMN can end at the
 * text it began with, but every row that was there then holds the column's default. One row with another value that was not
 * written since proves that it did not happen; it is nearly always the first row looked at.
 */
export async function mayHaveChangedSilently(
  reader: SqlReader,
  captured: CapturedTable,
  from: number,
): Promise<boolean> {
  const { table } = captured;
  if (table.vacuumRenumbers) return true;
  const column = lastPlainColumn(table);
  if (column === null) return false;
  const keys = keyNames(table.schema.key);
  const logged = keys.map((_, at) => keyColumn(at)).join(", ");
  try {
    const witness = await reader.query(
      `SELECT 1 FROM ${quoteName(table.schema.name)} AS r WHERE r.${
        quoteName(column.name)
      } IS NOT (${column.defaultSql})
        AND (${keys.map((key) => `r.${quoteName(key)}`).join(", ")}) NOT IN
            (SELECT ${logged} FROM ${LOG_TABLE} WHERE seq > ? AND table_id = ? AND op <> 'T') LIMIT 1`,
      [BigInt(from), BigInt(captured.id)],
    );
    return witness.rows.length === 0;
  } catch {
    // A default that is no expression by itself (DEFAULT "text"): nothing is proved, and suspicion costs only time.
    return true;
  }
}

/** The last column that is not computed: of the columns dropped and added again, all at the end, it is one. `null` if it cannot be. */
function lastPlainColumn(table: SourceTable): { name: string; defaultSql: string } | null {
  const { columns } = table.schema;
  const at = columns.findLastIndex((column) => column.generated === "no");
  const column = columns[at];
  if (column === undefined || column.primaryKeyPosition > 0) return null;
  const defaultSql = table.defaults[at] ?? null;
  if (column.notNull && defaultSql === null) return null;
  const indexed = table.uniqueIndexes.some((index) =>
    index.text === null &&
    index.columns.some((term) => term.column !== null && foldName(term.column) === foldName(column.name))
  );
  return indexed ? null : { name: column.name, defaultSql: defaultSql ?? "NULL" };
}
