import { quoteName as quoteIdentifier } from "../../sql/mod.ts";

/**
 * Where mirror tables live in DuckDB: schema `m`, names as the source spells them. SQLite and DuckDB both fold the case of
 * ASCII letters only, so names that differ in the source differ here, and the other way round.
 */
export const MIRROR_SCHEMA = "m";

/** SQLite allows `""` as a name and DuckDB does not. The source cannot own this name: `_rhei_*` is reserved. */
const EMPTY_NAME = "_rhei_empty_name";

/** A source name as a quoted DuckDB identifier. */
export function quoteName(name: string): string {
  return quoteIdentifier(physicalName(name));
}

/** A mirror table's qualified name in DuckDB SQL. */
export function mirrorTableName(table: string): string {
  return `${MIRROR_SCHEMA}.${quoteName(table)}`;
}

/** The unquoted name DuckDB's catalog holds for a source name. */
export function physicalName(name: string): string {
  return name === "" ? EMPTY_NAME : name;
}
