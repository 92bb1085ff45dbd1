import type { OltpTransaction } from "../oltp/mod.ts";
import { META_TABLE } from "./log_objects.ts";
import type { SqlReader } from "./source_schema.ts";

/** Names of records in {@linkcode META_TABLE}: what each mirror of the database no longer needs of the log, and when it said so. */
const PREFIX = "mirror ";

/** A mirror that has not been heard of for so long does not hold the log back any more, in milliseconds: it may be gone for good. */
const MIRROR_FORGOTTEN_MS = 600_000;

/**
 * Records that a mirror does not need log rows before `sequence` any more, and tells before which row no mirror does that was heard of
 * lately: of several mirrors of one database, kept by different processes, each finds in the log what it lacks.
 */
export async function recordMirror(
  transaction: OltpTransaction,
  mirror: string | null,
  sequence: number,
  nowMs: number,
): Promise<number> {
  let least = sequence;
  const { rows } = await transaction.query(`SELECT name, value FROM ${META_TABLE} WHERE name GLOB '${PREFIX}*'`);
  for (const [name = null, value] of rows) {
    if (name === PREFIX + mirror) continue;
    const [needed = 0, saidMs = 0] = String(value).split(" ").map(Number);
    if (nowMs - saidMs < MIRROR_FORGOTTEN_MS) least = Math.min(least, needed);
    else await transaction.execute(`DELETE FROM ${META_TABLE} WHERE name = ?`, [name]);
  }
  if (mirror !== null) {
    await transaction.execute(`REPLACE INTO ${META_TABLE}(name, value) VALUES (?, ?)`, [
      PREFIX + mirror,
      `${sequence} ${nowMs}`,
    ]);
  }
  return least;
}

/** Whether a mirror was heard of that was not forgotten since. */
export async function hasRecord(reader: SqlReader, mirror: string): Promise<boolean> {
  return (await reader.query(`SELECT 1 FROM ${META_TABLE} WHERE name = ?`, [PREFIX + mirror])).rows.length > 0;
}

/** Forgets a mirror that will not be heard of again. */
export async function forgetMirror(transaction: OltpTransaction, mirror: string): Promise<void> {
  await transaction.execute(`DELETE FROM ${META_TABLE} WHERE name = ?`, [PREFIX + mirror]);
}
