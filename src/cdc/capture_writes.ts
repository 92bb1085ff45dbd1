import { randomUUID } from "node:crypto";
import type { OltpTransaction } from "../oltp/mod.ts";
import { foldName, quoteName } from "../sql/mod.ts";
import {
  type CaptureFacts,
  type CapturePlan,
  describeKey,
  idsByTable,
  planCapture,
  readFacts,
} from "./capture_plan.ts";
import type { CaptureLevel, EnsureReport, TrackMode } from "./change_source.ts";
import { madeRowsSql } from "./image_triggers.ts";
import { writeLayout } from "./layouts.ts";
import {
  COMMITS_TABLE,
  createImagesSql,
  createLogSql,
  createNotesSql,
  DATABASE_ID,
  imageColumn,
  IMAGES_END,
  keyColumn,
  LAYOUTS_TABLE,
  LOG_FORMAT,
  LOG_FORMAT_VERSION,
  LOG_TABLE,
  markSql,
  META_TABLE,
  NEXT_TABLE_ID,
  NOTES_TABLE,
  OWN_TABLES,
  PENDING_TABLE,
  SYNC_MODE,
  TABLES_TABLE,
} from "./log_objects.ts";
import { keyNames, readSchema, requireTable, type SourceTable } from "./source_schema.ts";
import { tableIdOfTrigger } from "./trigger_sql.ts";

/** What capture begins with, or begins anew with. */
export type CaptureChanges = Pick<EnsureReport, "added" | "renewed">;

/**
 * Captures what the mode asks for, and renews what a schema change broke.
 *
 * @param made Folded name of a table that the transaction has just made: the rows it holds are logged as inserted.
 */
export async function bringInLine(
  transaction: OltpTransaction,
  mode: TrackMode,
  levelOfNew: CaptureLevel,
  made: string | null = null,
): Promise<CaptureChanges> {
  const facts = await installedFacts(transaction, levelOfNew);
  const plan = planCapture(facts, mode);
  await carryOut(transaction, plan, facts, made);
  const names = (isNew: boolean) =>
    plan.renewals.filter((renewal) => renewal.isNew === isNew).map((renewal) => renewal.table.schema.name);
  return { added: names(true), renewed: names(false) };
}

/** Removes every trace of capture, also of a log that cannot be read. */
export async function uninstall(transaction: OltpTransaction): Promise<void> {
  const schema = await readSchema(transaction);
  for (const { name } of schema.triggers.values()) {
    if (tableIdOfTrigger(name) !== null) await transaction.execute(`DROP TRIGGER ${quoteName(name)}`);
  }
  for (const table of OWN_TABLES) await transaction.execute(`DROP TABLE IF EXISTS ${table}`);
}

/** Ends the capture of tables and records that they are out, also where nothing is captured yet: the next opening would begin. */
export async function takeOut(
  transaction: OltpTransaction,
  names: readonly string[],
  levelOfNew: CaptureLevel,
  onIds?: (ids: ReadonlyMap<string, number>) => void,
): Promise<void> {
  // A table that another process renamed is recorded by its old name, which one to be taken out may bear now.
  await bringInLine(transaction, "none", levelOfNew);
  const facts = await readFacts(transaction);
  const { schema } = facts;
  const tables = new Set(names.map((name) => requireTable(schema, name, "untrack")));
  onIds?.(idsByTable(facts));
  for (const table of tables) {
    const { name } = table.schema;
    for (const trigger of schema.triggers.values()) {
      if (tableIdOfTrigger(trigger.name) === null || foldName(trigger.table) !== foldName(name)) continue;
      await transaction.execute(`DROP TRIGGER ${quoteName(trigger.name)}`);
    }
    await recordTable(transaction, { id: null, name, key: describeKey(table), state: "excluded" });
  }
}

/** What is there once the log is. */
async function installedFacts(transaction: OltpTransaction, levelOfNew: CaptureLevel): Promise<CaptureFacts> {
  const facts = await readFacts(transaction);
  if (facts.installed) return facts;
  await install(transaction);
  if (levelOfNew === "images") await beginImages(transaction, await readFacts(transaction));
  return readFacts(transaction);
}

