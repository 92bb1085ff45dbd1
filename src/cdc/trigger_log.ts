import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { RheiError } from "../errors/mod.ts";
import type { OltpClient, OltpSnapshot, OltpTransaction } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { ExactValue } from "../types/mod.ts";
import {
  capturedSchema,
  type CaptureFacts,
  type CapturePlan,
  describeKey,
  isEmptyPlan,
  planCapture,
  readFacts,
} from "./capture_plan.ts";
import { changedKeysFrom, changedRowsFrom, removedKeysFrom } from "./change_query.ts";
import type {
  CapturedSchema,
  CapturedTable,
  ChangeSource,
  EnsureReport,
  SourcePosition,
  SourceState,
  TableChanges,
  TrackMode,
} from "./change_source.ts";
import type { CommitEvent, LogEvent } from "./log_event.ts";
import {
  createLogSql,
  DATABASE_ID,
  keyColumn,
  LOG_FORMAT,
  LOG_FORMAT_VERSION,
  LOG_TABLE,
  markSql,
  META_TABLE,
  NEXT_TABLE_ID,
  TABLES_TABLE,
} from "./log_objects.ts";
import { quoteName } from "./quote_name.ts";
import { mayHaveChangedSilently } from "./silent_change.ts";
import { keyNames, requireTable, type SqlReader } from "./source_schema.ts";
import { captureObstacle, tableIdOfTrigger } from "./trigger_sql.ts";

/** Size of a log row with an integer key, roughly. */
const ROW_BYTES = 24;

/** Log rows deleted in one transaction when pruning, so that writers wait only briefly. */
const PRUNE_ROWS_MAX = 10_000;

const CHANGES =
  `sum(op <> 'T'), max(op = 'D'), max(op = 'T') FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ? AND op <> 'S'`;

/** Of all tables together, with the lowest and the highest of their ids; and of each. */
const SUMMARY = `SELECT min(table_id), max(table_id), ${CHANGES}`;
const SUMMARY_BY_TABLE = `SELECT table_id, ${CHANGES} GROUP BY table_id`;

type CaptureChanges = Pick<EnsureReport, "added" | "renewed">;

const STATE = `SELECT l.seq, l.nonce, m.value, v.schema_version, f.value, (SELECT nonce FROM ${LOG_TABLE} WHERE seq = ?)
         FROM (SELECT seq, nonce FROM ${LOG_TABLE} ORDER BY seq DESC LIMIT 1) AS l
         JOIN ${META_TABLE} AS m ON m.name = '${DATABASE_ID}'
         JOIN ${META_TABLE} AS f ON f.name = '${LOG_FORMAT}', pragma_schema_version AS v`;

const POSITION = `SELECT (SELECT max(seq) FROM ${LOG_TABLE}), schema_version FROM pragma_schema_version`;

/**
 * Capture by triggers into a log table of the source itself, keys only. Works through any {@linkcode OltpClient}; writers in
 * other processes are captured too, since triggers belong to the database.
 */
export class TriggerLog implements ChangeSource {
  readonly #oltp: OltpClient;
  /** Schema versions that own writes led from and to: such a change says nothing about the user's tables. */
  readonly #ownVersions = new Map<number, number>();

  constructor(oltp: OltpClient) {
    this.#oltp = oltp;
  }

