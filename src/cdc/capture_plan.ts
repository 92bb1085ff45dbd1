import { foldName } from "../sql/mod.ts";
import type { AbsentTable, CapturedSchema, CapturedTable, TrackMode } from "./change_source.ts";
import { LOG_TABLE, META_TABLE, NEXT_TABLE_ID, TABLES_TABLE } from "./log_objects.ts";
import { keyNames, readSchema, type SourceSchema, type SourceTable, type SqlReader } from "./source_schema.ts";
import { captureObstacle, captureTriggers, needsProbes, tableIdOfTrigger, type TriggerText } from "./trigger_sql.ts";

/** A row of {@linkcode TABLES_TABLE}. */
export interface TableEntry {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly state: "tracked" | "excluded";
}

/** Everything capture decides from: the schema and rhei's own records, read in one transaction. */
export interface CaptureFacts {
  readonly schema: SourceSchema;
  readonly installed: boolean;
  readonly entries: readonly TableEntry[];
  /** Key columns the log has. */
  readonly keyWidth: number;
  readonly nextTableId: number;
}

/** Reads what {@linkcode planCapture} needs. */
export async function readFacts(reader: SqlReader): Promise<CaptureFacts> {
  const schema = await readSchema(reader);
  const installed = [LOG_TABLE, TABLES_TABLE, META_TABLE].every((name) => schema.ownTables.has(name));
  if (!installed) return { schema, installed, entries: [], keyWidth: 0, nextTableId: 1 };
  const entries = await reader.query(`SELECT id, name, key, state FROM ${TABLES_TABLE} ORDER BY id`);
  const width = await reader.query(
    `SELECT count(*) FROM pragma_table_info('${LOG_TABLE}', 'main') WHERE name GLOB 'key[0-9]*'`,
  );
  const next = await reader.query(`SELECT value FROM ${META_TABLE} WHERE name = '${NEXT_TABLE_ID}'`);
  return {
    schema,
    installed,
    entries: entries.rows.map(([id, name, key, state]): TableEntry => ({
      id: Number(id),
      name: String(name),
      key: String(key),
      state: state === "excluded" ? "excluded" : "tracked",
    })),
    keyWidth: Number(width.rows[0]?.[0]),
    nextTableId: Number(next.rows[0]?.[0] ?? 1),
  };
}

/** The key as {@linkcode TABLES_TABLE} describes it. */
export function describeKey(table: SourceTable): string {
  const names = keyNames(table.schema.key).join(", ");
  return table.schema.key.kind === "rowid" ? `rowid (${names})` : `primary key (${names})`;
}

/** A table whose capture begins, or is renewed under its old id. */
export interface CaptureRenewal {
  readonly id: number;
  readonly table: SourceTable;
  readonly triggers: readonly TriggerText[];
  readonly isNew: boolean;
}

/** The writes that bring capture in line with the schema. */
export interface CapturePlan {
  readonly renewals: readonly CaptureRenewal[];
  /** Triggers to drop, of tables that are renewed, gone or no longer captured. */
  readonly dropTriggers: readonly string[];
  /** Ids whose table is gone. */
  readonly forget: readonly number[];
}

/** Folded names of the tables the user took out. */
function excludedTables(facts: CaptureFacts): Set<string> {
  return new Set(facts.entries.filter((entry) => entry.state === "excluded").map((entry) => foldName(entry.name)));
}

/**
 * Which id each table's triggers carry now; triggers follow a renamed table, so this beats the recorded name. A table that was taken
 * out has none, even if a tracked table now bears its name.
 */
export function idsByTable(facts: CaptureFacts): Map<string, number> {
  const ids = new Map<string, number>();
  const tracked = facts.entries.filter((entry) => entry.state === "tracked");
  for (const trigger of facts.schema.triggers.values()) {
    const id = tableIdOfTrigger(trigger.name);
    if (id !== null && tracked.some((entry) => entry.id === id)) ids.set(foldName(trigger.table), id);
  }
  const taken = new Set(ids.values());
  for (const entry of tracked) {
    const folded = foldName(entry.name);
    if (!taken.has(entry.id) && !ids.has(folded) && facts.schema.tables.has(folded)) ids.set(folded, entry.id);
  }
  for (const folded of excludedTables(facts)) ids.delete(folded);
  return ids;
}

