import { SQL_TYPE } from "./chunk_writer.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";

/** Schema of DuckDB's temporary tables, as appenders name it. */
export const STAGING_SCHEMA = "main";

/**
 * Temporary tables that gather a mirror table's changes: all keys to remove (those of replaced rows too), and the rows to put
 * in. The mirror table has no index, so commit finds all its old rows in one pass over the key columns.
 */
export interface StagedChanges {
  readonly keysName: string;
  readonly rowsName: string;
  /** Creates both. */
  readonly createSql: string;
  /** Applies them to the mirror table. */
  readonly applySql: string;
  /** Drops both. */
  readonly dropSql: string;
}

/** Staging tables for a mirror table; `ordinal` keeps apart those of one transaction. */
export function stagedChanges({ table, keyPositions }: MirrorEntry, ordinal: number): StagedChanges {
  const keysName = `rhei_staged_keys_${ordinal}`, rowsName = `rhei_staged_rows_${ordinal}`;
  const define = (position: number) => `c${position} ${SQL_TYPE[table.columns[position]!.class]}`;
  const target = mirrorTableName(table.name);
  const match = keyPositions.map((position) => `target.${quoteName(table.columns[position]!.name)} = old.c${position}`);
  return {
    keysName,
    rowsName,
    createSql: `create temp table ${keysName}(${keyPositions.map(define).join(", ")}); ` +
      `create temp table ${rowsName}(${table.columns.map((_, position) => define(position)).join(", ")});`,
    applySql: `delete from ${target} as target using temp.${keysName} as old where ${match.join(" and ")}; ` +
      `insert into ${target} from temp.${rowsName};`,
    dropSql: `drop table temp.${keysName}; drop table temp.${rowsName};`,
  };
}