async function install(transaction: OltpTransaction): Promise<void> {
  for (const sql of createLogSql(1)) await transaction.execute(sql);
  const meta = `INSERT INTO ${META_TABLE}(name, value) VALUES (?, ?)`;
  await transaction.execute(meta, [LOG_FORMAT, BigInt(LOG_FORMAT_VERSION)]);
  await transaction.execute(meta, [DATABASE_ID, randomUUID()]);
  await transaction.execute(meta, [NEXT_TABLE_ID, 1n]);
  await transaction.execute(markSql(0, "S"));
}

/** Has tables captured for the first time get ids greater than this one. */
export async function reserveIds(transaction: OltpTransaction, last: number, levelOfNew: CaptureLevel): Promise<void> {
  await installedFacts(transaction, levelOfNew);
  await transaction.execute(`UPDATE ${META_TABLE} SET value = max(value, ?) WHERE name = ?`, [
    BigInt(last + 1),
    NEXT_TABLE_ID,
  ]);
}

/** Has the log hold images from now on, or keys only. Triggers are brought in line afterwards. */
export async function setLevel(transaction: OltpTransaction, level: CaptureLevel): Promise<void> {
  const facts = await installedFacts(transaction, level);
  if (facts.level === level) return;
  if (level === "images") return await beginImages(transaction, facts);
  await transaction.execute(`DELETE FROM ${META_TABLE} WHERE name = '${SYNC_MODE}'`);
  // What the log holds by now still becomes history.
  await transaction.execute(
    `INSERT INTO ${META_TABLE}(name, value) SELECT '${IMAGES_END}', max(seq) FROM ${LOG_TABLE}`,
  );
}

async function beginImages(transaction: OltpTransaction, { keyWidth, images }: CaptureFacts): Promise<void> {
  await transaction.execute(`DELETE FROM ${META_TABLE} WHERE name = '${IMAGES_END}'`);
  await transaction.execute(`INSERT INTO ${META_TABLE}(name, value) VALUES ('${SYNC_MODE}', 'temporal')`);
  if (images !== null) return;
  await transaction.execute(`ALTER TABLE ${LOG_TABLE} ADD COLUMN at`);
  for (const sql of createImagesSql(keyWidth)) await transaction.execute(sql);
}

/** Takes from the log what only images need, once they are passed. */
export async function forgetImages(transaction: OltpTransaction, sequence: number): Promise<void> {
  const { level, images } = await readFacts(transaction);
  if (level === "images" || images === null || images.end === null || images.end > sequence) return;
  for (const table of [LAYOUTS_TABLE, PENDING_TABLE, COMMITS_TABLE]) await transaction.execute(`DROP TABLE ${table}`);
  await transaction.execute(`DROP TABLE IF EXISTS ${NOTES_TABLE}`);
  const columns = ["at", ...Array.from({ length: images.width }, (_, at) => imageColumn(at))];
  for (const column of columns) await transaction.execute(`ALTER TABLE ${LOG_TABLE} DROP COLUMN ${column}`);
  await transaction.execute(`DELETE FROM ${META_TABLE} WHERE name = '${IMAGES_END}'`);
}

async function carryOut(
  transaction: OltpTransaction,
  plan: CapturePlan,
  facts: CaptureFacts,
  made: string | null,
): Promise<void> {
  for (const name of plan.dropTriggers) await transaction.execute(`DROP TRIGGER ${quoteName(name)}`);
  for (const id of plan.forget) await transaction.execute(`DELETE FROM ${TABLES_TABLE} WHERE id = ?`, [BigInt(id)]);
  await widen(transaction, plan, facts);
  await placeNotes(transaction, plan, facts);
  for (const renewal of plan.renewals) {
    const { id, table, triggers, isNew, renamed } = renewal;
    await recordTable(transaction, { id, name: table.schema.name, key: describeKey(table), state: "tracked" });
    for (const trigger of triggers) await transaction.execute(trigger.sql);
    if (renamed !== null) {
      const isMade = isNew && foldName(table.schema.name) === made;
      await writeLayout(transaction, renewal, renamed, isMade || (isNew && await isEmpty(transaction, table)));
      if (isMade) await transaction.execute(madeRowsSql(table, id));
    }
    await transaction.execute(markSql(id, "T"));
  }
}

