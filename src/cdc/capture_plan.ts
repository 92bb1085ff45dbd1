import { foldName } from "../sql/mod.ts";
import { type ExactValue, HISTORY_COLUMNS } from "../types/mod.ts";
import type { AbsentTable, CapturedSchema, CapturedTable, CaptureLevel, TrackMode } from "./change_source.ts";
import { imageTriggers, notesOf, type SideEffects } from "./image_triggers.ts";
import { isLayoutOf, type Layout, newestLayouts, renamedColumns } from "./layouts.ts";
import {
  COLUMNS_MAX,
  IMAGES_END,
  LAYOUTS_TABLE,
  LOG_TABLE,
  META_TABLE,
  NEXT_TABLE_ID,
  SYNC_MODE,
  TABLES_TABLE,
} from "./log_objects.ts";
import { sideEffects } from "./side_effects.ts";
import { keyNames, readSchema, type SourceSchema, type SourceTable, type SqlReader } from "./source_schema.ts";
import { captureTriggers, keyObstacle, needsProbes, tableIdOfTrigger, type TriggerText } from "./trigger_sql.ts";

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
  /** What the log is to hold. */
  readonly level: CaptureLevel;
  /** What it holds in images; `null` if it never held any, or all are pruned. */
  readonly images: ImageFacts | null;
}

/** What there is to know about the images in the log. */
export interface ImageFacts {
  /** Columns the log has for values. */
  readonly width: number;
  /** By table id. */
  readonly layouts: ReadonlyMap<number, Layout>;
  readonly effects: SideEffects;
  /** The last log row that may hold one, where no more are added. */
  readonly end: number | null;
}

/** Reads what {@linkcode planCapture} needs. */
export async function readFacts(reader: SqlReader): Promise<CaptureFacts> {
  const schema = await readSchema(reader);
  const installed = [LOG_TABLE, TABLES_TABLE, META_TABLE].every((name) => schema.ownTables.has(name));
  if (!installed) {
    return { schema, installed, entries: [], keyWidth: 0, nextTableId: 1, level: "keys", images: null };
  }
  const entries = await reader.query(`SELECT id, name, key, state FROM ${TABLES_TABLE} ORDER BY id`);
  const width = await reader.query(
    `SELECT count(*) FROM pragma_table_info('${LOG_TABLE}', 'main') WHERE name GLOB 'key[0-9]*'`,
  );
  const meta = await readMeta(reader);
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
    nextTableId: Number(meta.get(NEXT_TABLE_ID) ?? 1),
    level: levelOf(meta),
    images: schema.ownTables.has(LAYOUTS_TABLE) ? await readImageFacts(reader, schema, meta) : null,
  };
}

/** Names and values of {@linkcode META_TABLE}. */
export async function readMeta(reader: SqlReader): Promise<ReadonlyMap<string, ExactValue>> {
  const { rows } = await reader.query(`SELECT name, value FROM ${META_TABLE}`);
  return new Map(rows.map(([name, value]) => [String(name), value ?? null]));
}

/** What the log is to hold. */
export function levelOf(meta: ReadonlyMap<string, ExactValue>): CaptureLevel {
  return meta.get(SYNC_MODE) === "temporal" ? "images" : "keys";
}

async function readImageFacts(
  reader: SqlReader,
  schema: SourceSchema,
  meta: ReadonlyMap<string, ExactValue>,
): Promise<ImageFacts> {
  const width = await reader.query(
    `SELECT count(*) FROM pragma_table_info('${LOG_TABLE}', 'main') WHERE name GLOB 'v[0-9]*'`,
  );
  const end = meta.get(IMAGES_END);
  return {
    width: Number(width.rows[0]?.[0]),
    layouts: await newestLayouts(reader),
    effects: await sideEffects(reader, schema),
    end: end === undefined ? null : Number(end),
  };
}

/** Names that history gives a meaning of its own, folded. */
const HISTORY_NAMES: ReadonlySet<string> = new Set(Object.values(HISTORY_COLUMNS));