function triggersInPlace(facts: CaptureFacts, id: number, wanted: readonly TriggerText[]): boolean {
  const present = [...facts.schema.triggers.values()].filter((trigger) => tableIdOfTrigger(trigger.name) === id);
  return present.length === wanted.length &&
    wanted.every((trigger) => facts.schema.triggers.get(trigger.name)?.sql === trigger.sql);
}

/** What a captured table's record should say; a difference means it was renamed or its key changed. */
function recordAgrees(facts: CaptureFacts, id: number, table: SourceTable): boolean {
  const entry = facts.entries.find((candidate) => candidate.id === id);
  return entry !== undefined && entry.name === table.schema.name && entry.key === describeKey(table);
}

/** Decides what to write. Pure, so that it can be asked in a snapshot whether a write transaction is needed at all. */
export function planCapture(facts: CaptureFacts, mode: TrackMode): CapturePlan {
  const ids = idsByTable(facts);
  const excluded = excludedTables(facts);
  const named = typeof mode === "string" ? new Set<string>() : new Set(mode.map(foldName));
  const renewals: CaptureRenewal[] = [];
  let nextId = facts.nextTableId;
  for (const [folded, table] of facts.schema.tables) {
    if (captureObstacle(table) !== null) continue;
    const known = ids.get(folded);
    const wanted = known !== undefined || named.has(folded) || (mode === "all" && !excluded.has(folded));
    if (!wanted) continue;
    const id = known ?? nextId++;
    const triggers = captureTriggers(table, id);
    const fine = known !== undefined && triggersInPlace(facts, id, triggers) && recordAgrees(facts, id, table);
    if (!fine) renewals.push({ id, table, triggers, isNew: known === undefined });
  }
  const living = new Set(
    [...ids].filter(([folded]) => {
      const table = facts.schema.tables.get(folded);
      return table !== undefined && captureObstacle(table) === null;
    }).map(([, id]) => id),
  );
  const renewed = new Set(renewals.map((renewal) => renewal.id));
  const dropTriggers = [...facts.schema.triggers.values()].filter((trigger) => {
    const id = tableIdOfTrigger(trigger.name);
    return id !== null && (renewed.has(id) || !living.has(id));
  }).map((trigger) => trigger.name);
  const forget = facts.entries.filter((entry) => entry.state === "tracked" && !living.has(entry.id)).map((e) => e.id);
  return { renewals, dropTriggers, forget };
}

/** Whether a plan writes nothing. */
export function isEmptyPlan(plan: CapturePlan): boolean {
  return plan.renewals.length === 0 && plan.dropTriggers.length === 0 && plan.forget.length === 0;
}

/** What is captured as things stand; a table whose capture needs renewal is absent until then. */
export function capturedSchema(facts: CaptureFacts): CapturedSchema {
  const pending = new Set(planCapture(facts, "none").renewals.map((renewal) => foldName(renewal.table.schema.name)));
  const ids = idsByTable(facts);
  const captured = new Map<string, CapturedTable>();
  const absent = new Map<string, AbsentTable>();
  for (const [folded, table] of facts.schema.untrackable) absent.set(folded, { ...table, untracked: false });
  for (const [folded, table] of facts.schema.tables) {
    const { name } = table.schema;
    const obstacle = captureObstacle(table);
    const id = ids.get(folded);
    if (obstacle !== null) absent.set(folded, { name, reason: obstacle, untracked: false });
    else if (id === undefined) absent.set(folded, { name, reason: "it is not tracked", untracked: true });
    else if (pending.has(folded)) {
      absent.set(folded, { name, reason: "its schema changed and tracking is not renewed yet", untracked: false });
    } else captured.set(folded, { id, table, replaces: needsProbes(table) });
  }
  return { level: "keys", source: facts.schema, captured, absent };
}