async function isEmpty(transaction: OltpTransaction, { schema }: SourceTable): Promise<boolean> {
  return (await transaction.query(`SELECT 1 FROM ${quoteName(schema.name)} LIMIT 1`)).rows.length === 0;
}

/** Gives the log the columns that the widest table needs. */
async function widen(transaction: OltpTransaction, plan: CapturePlan, facts: CaptureFacts): Promise<void> {
  const { keyWidth, images, level } = facts;
  const widestKey = Math.max(keyWidth, ...plan.renewals.map(({ table }) => keyNames(table.schema.key).length));
  for (let at = keyWidth; at < widestKey; at++) {
    await transaction.execute(`ALTER TABLE ${LOG_TABLE} ADD COLUMN ${keyColumn(at)}`);
    if (images === null) continue;
    for (const notes of [PENDING_TABLE, NOTES_TABLE].filter((name) => facts.schema.ownTables.has(name))) {
      await transaction.execute(`ALTER TABLE ${notes} ADD COLUMN ${keyColumn(at)}`);
    }
  }
  if (level === "keys" || images === null) return;
  const widest = Math.max(images.width, ...plan.renewals.map(({ table }) => table.schema.columns.length));
  for (let at = images.width; at < widest; at++) {
    await transaction.execute(`ALTER TABLE ${LOG_TABLE} ADD COLUMN ${imageColumn(at)}`);
  }
}

/** Makes the rows in which triggers note what REPLACE may remove, and forgets those of tables that need none any more. */
async function placeNotes(transaction: OltpTransaction, plan: CapturePlan, facts: CaptureFacts): Promise<void> {
  const { renewals, forget } = plan;
  const isThere = facts.schema.ownTables.has(NOTES_TABLE);
  if (isThere) {
    for (const id of [...forget, ...renewals.map(({ id }) => id)]) {
      await transaction.execute(`DELETE FROM ${NOTES_TABLE} WHERE table_id = ?`, [BigInt(id)]);
    }
  } else if (renewals.some(({ notes }) => notes > 0)) {
    const keys = Math.max(facts.keyWidth, ...renewals.map(({ table }) => keyNames(table.schema.key).length));
    await transaction.execute(createNotesSql(keys));
  }
  for (const { id, notes } of renewals) {
    for (let probe = 0; probe < notes; probe++) {
      await transaction.execute(`INSERT INTO ${NOTES_TABLE}(table_id, probe, shift) VALUES (?, ?, 0)`, [
        BigInt(id),
        BigInt(probe),
      ]);
    }
  }
}

/** Writes a table's one record; an excluded table takes a fresh id, so that its old one is never used again. */
async function recordTable(
  transaction: OltpTransaction,
  entry: { id: number | null; name: string; key: string; state: "tracked" | "excluded" },
): Promise<void> {
  const next = Number(
    (await transaction.query(`SELECT value FROM ${META_TABLE} WHERE name = ?`, [NEXT_TABLE_ID])).rows[0]?.[0] ?? 1,
  );
  const id = entry.id ?? next;
  const known = await transaction.query(`SELECT id, name FROM ${TABLES_TABLE}`);
  for (const [otherId, otherName] of known.rows) {
    if (Number(otherId) === id || foldName(String(otherName)) === foldName(entry.name)) {
      await transaction.execute(`DELETE FROM ${TABLES_TABLE} WHERE id = ?`, [otherId ?? null]);
    }
  }
  await transaction.execute(`INSERT INTO ${TABLES_TABLE}(id, name, key, state) VALUES (?, ?, ?, ?)`, [
    BigInt(id),
    entry.name,
    entry.key,
    entry.state,
  ]);
  await transaction.execute(`UPDATE ${META_TABLE} SET value = ? WHERE name = ?`, [
    BigInt(Math.max(next, id + 1)),
    NEXT_TABLE_ID,
  ]);
}
