import { setTimeout as sleep } from "node:timers/promises";
import { captureNotices, TriggerLog } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import {
  backOffMs,
  type Mirror,
  SnapshotMirror,
  type SyncEvent,
  Synchronizer,
  type SyncProgress,
  type SyncReport,
} from "../sync/mod.ts";
import type { ResolvedOptions } from "./open_options.ts";

/** The mirror once its backend is open and its first load is done. */
export interface OpenMirror {
  readonly backend: OlapBackend;
  readonly sync: Mirror;
  /** What opening it did: the first load, or catching up with what was committed while it was closed. */
  readonly opened: SyncReport;
  /** The catalog as of now; its version tells whether it changed. */
  readonly catalog: MirrorCatalog;
}

/**
 * Wires capture, backend and sync together, and opens backend and sync when they are first needed: a point read waits neither for the
 * first load of a large database nor for the start of DuckDB.
 */
export class MirrorHost {
  /** Name of the backend, known before it is open. */
  readonly backendName: string;
  readonly #oltp: OltpClient;
  readonly #options: ResolvedOptions;
  readonly #source: TriggerLog;
  readonly #onSync: ((event: SyncEvent) => void) | undefined;
  #intervalMs: number;
  #opening: Promise<OpenMirror> | null = null;
  #current: OpenMirror | null = null;
  #openingFailure: Error | null = null;
  #progressAtMs = Date.now();
  /** The last failure told to the user: the same one is told once. */
  #failureTold = "";
  readonly #closing = new AbortController();
  /** The opening in the background, with its further attempts. */
  #background: Promise<void> = Promise.resolve();

  /** @param onSync Hears how each sync ended, besides who the options name. */
  constructor(oltp: OltpClient, options: ResolvedOptions, onSync?: (event: SyncEvent) => void) {
    this.backendName = options.backend;
    this.#intervalMs = options.syncIntervalMs;
    this.#onSync = onSync;
    this.#oltp = oltp;
    this.#options = options;
    this.#source = new TriggerLog(oltp);
  }

  /** Begins to capture changes, and opens the mirror in the background if the sync loop is wanted. */
  async begin(): Promise<void> {
    const { track } = this.#options;
    if (!this.#oltp.readOnly && track !== "none") {
      for (const notice of captureNotices(await this.#source.ensure(track))) this.#options.onNotice(notice);
    }
    if (this.#intervalMs > 0) this.#background = this.#openInBackground();
  }

  /** The mirror if it is open. */
  get current(): OpenMirror | null {
    return this.#current;
  }

  /** Why the last attempt to open it failed, if it did. */
  get openingFailure(): Error | null {
    return this.#openingFailure;
  }

  /** Pause between two steps of the loop, in milliseconds; 0 when there is none. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** When rows or the end of a sync were last heard of, in milliseconds since 1970. */
  get progressAtMs(): number {
    return this.#progressAtMs;
  }

  /** Changes the pause of the loop from now on; 0 ends the loop. */
  async setInterval(intervalMs: number): Promise<void> {
    const before = this.#intervalMs;
    this.#intervalMs = intervalMs;
    const sync = this.#current?.sync;
    if (sync !== undefined) {
      if (intervalMs > 0) sync.startLoop(intervalMs);
      else await sync.stop();
    } else if (before === 0 && intervalMs > 0) {
      this.#background = this.#background.then(() => this.#openInBackground());
    }
  }

  /**
   * The mirror, opened and loaded on first use. A failed opening is tried again by the next caller.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE`, `SYNC_FAILED`, `CLOSED`.
   */
  open(): Promise<OpenMirror> {
    if (this.#isClosed) throw new RheiError("CLOSED", "Cannot use the mirror: the database is closed");
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null;
      this.#openingFailure = error;
      this.#tell(error);
      throw error;
    });
    return this.#opening;
  }

  /** Brings the mirror up to date; the report is of the opening when this call opens it. */
  async syncNow(signal: AbortSignal | undefined): Promise<SyncReport> {
    const opens = this.#opening === null;
    const { sync, opened } = await this.open();
    return opens ? opened : sync.syncNow(signal);
  }

  /** Ends the sync loop and closes the backend, waiting for what is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#background;
    // A failed opening left nothing open, and was reported to whoever asked for it.
    const mirror = await this.#opening?.catch(() => null);
    if (mirror === null || mirror === undefined) return;
    await mirror.sync.close();
    await mirror.backend.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Opens the mirror, and again as long as what went wrong may mend by itself: nobody may ask for it for a long time. */
  async #openInBackground(): Promise<void> {
    for (let failures = 1; !this.#isClosed; failures++) {
      const startedMs = performance.now();
      try {
        await this.open();
        return;
      } catch (error) {
        // Its user was told; whatever needs the mirror next tries to open it again, and reports why it cannot.
        if (!(error instanceof RheiError) || !error.retryable) return;
        const pauseMs = backOffMs({ error, failures, tookMs: performance.now() - startedMs }, this.#intervalMs);
        // Closing ends the pause, and so the attempts.
        await sleep(pauseMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  /** Loads the backend on first use: DuckDB's library takes longer to load than a point read to run. */
  async #openBackend(): Promise<OlapBackend> {
    const { backend, mirrorPath, threads, memoryLimitBytes } = this.#options;
    const options = {
      path: mirrorPath,
      ...(threads === undefined ? {} : { threads }),
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
    if (backend === "arrow") return (await import("../olap/arrow/mod.ts")).openArrow(options);
    return (await import("../olap/duckdb/mod.ts")).openDuckdb(options);
  }

  async #open(): Promise<OpenMirror> {
    const backend = await this.#openBackend();
    const sync = this.#synchronizer(backend);
    let opened: SyncReport;
    try {
      opened = await sync.open();
    } catch (error) {
      await sync.close();
      await backend.close();
      throw error;
    }
    if (this.#intervalMs > 0) sync.startLoop(this.#intervalMs);
    this.#openingFailure = null;
    return this.#current = {
      backend,
      sync,
      opened,
      get catalog() {
        return sync.catalog();
      },
    };
  }

  #synchronizer(olap: OlapBackend): Mirror {
    const { onNotice, onProgress, onSync, syncBatchRows, track } = this.#options;
    const parts = {
      oltp: this.#oltp,
      olap,
      batchRows: syncBatchRows,
      onNotice,
      onProgress: ({ table, rowsDone, rowsTotal }: SyncProgress) => {
        this.#progressAtMs = Date.now();
        onProgress({ phase: "load", table, rowsDone, rowsTotal });
      },
      onSync: (event: SyncEvent) => {
        if (event.kind === "synced") this.#progressAtMs = Date.now();
        this.#onSync?.(event);
        onSync?.(event);
      },
    };
    return this.#oltp.readOnly
      ? new SnapshotMirror(parts)
      : new Synchronizer({ ...parts, source: this.#source, trackMode: track });
  }

  #tell(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (text === this.#failureTold || this.#isClosed) return;
    this.#failureTold = text;
    this.#options.onNotice(`${text}; until it can be used, libSQL answers every query`);
  }
}