/** Why the changes of a table cannot be captured, or `null`. */
export function captureObstacle(
  { level, schema }: Pick<CaptureFacts, "level" | "schema">,
  table: SourceTable,
): string | null {
  // BINARY compares the bytes of the encoding, and a cast to BLOB gives them; the mirror has those of UTF-8 only.
  if (schema.isUtf16) return "the database's encoding is UTF-16, whose order of texts the mirror does not have";
  const { columns } = table.schema;
  if (columns.length > COLUMNS_MAX) return `a mirrored table has ${COLUMNS_MAX} columns at most`;
  if (level === "images") {
    const reserved = columns.find((column) => HISTORY_NAMES.has(foldName(column.name)));
    if (reserved) return `its column ${reserved.name} has a name that temporal mode needs`;
  }
  return keyObstacle(table);
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
  /** Rows its triggers need in the table of notes. */
  readonly notes: number;
  readonly isNew: boolean;
  /** The new layout's columns by their names in the one before; `null` where the log holds keys. */
  readonly renamed: ReadonlyMap<string, string> | null;
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
  if (entry === undefined || entry.name !== table.schema.name || entry.key !== describeKey(table)) return false;
  return facts.level === "keys" || isLayoutOf(facts.images?.layouts.get(id), table);
}

function wantedNotes({ level, images }: CaptureFacts, table: SourceTable): number {
  return level === "keys" || images === null ? 0 : notesOf(table, images.effects);
}

function wantedTriggers({ level, images }: CaptureFacts, table: SourceTable, id: number): TriggerText[] {
  if (level === "keys" || images === null) return captureTriggers(table, id);
  return imageTriggers(table, id, images.effects);
}

/** How the columns of a table are called by now that its images had so far. */
function renamedSince(facts: CaptureFacts, id: number): Map<string, string> | null {
  if (facts.level === "keys") return null;
  const trigger = facts.schema.triggers.get(`_rhei_insert_${id}`);
  return renamedColumns(facts.images?.layouts.get(id), trigger?.sql);
}

/** Decides what to write. Pure, so that it can be asked in a snapshot whether a write transaction is needed at all. */
export function planCapture(facts: CaptureFacts, mode: TrackMode): CapturePlan {
  const ids = idsByTable(facts);
  const excluded = excludedTables(facts);
  const named = typeof mode === "string" ? new Set<string>() : new Set(mode.map(foldName));
  const renewals: CaptureRenewal[] = [];
  let nextId = facts.nextTableId;
  for (const [folded, table] of facts.schema.tables) {
    if (captureObstacle(facts, table) !== null) continue;
    const known = ids.get(folded);
    const wanted = known !== undefined || named.has(folded) || (mode === "all" && !excluded.has(folded));
    if (!wanted) continue;
    const id = known ?? nextId++;
    const triggers = wantedTriggers(facts, table, id);
    const fine = known !== undefined && triggersInPlace(facts, id, triggers) && recordAgrees(facts, id, table);
    if (fine) continue;
    const notes = wantedNotes(facts, table);
    renewals.push({ id, table, triggers, notes, isNew: known === undefined, renamed: renamedSince(facts, id) });
  }
  const living = new Set(
    [...ids].filter(([folded]) => {
      const table = facts.schema.tables.get(folded);
      return table !== undefined && captureObstacle(facts, table) === null;
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
    const obstacle = captureObstacle(facts, table);
    const id = ids.get(folded);
    if (obstacle !== null) absent.set(folded, { name, reason: obstacle, untracked: false });
    else if (id === undefined) absent.set(folded, { name, reason: "it is not tracked", untracked: true });
    else if (pending.has(folded)) {
      absent.set(folded, { name, reason: "its schema changed and tracking is not renewed yet", untracked: false });
    } else captured.set(folded, { id, table, replaces: needsProbes(table) });
  }
  return { level: facts.level, source: facts.schema, captured, absent };
}
