import { foldName, quoteName } from "../sql/mod.ts";
import { keyColumn, LOG_TABLE, type LogOperation } from "./log_objects.ts";
import { namesInColumns } from "./schema_text.ts";
import { keyNames, OWN_PREFIX, type SourceTable, type UniqueIndex } from "./source_schema.ts";

/** A trigger to create. */
export interface TriggerText {
  readonly name: string;
  readonly sql: string;
}

const TRIGGER_NAME =
  /^_rhei_(?:insert|update|delete|replace_insert|replace_update|replaced_insert|replaced_update)_(\d+)$/;

/** The table id in the name of one of rhei's triggers, or `null`. */
export function tableIdOfTrigger(name: string): number | null {
  const digits = TRIGGER_NAME.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * Why a table's keys cannot be captured, or `null`. A BEFORE INSERT trigger does not know the rowid SQLite is about to
 * choose, so it cannot foresee conflicts in an index computed from it.
 */
export function keyObstacle(table: SourceTable): string | null {
  const { key } = table.schema;
  if (key.kind !== "rowid" || key.alias === null) return null;
  const computing = new Set([foldName(key.alias), ...generatedFrom(table, key.alias)]);
  const computed = table.uniqueIndexes.find((index) =>
    index.columns.some(({ column }, at) => {
      if (column !== null) return column !== key.alias && computing.has(foldName(column));
      return [...index.text?.terms[at]?.names ?? []].some((name) => computing.has(name));
    })
  );
  return computed ? `its unique index ${computed.name} is computed from the rowid` : null;
}

/** Folded names of the generated columns that a column goes into, also by way of others. */
function generatedFrom(table: SourceTable, column: string): ReadonlySet<string> {
  const found = new Set<string>();
  const generated = generatedNames(table);
  if (generated.size === 0) return found;
  const mentioned = namesInColumns(table.schema.sql);
  const sources = [foldName(column)];
  for (const source of sources) {
    for (const name of generated) {
      if (found.has(name) || !mentioned.get(name)?.has(source)) continue;
      found.add(name);
      sources.push(name);
    }
  }
  return found;
}

/** Folded. */
function generatedNames(table: SourceTable): ReadonlySet<string> {
  return new Set(
    table.schema.columns.filter((column) => column.generated !== "no").map((column) => foldName(column.name)),
  );
}

/**
 * The triggers that log the keys of every row a statement changes.
 *
 * SQLite runs no DELETE trigger for rows that REPLACE removes. A row replaced under its own key is logged by the new row; a row
 * removed because of *another* unique index is found beforehand by a probe: BEFORE INSERT and BEFORE UPDATE triggers log the
 * keys of the rows that agree with the new row in such an index. A key logged in vain does no harm: sync reads the row's state.
 */
export function captureTriggers(table: SourceTable, tableId: number): TriggerText[] {
  const target = quoteName(table.schema.name);
  const keys = keyNames(table.schema.key).map(quoteName);
  const insert = logInsert(tableId, keys.length);
  const row = (operation: LogOperation, side: "NEW" | "OLD"): string =>
    `${insert} SELECT ${tableId}, '${operation}', random(), ${keys.map((key) => `${side}.${key}`).join(", ")}`;
  const changed = keys.map((key) => differs(table, key)).join(" OR ");
  const triggers = [
    trigger(table, "insert", tableId, "AFTER INSERT", [row("I", "NEW")]),
    trigger(table, "update", tableId, "AFTER UPDATE", [row("U", "NEW"), `${row("D", "OLD")} WHERE ${changed}`]),
    trigger(table, "delete", tableId, "AFTER DELETE", [row("D", "OLD")]),
  ];
  const conditions = probes(table);
  if (conditions.length > 0) {
    const found = keys.map((key) => `${target}.${key}`).join(", ");
    const removed = conditions.map((probe) =>
      `${insert} SELECT ${tableId}, 'R', random(), ${found} FROM ${target} WHERE ${probe}`
    );
    const other = ` AND (${keys.map((key) => `${target}.${key} IS NOT OLD.${key} COLLATE BINARY`).join(" OR ")})`;
    const late = lateDefault(table, tableId);
    const event = `BEFORE UPDATE${probedColumns(table)}`;
    triggers.push(trigger(table, "replace_insert", tableId, "BEFORE INSERT", [...removed, ...late]));
    triggers.push(
      trigger(table, "replace_update", tableId, event, [
        ...columnsComputedFrom(table),
        ...removed.map((sql) => sql + other),
        ...late,
      ]),
    );
  }
  return triggers;
}

/** One of a table's triggers. */
export function trigger(
  table: SourceTable,
  role: string,
  tableId: number,
  event: string,
  body: readonly string[],
  when: string | null = null,
): TriggerText {
  const name = `${OWN_PREFIX}${role}_${tableId}`;
  const target = quoteName(table.schema.name);
  const condition = when === null ? "" : ` WHEN ${when}`;
  return {
    name,
    sql: `CREATE TRIGGER ${quoteName(name)} ${event} ON ${target}${condition} BEGIN ${body.join("; ")}; END`,
  };
}

/** The conditions that find rows of other keys which a REPLACE would remove, one for each index that needs it. */
export function probes(table: SourceTable): string[] {
  return table.uniqueIndexes.flatMap((index) => probeCondition(table, index) ?? []);
}

function logInsert(tableId: number, width: number): string {
  const keys = Array.from({ length: width }, (_, at) => keyColumn(at));
  if (!Number.isSafeInteger(tableId)) throw new RangeError(`A table id is an integer, not ${tableId}`);
  return `INSERT INTO ${quoteName(LOG_TABLE)}(table_id, op, nonce, ${keys.join(", ")})`;
}

/** Whether REPLACE can remove rows whose own key no trigger sees. */
export function needsProbes(table: SourceTable): boolean {
  return probes(table).length > 0;
}

/** Whether an UPDATE changed a key column, seen as the mirror sees it: byte for byte, whatever the column's collation. */
export function differs(table: SourceTable, key: string): string {
  return table.schema.key.kind === "rowid" ? `OLD.${key} <> NEW.${key}` : `OLD.${key} IS NOT NEW.${key} COLLATE BINARY`;
}

/** Names of all columns by folded name. */
function columnsByName(table: SourceTable): Map<string, string> {
  return new Map(table.schema.columns.map((column) => [foldName(column.name), column.name]));
}

/**
 * The condition under which an existing row stands in the way of the new one, or `null` when the new row's own key already
 * tells. NULLs never conflict: `=` is the right comparison.
 */
function probeCondition(table: SourceTable, index: UniqueIndex): string | null {
  const { key } = table.schema;
  if (index.primaryKey && index.columns.every((column) => column.collation === "BINARY")) return null;
  const alias = key.kind === "rowid" && key.alias !== null ? foldName(key.alias) : null;
  if (index.columns.some((term) => term.column !== null && foldName(term.column) === alias)) return null;

  const target = quoteName(table.schema.name);
  const conditions = index.columns.map((term, at) => {
    if (term.column !== null) {
      const column = quoteName(term.column);
      return `${target}.${column} COLLATE ${quoteName(term.collation)} = NEW.${column}`;
    }
    const expression = index.text?.terms[at] ?? { sql: "NULL", names: new Set<string>() };
    return `(${expression.sql}) = (SELECT ${expression.sql} FROM ${newRow(table, expression.names)})`;
  });
  // SQLite uses a partial index only for a query that repeats the index's condition.
  if (index.text?.where) conditions.push(`(${index.text.where.sql})`);
  return conditions.join(" AND ");
}

/** The new row as a table, so that an index expression can be computed from it word for word. */
function newRow(table: SourceTable, names: ReadonlySet<string>): string {
  const columns = [...columnsByName(table)].filter(([folded]) => names.has(folded)).map(([, name]) => quoteName(name));
  const list = columns.length === 0 ? "NULL" : columns.map((column) => `NEW.${column} AS ${column}`).join(", ");
  return `(SELECT ${list}) AS ${quoteName(table.schema.name)}`;
}

/**
 * `OF …` with the columns that can bring a row into conflict. Left out when an index depends on generated columns, which change
 * with columns it does not name.
 */
export function probedColumns(table: SourceTable): string {
  const used = probedNames(table);
  if (isComputed(table, used)) return "";
  const byName = columnsByName(table);
  return ` OF ${[...used].map((name) => quoteName(byName.get(name) ?? name)).join(", ")}`;
}

/**
 * What a BEFORE UPDATE trigger has to begin with, if anything. Of the columns that the statement does not set, SQLite reads only those
 * that the trigger names: the generated columns of NEW would be computed from NULLs.
 */
export function columnsComputedFrom(table: SourceTable): string[] {
  if (!isComputed(table, probedNames(table))) return [];
  const stored = table.schema.columns.filter((column) => column.generated === "no");
  return [`SELECT ${stored.map(({ name }) => `NEW.${quoteName(name)}`).join(", ")}`];
}

/** Folded names of the columns that the probes depend on. */
function probedNames(table: SourceTable): ReadonlySet<string> {
  const byName = columnsByName(table);
  const used = new Set<string>();
  for (const index of table.uniqueIndexes) {
    if (probeCondition(table, index) === null) continue;
    for (const term of index.columns) if (term.column !== null) used.add(foldName(term.column));
    const texts = [...(index.text?.terms ?? []), ...(index.text?.where ? [index.text.where] : [])];
    for (const part of texts) for (const name of part.names) if (byName.has(name)) used.add(name);
  }
  return used;
}

function isComputed(table: SourceTable, names: ReadonlySet<string>): boolean {
  const generated = generatedNames(table);
  return [...names].some((name) => generated.has(name));
}

/**
 * A NULL for a NOT NULL column becomes the column's default under REPLACE, but only after the BEFORE triggers ran: the probes
 * cannot see it, so the table is marked for reading anew. Such statements are very rare.
 */
export function lateDefault(table: SourceTable, tableId: number, time: string | null = null): string[] {
  const missing = lateDefaultCondition(table);
  if (missing === null) return [];
  const [column, value] = time === null ? ["", ""] : [", at", `, ${time}`];
  return [
    `INSERT INTO ${quoteName(LOG_TABLE)}(table_id, op, nonce${column}) ` +
    `SELECT ${tableId}, 'T', random()${value} WHERE ${missing}`,
  ];
}

/** That a new row has such a NULL; `null` where none can. */
export function lateDefaultCondition(table: SourceTable): string | null {
  const { key } = table.schema;
  const alias = key.kind === "rowid" ? key.alias : null;
  const columns = table.schema.columns.filter((column, at) =>
    column.notNull && (table.defaults[at] ?? null) !== null && column.name !== alias
  );
  if (columns.length === 0) return null;
  return columns.map((column) => `NEW.${quoteName(column.name)} IS NULL`).join(" OR ");
}
