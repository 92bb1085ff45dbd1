import { randomUUID } from "node:crypto";
import { readSchema } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpClient, OltpSnapshot } from "../oltp/mod.ts";
import { MIRROR_FORMAT_VERSION, watermark } from "../types/mod.ts";
import { untilAborted } from "./abortable.ts";
import { announced, failuresAnnounced } from "./announce.ts";
import { performCut } from "./cut.ts";
import type { TableStep } from "./cut_plan.ts";
import { Exclusive } from "./exclusive.ts";
import { loadSnapshot } from "./load_snapshot.ts";
import type { Mirror } from "./mirror.ts";
import { ContentsCatalog, type MirrorContents, NO_CONTENTS } from "./mirror_contents.ts";
import { SharedRun } from "./shared_run.ts";
import { SyncLoop } from "./sync_loop.ts";
import {
  type AnswerLag,
  type CatchUp,
  type Lag,
  type MirrorStatus,
  NO_LAG,
  type SyncEvent,
  type SyncProgress,
  type SyncReport,
  type SyncTrouble,
} from "./sync_report.ts";
import { tableStatuses } from "./table_statuses.ts";
import { compareTables, type VerifyReport } from "./verify.ts";

/** Parts and options of a {@linkcode SnapshotMirror}. */
export interface SnapshotMirrorOptions {
  readonly oltp: OltpClient;
  /** Emptied when the mirror opens: it must be this mirror's own. */
  readonly olap: OlapBackend;
  /** Rows handed to the mirror at a time. Default 10000. */
  readonly batchRows?: number;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Hears how each reading ended, and of what kept the loop from one. */
  readonly onSync?: (event: SyncEvent) => void;
}

const BATCH_ROWS = 10_000;

/** Marks the mirror as a snapshot's: no synchronizer will take it for one of its own, and it may be emptied. */
const IDENTITY_PREFIX = "snapshot:";

/**
 * A mirror of a database to which nothing may be added: all tables as they were at one moment, read anew as a whole when asked to or
 * by the loop. Whether the database has changed since is known, so that queries for the latest state go elsewhere then.
 */
export class SnapshotMirror implements Mirror {
  readonly #options: SnapshotMirrorOptions;
  readonly #exclusive = new Exclusive();
  readonly #sync = new SharedRun(() =>
    announced(() => this.#exclusive.run(() => this.#refresh()), this.#options.onSync)
  );
  readonly #loop: SyncLoop;
  #contents: MirrorContents = NO_CONTENTS;
  #catalog = new ContentsCatalog(NO_CONTENTS, 0);
  /** The database's data version before the snapshot was read; `null` before the first load and where there is none. */
  #dataVersion: number | null = null;
  #staleSinceMs: number | null = null;
  /** When the snapshot is known to have been the present state, by `performance.now()`. */
  #presentAtMs = -Infinity;
  /** Aborted by `close`. */
  readonly #closing = new AbortController();

  constructor(options: SnapshotMirrorOptions) {
    this.#options = options;
    this.#loop = new SyncLoop(() => this.#look(), async () => {}, { idleMsMax: 0 });
  }

  /** A snapshot of before is not taken over: nothing tells how old it is. */
  async resume(): Promise<void> {}

  async open(): Promise<SyncReport> {
    const held = await this.#options.olap.state();
    if (held !== null && !held.state.databaseId.startsWith(IDENTITY_PREFIX)) {
      throw new RheiError("OLAP_UNAVAILABLE", "Cannot use the mirror read-only: it belongs to a tracked database", {
        hint: "Keep the snapshot in memory, or give it a path of its own",
      });
    }
    return this.#sync.run();
  }

