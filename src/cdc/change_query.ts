import { foldName, quoteName } from "../sql/mod.ts";
import type { CapturedTable } from "./change_source.ts";
import { keyColumn, LOG_TABLE } from "./log_objects.ts";
import { keyNames, type SourceTable } from "./source_schema.ts";

/** Name under which rows of the captured table are seen. */
export const ROW_ALIAS = "r";

/** Name under which logged keys are seen; their columns are {@linkcode keyColumn}s. */
export const KEY_ALIAS = "k";

function logRange(captured: CapturedTable): string {
  return `FROM ${LOG_TABLE} AS l WHERE l.seq > ? AND l.seq <= ? AND l.table_id = ${captured.id}`;
}

/** Joins a row with a logged key byte for byte: a key column's collation may call different keys equal. */
function keyMatch(table: SourceTable, logAlias: string): string {
  const { key, columns } = table.schema;
  return keyNames(key).flatMap((name, at) => {
    const column = `${ROW_ALIAS}.${quoteName(name)}`;
    const logged = `${logAlias}.${keyColumn(at)}`;
    const binary = key.kind === "rowid" ||
      columns.find((candidate) => foldName(candidate.name) === foldName(name))?.collation === "BINARY";
    return binary ? [`${column} = ${logged}`] : [`${column} = ${logged}`, `${column} = ${logged} COLLATE BINARY`];
  }).join(" AND ");
}

/** What follows FROM to get the keys changed in a range, as `k.key0`, `k.key1`, …: each once, or as often as it changed. */
export function changedKeysFrom(captured: CapturedTable, each: "once" | "everyTime"): string {
  const keys = keyNames(captured.table.schema.key).map((_, at) => keyColumn(at)).join(", ");
  const distinct = each === "once" ? "DISTINCT " : "";
  return `(SELECT ${distinct}${keys} ${logRange(captured)} AND l.op <> 'T') AS ${KEY_ALIAS}`;
}

/** What follows FROM to get the present rows of the keys changed in a range, each once, as `r`. */
export function changedRowsFrom(captured: CapturedTable): string {
  return `${changedKeysFrom(captured, "once")} CROSS JOIN ${quoteName(captured.table.schema.name)} AS ${ROW_ALIAS} ` +
    `ON ${keyMatch(captured.table, KEY_ALIAS)}`;
}

/** What follows FROM to get the keys that left the table in a range, each once, as `k.key0`, `k.key1`, … */
export function removedKeysFrom(captured: CapturedTable): string {
  const { table } = captured;
  const keys = keyNames(table.schema.key).map((_, at) => `l.${keyColumn(at)}`);
  const present = `SELECT 1 FROM ${quoteName(table.schema.name)} AS ${ROW_ALIAS} WHERE ${keyMatch(table, "l")}`;
  const operations = captured.replaces ? "l.op <> 'T'" : "l.op = 'D'";
  return `(SELECT DISTINCT ${keys.join(", ")} ${logRange(captured)} AND ${operations} ` +
    `AND NOT EXISTS (${present})) AS ${KEY_ALIAS}`;
}