  async position(): Promise<SourcePosition | null> {
    let row;
    try {
      row = (await this.#oltp.query(POSITION)).rows[0];
    } catch (error) {
      // Without the log the statement cannot be prepared; any other failure is the caller's to hear of.
      if (await isInstalled(this.#oltp)) throw error;
      return null;
    }
    return { sequence: Number(row?.[0] ?? 0), schemaVersion: Number(row?.[1]) };
  }

  async state(snapshot: OltpSnapshot, former: number): Promise<SourceState | null> {
    let row;
    try {
      row = await snapshot.row(STATE, [BigInt(former)]);
    } catch (error) {
      if (await isInstalled(snapshot)) throw error;
      return null;
    }
    const [sequence, nonce, databaseId, schemaVersion, format, formerNonce = null] = row ?? [];
    if (typeof databaseId !== "string" || format !== BigInt(LOG_FORMAT_VERSION)) {
      throw new RheiError(
        "SYNC_FAILED",
        `Cannot read the change log: its layout is not version ${LOG_FORMAT_VERSION}`,
        {
          hint: "Run rhei untrack, then rhei track, to make it anew",
        },
      );
    }
    return {
      sequence: Number(sequence),
      token: String(nonce),
      databaseId,
      schemaVersion: Number(schemaVersion),
      former: { sequence: former, token: formerNonce === null ? null : String(formerNonce) },
    };
  }

  async tokenAt(snapshot: OltpSnapshot, sequence: number): Promise<string | null> {
    const row = await snapshot.row(`SELECT nonce FROM ${LOG_TABLE} WHERE seq = ?`, [BigInt(sequence)]);
    return row === undefined ? null : String(row[0]);
  }

  async schema(snapshot: OltpSnapshot): Promise<CapturedSchema> {
    return capturedSchema(await readFacts(snapshot));
  }

  async ensure(mode: TrackMode): Promise<EnsureReport> {
    await using snapshot = await this.#oltp.snapshot();
    const facts = await readFacts(snapshot);
    if (typeof mode !== "string") { for (const name of mode) requireTable(facts.schema, name); }
    const inLine = facts.installed ? isEmptyPlan(planCapture(facts, mode)) : mode === "none";
    if (inLine) return { added: [], renewed: [], schemaVersion: facts.schema.schemaVersion };
    await snapshot.close();
    return this.#capturing((transaction) => bringInLine(transaction, mode));
  }

  async track(names: readonly string[] | "all"): Promise<EnsureReport> {
    return this.#capturing(async (transaction) => {
      const { schema, installed } = await readFacts(transaction);
      if (names === "all") {
        if (installed) await transaction.execute(`DELETE FROM ${TABLES_TABLE} WHERE state = 'excluded'`);
        return bringInLine(transaction, "all");
      }
      for (const name of names) {
        const table = requireTable(schema, name);
        const obstacle = captureObstacle(table);
        if (obstacle) {
          throw new RheiError("NOT_TRACKABLE", `Cannot track "${name}": ${obstacle}`, { details: { table: name } });
        }
      }
      return bringInLine(transaction, names);
    });
  }

  async untrack(names: readonly string[] | "all"): Promise<void> {
    await this.#writing((transaction) => names === "all" ? uninstall(transaction) : takeOut(transaction, names));
  }

  mayHaveChangedSilently(snapshot: OltpSnapshot, captured: CapturedTable, from: number): Promise<boolean> {
    return mayHaveChangedSilently(snapshot, captured, from);
  }

  async summary(snapshot: OltpSnapshot, from: number, to: number): Promise<ReadonlyMap<number, TableChanges>> {
    const range = [BigInt(from), BigInt(to)];
    // Grouping sorts every row; that there are changes of one table only, as most often, is found out without.
    const [first, last, ...counts] = await snapshot.row(SUMMARY, range) ?? [];
    if (typeof first !== "bigint") return new Map();
    if (first === last) return new Map([[Number(first), changesOf(counts)]]);
    const { rows } = await snapshot.query(SUMMARY_BY_TABLE, range);
    return new Map(rows.map(([id, ...counts]) => [Number(id), changesOf(counts)]));
  }

  changedKeys(captured: CapturedTable): string {
    return changedKeysFrom(captured, "everyTime");
  }

  changedRows(captured: CapturedTable): string {
    return changedRowsFrom(captured);
  }

  removedKeys(captured: CapturedTable): string {
    return removedKeysFrom(captured);
  }

  async *events(): AsyncGenerator<readonly LogEvent[]> {
    // Keys alone are no events.
  }

  async commits(): Promise<readonly CommitEvent[]> {
    return [];
  }

  async layoutBefore(): Promise<readonly string[] | null> {
    return null;
  }

  explainsSchema(from: number, to: number): boolean {
    let version: number | undefined = from;
    while (version !== undefined && version !== to) version = this.#ownVersions.get(version);
    return version === to;
  }

  async prune(sequence: number): Promise<void> {
    const { rows } = await this.#oltp.query(`SELECT min(seq) FROM ${LOG_TABLE}`);
    let from = Number(rows[0]?.[0] ?? sequence);
    while (from < sequence) {
      // Deleting holds the event loop up: whoever waits for the sync that asked for it comes first.
      await nextTurn();
      from = Math.min(from + PRUNE_ROWS_MAX, sequence);
      await this.#oltp.execute(`DELETE FROM ${LOG_TABLE} WHERE seq < ?`, [BigInt(from)]);
    }
  }

  async logSize(): Promise<{ readonly rows: number; readonly bytes: number }> {
    if (!(await isInstalled(this.#oltp))) return { rows: 0, bytes: 0 };
    const { rows } = await this.#oltp.query(`SELECT count(*) FROM ${LOG_TABLE}`);
    const count = Number(rows[0]?.[0]);
    try {
      const pages = await this.#oltp.query("SELECT sum(pgsize) FROM dbstat WHERE name = ?", [LOG_TABLE]);
      return { rows: count, bytes: Number(pages.rows[0]?.[0] ?? 0) };
    } catch {
      // A server may lack dbstat; the figure is for users' eyes only.
      return { rows: count, bytes: count * ROW_BYTES };
    }
  }

  async #capturing(body: (transaction: OltpTransaction) => Promise<CaptureChanges>): Promise<EnsureReport> {
    const { result, schemaVersion } = await this.#writing(body);
    return { ...result, schemaVersion };
  }

  /** Runs a write transaction and remembers the step of the schema version it made, to `schemaVersion`. */
  async #writing<T>(
    body: (transaction: OltpTransaction) => Promise<T>,
  ): Promise<{ readonly result: T; readonly schemaVersion: number }> {
    const [result, before, after] = await this.#oltp.transaction(async (transaction) => {
      const before = await schemaVersion(transaction);
      const result = await body(transaction);
      return [result, before, await schemaVersion(transaction)] as const;
    });
    if (before !== after) this.#ownVersions.set(before, after);
    return { result, schemaVersion: after };
  }
}