  syncNow(signal?: AbortSignal): Promise<SyncReport> {
    this.#assertOpen();
    return untilAborted(this.#sync.run(), signal, "sync");
  }

  async catchUp(): Promise<CatchUp> {
    this.#assertOpen();
    if (!(await this.#isStale())) return { kind: "fresh" };
    return { kind: "stale", reason: "the database changed after the snapshot was read" };
  }

  async holdsPresent(): Promise<boolean> {
    this.#assertOpen();
    return !(await this.#isStale());
  }

  async lagWithin(lagMsMax: number): Promise<AnswerLag | null> {
    const lag = await this.answerLag();
    return lag.milliseconds !== null && lag.milliseconds <= lagMsMax ? lag : null;
  }

  async answerLag(): Promise<AnswerLag> {
    this.#assertOpen();
    const ageMs = performance.now() - this.#presentAtMs;
    if (!(await this.#isStale())) return NO_LAG;
    return { changes: 1, milliseconds: Number.isFinite(ageMs) ? ageMs : null };
  }

  async lag(): Promise<Lag> {
    this.#assertOpen();
    if (!(await this.#isStale())) return { changes: 0, milliseconds: 0 };
    return { changes: 1, milliseconds: Date.now() - (this.#staleSinceMs ?? Date.now()) };
  }

  trouble(): SyncTrouble | null {
    return this.#loop.trouble;
  }

  isSyncing(): boolean {
    return this.#sync.isRunning;
  }

  catalog(): MirrorCatalog {
    return this.#catalog;
  }

  async status(): Promise<MirrorStatus> {
    this.#assertOpen();
    return {
      backend: this.#options.olap.name,
      tables: await tableStatuses(this.#options.olap, this.#contents),
      lag: await this.lag(),
      watermark: watermark(0),
      log: { rows: 0, bytes: 0 },
      lastError: this.#loop.lastError,
      failures: this.#loop.failures,
    };
  }

  verify(signal?: AbortSignal): Promise<VerifyReport> {
    this.#assertOpen();
    return this.#exclusive.run(async () => {
      const askedMs = performance.now();
      const version = await this.#options.oltp.dataVersion();
      await using snapshot = await this.#options.oltp.snapshot();
      const isSame = version !== null && version === this.#dataVersion &&
        version === await this.#options.oltp.dataVersion();
      if (!isSame) await announced(() => this.#load(snapshot, version, askedMs), this.#options.onSync);
      return await compareTables(snapshot, this.#options.olap, this.#contents, watermark(0), signal);
    });
  }

  rebuild(): Promise<SyncReport> {
    this.#assertOpen();
    this.#dataVersion = null;
    return this.#sync.run();
  }

  track(): Promise<SyncReport> {
    return Promise.reject(readOnly("track"));
  }

  untrack(): Promise<SyncReport> {
    return Promise.reject(readOnly("untrack"));
  }

  untrackAlone(): Promise<void> {
    return Promise.reject(readOnly("untrack"));
  }

  startLoop(intervalMs: number): void {
    this.#assertOpen();
    this.#loop.start(intervalMs);
  }

  wake(): void {
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop.stop();
    await this.#sync.idle();
    await this.#exclusive.idle();
  }

  async #look(): Promise<boolean> {
    if (!(await failuresAnnounced(() => this.#isStale(), this.#options.onSync))) return false;
    await this.#sync.run();
    return true;
  }

  /** A database that tells no data version counts as changed. */
  async #isStale(): Promise<boolean> {
    const askedMs = performance.now();
    const version = await this.#options.oltp.dataVersion();
    const stale = version === null || version !== this.#dataVersion;
    if (stale) {
      this.#staleSinceMs ??= Date.now();
    } else {
      this.#staleSinceMs = null;
      this.#presentAtMs = askedMs;
    }
    return stale;
  }

  async #refresh(): Promise<SyncReport> {
    // Read before the snapshot: a commit in between makes the mirror look older than it is, never newer.
    const askedMs = performance.now();
    const version = await this.#options.oltp.dataVersion();
    if (version !== null && version === this.#dataVersion) {
      return { changes: 0, rows: 0, tables: [], durationMs: 0, watermark: watermark(0) };
    }
    await using snapshot = await loadSnapshot(this.#options.oltp);
    return await this.#load(snapshot, version, askedMs);
  }

  /** @param askedMs When the version had not been read yet. */
  async #load(snapshot: OltpSnapshot, version: number | null, askedMs: number): Promise<SyncReport> {
    const startedMs = performance.now();
    const { olap, batchRows, onProgress } = this.#options;
    const schema = await readSchema(snapshot);
    const steps = new Map<string, TableStep>();
    for (const [folded, table] of schema.tables) {
      steps.set(folded, { kind: "load", captured: { id: 0, table, replaces: false } });
    }
    for (const [folded, { name, reason }] of schema.untrackable) {
      steps.set(folded, { kind: "absent", absence: { name, reason, untracked: false, sinceMs: null, unfit: null } });
    }
    if (this.#contents.state === null) await olap.reset();
    const gone = [...this.#contents.tables].filter(([folded]) => !schema.tables.has(folded));
    const result = await performCut({
      snapshot,
      source: null,
      olap,
      contents: this.#contents,
      plan: { steps, drops: gone.map(([, table]) => table.name) },
      views: schema.views,
      state: {
        formatVersion: MIRROR_FORMAT_VERSION,
        databaseId: IDENTITY_PREFIX + randomUUID(),
        watermark: watermark(0),
        token: randomUUID(),
        previousToken: "",
        schemaVersion: schema.schemaVersion,
      },
      from: 0,
      history: null,
      batchRows: batchRows ?? BATCH_ROWS,
      signal: this.#closing.signal,
      onProgress,
    });
    this.#contents = result.contents;
    this.#catalog = new ContentsCatalog(result.contents, this.#catalog.version + 1);
    this.#dataVersion = version;
    this.#presentAtMs = askedMs;
    const rows = result.tables.reduce((sum, table) => sum + table.rows, 0);
    return {
      changes: 0,
      rows,
      tables: result.tables,
      durationMs: performance.now() - startedMs,
      watermark: watermark(0),
    };
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new RheiError("CLOSED", "Cannot use the mirror: it is closed");
  }
}

function readOnly(action: string): RheiError {
  return new RheiError("READ_ONLY", `Cannot ${action} tables: the database is open read-only`);
}
