import { setImmediate as nextTurn } from "node:timers/promises";
import { RheiError } from "../errors/mod.ts";
import type { ExecuteResult, OltpClient, OltpSnapshot, OltpTransaction } from "../oltp/mod.ts";
import type { ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import {
  capturedSchema,
  captureObstacle,
  isEmptyPlan,
  levelOf,
  planCapture,
  readFacts,
  readMeta,
} from "./capture_plan.ts";
import {
  bringInLine,
  type CaptureChanges,
  forgetImages,
  reserveIds,
  setLevel,
  takeOut,
  uninstall,
} from "./capture_writes.ts";
import { changedKeysFrom, changedRowsFrom, removedKeysFrom } from "./change_query.ts";
import type {
  CapturedSchema,
  CapturedTable,
  CaptureLevel,
  ChangeSource,
  EnsureReport,
  LogRange,
  PendingChanges,
  SourcePosition,
  SourceState,
  TableChanges,
  TrackMode,
} from "./change_source.ts";
import { layoutAt, pruneLayouts } from "./layouts.ts";
import { forgetMirror, hasRecord, recordMirror } from "./mirror_records.ts";
import type { CommitEvent, LogEvent } from "./log_event.ts";
import { LogColumnMemory } from "./log_column_reader.ts";
import { LogEventReader, readCommits } from "./log_event_reader.ts";
import {
  DATABASE_ID,
  IMAGES_END,
  LOG_FORMAT,
  LOG_FORMAT_VERSION,
  LOG_TABLE,
  META_TABLE,
  PENDING_TABLE,
  TABLES_TABLE,
} from "./log_objects.ts";
import { runSchemaStatement } from "./schema_statement.ts";
import { mayHaveChangedSilently } from "./silent_change.ts";
import { TRANSACTION_MARK } from "./transaction_mark.ts";
import { requireTable, type SqlReader } from "./source_schema.ts";

/** Size of a log row with an integer key, roughly. */
const ROW_BYTES = 24;

/** Log rows deleted in one transaction when pruning, so that writers wait only briefly. */
const PRUNE_ROWS_MAX = 10_000;

/**
 * Table and operation of each log row, as in `3U 3D 7I`: SQLite would sort the rows to group them. Rows of table 0 say nothing of any
 * table's rows.
 */
const OPERATIONS =
  `SELECT group_concat(table_id || op, ' ') FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ? AND table_id > 0`;

/** Log rows of which they are read at a time: half a megabyte of text. */
const OPERATIONS_MAX = 100_000;

/** For transactions that write nothing of the user's. */
const UNMARKED = { marked: false };

const STATE = `SELECT l.seq, l.nonce, m.value, v.schema_version, f.value, (SELECT nonce FROM ${LOG_TABLE} WHERE seq = ?)
         FROM pragma_schema_version AS v
         LEFT JOIN (SELECT seq, nonce FROM ${LOG_TABLE} ORDER BY seq DESC LIMIT 1) AS l
         LEFT JOIN ${META_TABLE} AS m ON m.name = '${DATABASE_ID}'
         LEFT JOIN ${META_TABLE} AS f ON f.name = '${LOG_FORMAT}'`;

const POSITION = `SELECT (SELECT max(seq) FROM ${LOG_TABLE}), schema_version FROM pragma_schema_version`;

/** Where the source stands, the proof at one log row, and the tables that have log rows in a range. */
const PENDING = `SELECT (SELECT max(seq) FROM ${LOG_TABLE}), v.schema_version,
         (SELECT nonce FROM ${LOG_TABLE} WHERE seq = ?),
         (SELECT group_concat(DISTINCT table_id) FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ?)
         FROM pragma_schema_version AS v`;
const TABLES_IN_RANGE = `SELECT group_concat(DISTINCT table_id) FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ?`;

/** Log rows looked at first for the tables they are of: while writes are many, those of a query's tables are among any few. */
const PENDING_ROWS_FIRST = 64;

/** Log rows looked at in one go after that, in about 10 ms. */
const PENDING_ROWS_MAX = 50_000;

/**
 * Capture by triggers into a log table of the source itself: keys only, or whole rows. Works through any {@linkcode OltpClient};
 * writers in other processes are captured too, since triggers belong to the database.
 */
export class TriggerLog implements ChangeSource {
  readonly #oltp: OltpClient;
  readonly #levelOfNew: CaptureLevel;
  /** Schema versions that own writes led from and to: such a change says nothing about the user's tables. */
  readonly #ownVersions = new Map<number, number>();
  readonly #columnMemory = new LogColumnMemory();
  /** What was asked for last. */
  #mode: TrackMode = "none";
  /** What the client was told. */
  #marks: CaptureLevel = "keys";
  #isAsked = false;

  /** @param levelOfNew What a log is to hold that does not exist yet; of one that does, it is on record. */
  constructor(oltp: OltpClient, levelOfNew: CaptureLevel = "keys") {
    this.#oltp = oltp;
    this.#levelOfNew = levelOfNew;
  }

  get holdsImages(): boolean {
    return this.#marks === "images";
  }

  async level(): Promise<CaptureLevel | null> {
    const level = await isInstalled(this.#oltp) ? levelOf(await readMeta(this.#oltp)) : null;
    this.#markTransactions(level ?? "keys");
    return level;
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

  async pending(
    proofAt: number,
    after: number,
    askedAbout: ReadonlySet<number>,
  ): Promise<PendingChanges | null> {
    let row;
    try {
      row = (await this.#oltp.query(PENDING, [proofAt, after, after + PENDING_ROWS_FIRST].map(BigInt))).rows[0];
    } catch (error) {
      if (await isInstalled(this.#oltp)) throw error;
      return null;
    }
    const [newest, schemaVersion, nonce = null, ids = null] = row ?? [];
    const sequence = Number(newest ?? 0);
    const tables = new Set(idsOf(ids));
    let lookedTo = Math.min(sequence, after + PENDING_ROWS_FIRST);
    // What was committed by now stays as it is: the rest may be read bit by bit.
    while (lookedTo < sequence && !askedAbout.values().some((id) => tables.has(id))) {
      if (lookedTo > after + PENDING_ROWS_FIRST) await nextTurn();
      const to = Math.min(sequence, lookedTo + PENDING_ROWS_MAX);
      const { rows } = await this.#oltp.query(TABLES_IN_RANGE, [lookedTo, to].map(BigInt));
      for (const id of idsOf(rows[0]?.[0] ?? null)) tables.add(id);
      lookedTo = to;
    }
    const token = nonce === null ? null : String(nonce);
    return { sequence, schemaVersion: Number(schemaVersion), token, tables: [...tables], lookedTo };
  }

  async state(snapshot: OltpSnapshot, former: number): Promise<SourceState | null> {
    let row;
    try {
      row = await snapshot.row(STATE, [BigInt(former)]);
    } catch (error) {
      if (await isInstalled(snapshot)) throw error;
      return null;
    }
    const [sequence = null, nonce, databaseId, schemaVersion, format, formerNonce = null] = row ?? [];
    if (typeof databaseId !== "string" || format !== BigInt(LOG_FORMAT_VERSION)) {
      throw unreadableLog(`its layout is not version ${LOG_FORMAT_VERSION}`);
    }
    // Pruning leaves the newest row.
    if (sequence === null) throw unreadableLog("it is empty, so that changes were lost from it");
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
    const captured = capturedSchema(await readFacts(snapshot));
    this.#markTransactions(captured.level);
    return captured;
  }

  async ensure(mode: TrackMode): Promise<EnsureReport> {
    this.#mode = mode;
    await using snapshot = await this.#oltp.snapshot();
    const facts = await readFacts(snapshot);
    if (typeof mode !== "string") { for (const name of mode) requireTable(facts.schema, name); }
    const inLine = facts.installed ? isEmptyPlan(planCapture(facts, mode)) : mode === "none";
    if (inLine) {
      this.#markTransactions(facts.level);
      return { added: [], renewed: [], schemaVersion: facts.schema.schemaVersion };
    }
    await snapshot.close();
    return this.#capturing((transaction) => bringInLine(transaction, mode, this.#levelOfNew));
  }

  async track(names: readonly string[] | "all", level?: CaptureLevel, idsAfter = 0): Promise<EnsureReport> {
    return this.#capturing(async (transaction) => {
      if (idsAfter > 0) await reserveIds(transaction, idsAfter, level ?? this.#levelOfNew);
      if (level !== undefined) await setLevel(transaction, level);
      const facts = await readFacts(transaction);
      if (names === "all") {
        if (facts.installed) await transaction.execute(`DELETE FROM ${TABLES_TABLE} WHERE state = 'excluded'`);
        return bringInLine(transaction, "all", this.#levelOfNew);
      }
      for (const name of names) {
        const table = requireTable(facts.schema, name);
        const obstacle = captureObstacle(facts, table);
        if (obstacle) {
          throw new RheiError("NOT_TRACKABLE", `Cannot track "${name}": ${obstacle}`, { details: { table: name } });
        }
      }
      return bringInLine(transaction, names, this.#levelOfNew);
    });
  }

  async untrack(names: readonly string[] | "all", onIds?: (ids: ReadonlyMap<string, number>) => void): Promise<void> {
    await this.#writing((transaction) =>
      names === "all" ? uninstall(transaction) : takeOut(transaction, names, this.#levelOfNew, onIds)
    );
    if (names === "all") this.#markTransactions("keys");
  }

  async runSchemaStatement(
    transaction: OltpTransaction,
    sql: string,
    params: SqlParameters = [],
  ): Promise<ExecuteResult & { readonly rows: RowSet }> {
    const hasImages = await isInstalled(transaction) && levelOf(await readMeta(transaction)) === "images";
    return hasImages
      // What was named once may have been taken out since.
      ? await runSchemaStatement(transaction, sql, params, this.#mode === "all" ? "all" : "none")
      : await transaction.execute(sql, params);
  }

  mayHaveChangedSilently(snapshot: OltpSnapshot, captured: CapturedTable, from: number): Promise<boolean> {
    return mayHaveChangedSilently(snapshot, captured, from);
  }

  async summary(snapshot: OltpSnapshot, from: number, to: number): Promise<ReadonlyMap<number, TableChanges>> {
    const counts = new Map<string, number>();
    for (let after = from; after < to; after += OPERATIONS_MAX) {
      const range = [BigInt(after), BigInt(Math.min(to, after + OPERATIONS_MAX))];
      const [operations = null] = await snapshot.row(OPERATIONS, range) ?? [];
      if (operations !== null) countWords(String(operations), counts);
    }
    return changesOf(counts);
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

  async *events(snapshot: OltpSnapshot, range: LogRange, batchRows: number): AsyncGenerator<readonly LogEvent[]> {
    const imageRange = await rangeOfImages(snapshot, range);
    if (imageRange === null) return;
    const reader = await LogEventReader.open(snapshot, imageRange, this.#columnMemory);
    yield* reader.batches(batchRows);
  }

  async commits(snapshot: OltpSnapshot, range: LogRange): Promise<readonly CommitEvent[]> {
    const imageRange = await rangeOfImages(snapshot, range);
    return imageRange === null ? [] : readCommits(snapshot, imageRange);
  }

  async layoutBefore(snapshot: OltpSnapshot, tableId: number, seq: number): Promise<readonly string[] | null> {
    if (await rangeOfImages(snapshot, { from: 0, to: seq }) === null) return null;
    return (await layoutAt(snapshot, tableId, seq))?.columns ?? null;
  }

  explainsSchema(from: number, to: number): boolean {
    let version: number | undefined = from;
    while (version !== undefined && version !== to) version = this.#ownVersions.get(version);
    return version === to;
  }

  async knowsMirror(snapshot: OltpSnapshot, mirror: string): Promise<boolean> {
    return await hasRecord(snapshot, mirror);
  }

  async prune(upTo: number, mirror: string | null = null): Promise<void> {
    const sequence = await this.#oltp.transaction(async (transaction) => {
      // The newest row stays whatever the caller says: without it numbers would be given twice.
      const { rows } = await transaction.query(`SELECT max(seq) FROM ${LOG_TABLE}`);
      const needed = Math.min(upTo, Number(rows[0]?.[0] ?? 0));
      return await recordMirror(transaction, mirror, needed, Date.now());
    }, UNMARKED);
    const { rows } = await this.#oltp.query(`SELECT min(seq) FROM ${LOG_TABLE}`);
    let from = Number(rows[0]?.[0] ?? sequence);
    while (from < sequence) {
      // Deleting holds the event loop up: whoever waits for the sync that asked for it comes first.
      await nextTurn();
      from = Math.min(from + PRUNE_ROWS_MAX, sequence);
      await this.#oltp.execute(`DELETE FROM ${LOG_TABLE} WHERE seq < ?`, [BigInt(from)]);
    }
    const meta = await readMeta(this.#oltp);
    if (levelOf(meta) === "images") {
      await this.#oltp.transaction(async (transaction) => {
        await pruneLayouts(transaction, sequence);
        await transaction.execute(`DELETE FROM ${PENDING_TABLE}`);
      }, UNMARKED);
    } else if (meta.has(IMAGES_END)) {
      await this.#writing((transaction) => forgetImages(transaction, sequence));
    }
  }

  async claim(sequence: number, mirror: string): Promise<void> {
    await this.#oltp.transaction((transaction) => recordMirror(transaction, mirror, sequence, Date.now()), UNMARKED);
  }

  async forgetMirror(mirror: string): Promise<void> {
    if (!(await isInstalled(this.#oltp))) return;
    await this.#oltp.transaction((transaction) => forgetMirror(transaction, mirror), UNMARKED);
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
    const { result, schemaVersion } = await this.#writing(async (transaction) => {
      const changes = await body(transaction);
      return { changes, level: levelOf(await readMeta(transaction)) };
    });
    this.#markTransactions(result.level);
    return { ...result.changes, schemaVersion };
  }

  /** Has the client mark the transactions it makes where the log needs it, and ask again when that may have changed. */
  #markTransactions(level: CaptureLevel): void {
    if (!this.#isAsked) {
      this.#isAsked = true;
      this.#oltp.beforeMarking?.(async () => void await this.level());
    }
    if (this.#marks === level) return;
    this.#oltp.markTransactions(level === "images" ? TRANSACTION_MARK : null);
    this.#marks = level;
  }

  /** Runs a write transaction and remembers the step of the schema version it made, to `schemaVersion`. */
  async #writing<T>(
    body: (transaction: OltpTransaction) => Promise<T>,
  ): Promise<{ readonly result: T; readonly schemaVersion: number }> {
    const [result, before, after] = await this.#oltp.transaction(async (transaction) => {
      const before = await schemaVersion(transaction);
      const result = await body(transaction);
      return [result, before, await schemaVersion(transaction)] as const;
    }, UNMARKED);
    if (before !== after) this.#ownVersions.set(before, after);
    return { result, schemaVersion: after };
  }
}

function unreadableLog(why: string): RheiError {
  return new RheiError("SYNC_FAILED", `Cannot read the change log: ${why}`, {
    hint: "Run rhei untrack, then rhei track, to make it anew",
  });
}

/** Adds up how often each word occurs in a text. */
function countWords(text: string, counts: Map<string, number>): void {
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf(" ", start);
    if (end < 0) end = text.length;
    const word = text.slice(start, end);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
}

/** What {@linkcode OPERATIONS}, counted, tell of each table. */
function changesOf(counts: ReadonlyMap<string, number>): Map<number, TableChanges> {
  const tables = new Map<number, TableChanges>();
  for (const [word, count] of counts) {
    const id = Number.parseInt(word, 10);
    const operation = word.at(-1);
    const { changes, deletions, reload } = tables.get(id) ?? { changes: 0, deletions: false, reload: false };
    tables.set(id, {
      changes: changes + (operation === "T" ? 0 : count),
      deletions: deletions || operation === "D",
      reload: reload || operation === "T",
    });
  }
  return tables;
}

/** The numbers in a list that group_concat() made. */
function idsOf(list: ExactValue): number[] {
  return list === null || list === "" ? [] : String(list).split(",").map(Number);
}

async function isInstalled(reader: SqlReader): Promise<boolean> {
  const { rows } = await reader.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [LOG_TABLE]);
  return rows.length > 0;
}

/** The part of a range that may hold images, `null` if there is none. */
async function rangeOfImages(reader: SqlReader, { from, to }: LogRange): Promise<LogRange | null> {
  if (!(await isInstalled(reader))) return null;
  const meta = await readMeta(reader);
  if (levelOf(meta) === "images") return { from, to };
  const end = Number(meta.get(IMAGES_END) ?? 0);
  return end > from ? { from, to: Math.min(to, end) } : null;
}

async function schemaVersion(reader: SqlReader): Promise<number> {
  return Number((await reader.query("SELECT schema_version FROM pragma_schema_version")).rows[0]?.[0]);
}