function changesOf([changes, deletions, reload]: readonly ExactValue[]): TableChanges {
  return { changes: Number(changes), deletions: deletions === 1n, reload: reload === 1n };
}

async function isInstalled(reader: SqlReader): Promise<boolean> {
  const { rows } = await reader.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [LOG_TABLE]);
  return rows.length > 0;
}

async function schemaVersion(reader: SqlReader): Promise<number> {
  return Number((await reader.query("SELECT schema_version FROM pragma_schema_version")).rows[0]?.[0]);
}

async function bringInLine(transaction: OltpTransaction, mode: TrackMode): Promise<CaptureChanges> {
  const facts = await installedFacts(transaction);
  const plan = planCapture(facts, mode);
  await carryOut(transaction, plan, facts.keyWidth);
  const names = (isNew: boolean) =>
    plan.renewals.filter((renewal) => renewal.isNew === isNew).map((renewal) => renewal.table.schema.name);
  return { added: names(true), renewed: names(false) };
}

/** Removes every trace of capture. */
async function uninstall(transaction: OltpTransaction): Promise<void> {
  const { schema } = await readFacts(transaction);
  for (const { name } of schema.triggers.values()) {
    if (tableIdOfTrigger(name) !== null) await transaction.execute(`DROP TRIGGER ${quoteName(name)}`);
  }
  for (const table of [LOG_TABLE, TABLES_TABLE, META_TABLE]) await transaction.execute(`DROP TABLE IF EXISTS ${table}`);
}

/** Ends the capture of tables and records that they are out, also where nothing is captured yet: the next opening would begin. */
async function takeOut(transaction: OltpTransaction, names: readonly string[]): Promise<void> {
  const { schema } = await installedFacts(transaction);
  for (const table of new Set(names.map((name) => requireTable(schema, name, "untrack")))) {
    const { name } = table.schema;
    for (const trigger of schema.triggers.values()) {
      if (tableIdOfTrigger(trigger.name) === null || foldName(trigger.table) !== foldName(name)) continue;
      await transaction.execute(`DROP TRIGGER ${quoteName(trigger.name)}`);
    }
    await recordTable(transaction, { id: null, name, key: describeKey(table), state: "excluded" });
  }
}

/** What is there once the log is. */
async function installedFacts(transaction: OltpTransaction): Promise<CaptureFacts> {
  const facts = await readFacts(transaction);
  if (facts.installed) return facts;
  await install(transaction);
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

async function carryOut(transaction: OltpTransaction, plan: CapturePlan, keyWidth: number): Promise<void> {
  for (const name of plan.dropTriggers) await transaction.execute(`DROP TRIGGER ${quoteName(name)}`);
  for (const id of plan.forget) await transaction.execute(`DELETE FROM ${TABLES_TABLE} WHERE id = ?`, [BigInt(id)]);
  const widest = Math.max(keyWidth, ...plan.renewals.map((renewal) => keyNames(renewal.table.schema.key).length));
  for (let at = keyWidth; at < widest; at++) {
    await transaction.execute(`ALTER TABLE ${LOG_TABLE} ADD COLUMN ${keyColumn(at)}`);
  }
  for (const { id, table, triggers } of plan.renewals) {
    await recordTable(transaction, { id, name: table.schema.name, key: describeKey(table), state: "tracked" });
    for (const trigger of triggers) await transaction.execute(trigger.sql);
    await transaction.execute(markSql(id, "T"));
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
