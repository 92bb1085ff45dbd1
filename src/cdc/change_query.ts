import type { Statement } from "../oltp/mod.ts";
import type { CapturedTable } from "./change_source.ts";
import { foldName, quoteName } from "./identifier.ts";
import { keyColumn, LOG_TABLE } from "./log_objects.ts";
import { keyNames, type SourceTable } from "./source_schema.ts";

/** Name under which the queries see the captured table; columns must be given relative to it. */
export const ROW_ALIAS = "r";

const LOG_RANGE = `FROM ${LOG_TABLE} AS l WHERE l.seq > ? AND l.seq <= ? AND l.table_id = ?`;

function range(captured: CapturedTable, from: number, to: number): bigint[] {
  return [BigInt(from), BigInt(to), BigInt(captured.id)];
}

/** Joins a row with a logged key byte for byte: a key column's collation may call different keys equal. */
function keyMatch(table: SourceTable, logged: (position: number) => string): string {
  const { key, columns } = table.schema;
  return keyNames(key).flatMap((name, at) => {
    const column = `${ROW_ALIAS}.${quoteName(name)}`;
    const binary = key.kind === "rowid" ||
      columns.find((candidate) => foldName(candidate.name) === foldName(name))?.collation === "BINARY";
    return binary
      ? [`${column} = ${logged(at)}`]
      : [`${column} = ${logged(at)}`, `${column} = ${logged(at)} COLLATE BINARY`];
  }).join(" AND ");
}

/** The present rows of the keys changed in a range, each once. */
export function changedRowsStatement(
  captured: CapturedTable,
  columns: readonly string[],
  from: number,
  to: number,
): Statement {
  const { table } = captured;
  const keys = keyNames(table.schema.key).map((_, at) => keyColumn(at)).join(", ");
  return {
    sql: `SELECT ${columns.join(", ")} FROM (SELECT DISTINCT ${keys} ${LOG_RANGE} AND l.op <> 'T') AS k ` +
      `CROSS JOIN ${quoteName(table.schema.name)} AS ${ROW_ALIAS} ON ${keyMatch(table, (at) => `k.${keyColumn(at)}`)}`,
    params: range(captured, from, to),
  };
}

/** The keys that left the table in a range, each once. */
export function removedKeysStatement(captured: CapturedTable, from: number, to: number): Statement {
  const { table } = captured;
  const keys = keyNames(table.schema.key).map((_, at) => `l.${keyColumn(at)}`);
  const present = `SELECT 1 FROM ${quoteName(table.schema.name)} AS ${ROW_ALIAS} WHERE ` +
    keyMatch(table, (at) => `l.${keyColumn(at)}`);
  const operations = captured.replaces ? "l.op <> 'T'" : "l.op = 'D'";
  return {
    sql: `SELECT DISTINCT ${keys.join(", ")} ${LOG_RANGE} AND ${operations} AND NOT EXISTS (${present})`,
    params: range(captured, from, to),
  };
}
