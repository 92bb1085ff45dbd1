import { setTimeout as sleep } from "node:timers/promises";
import type { TrackMode } from "../cdc/mod.ts";
import { messageOf, RheiError } from "../errors/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import {
  backOffMs,
  type Mirror,
  sourceTableStatuses,
  type SyncEvent,
  type SyncReport,
  undecidedHistory,
} from "../sync/mod.ts";
import { createMirror } from "./create_mirror.ts";
import type { EngineStatus } from "./engine_status.ts";
import { openOlap } from "./open_olap.ts";
import type { ResolvedOptions } from "./open_options.ts";
import { SourceCapture } from "./source_capture.ts";
import type { HistoryEnd } from "./track_options.ts";

/** The mirror once its backend is open. It may hold a state of before, or nothing yet. */
export interface AttachedMirror {
  readonly backend: OlapBackend;
  readonly sync: Mirror;
  /** The catalog as of now; its version tells whether it changed, 0 that nothing is held. */
  readonly catalog: MirrorCatalog;
}

/** The mirror once its first sync is done. */
export interface OpenMirror extends AttachedMirror {
  /** What opening it did: the first load, or catching up with what was committed while it was closed. */
  readonly opened: SyncReport;
}

/** The part of a status that does not come from the options. */
export type HostStatus = Omit<EngineStatus, "database" | "mirrorPath" | "readOnly" | "syncMode">;

/**
 * Holds capture, backend and sync together, and opens backend and sync when they are first needed: a point read waits neither for the
 * first load of a large database nor for the start of DuckDB.
 */
export class MirrorHost {
  /** Name of the backend, known before it is open. */
  readonly backendName: string;
  /** Goes on whether the mirror can be used or not. */
  readonly capture: SourceCapture;
  readonly #oltp: OltpClient;
  readonly #options: ResolvedOptions;
  readonly #onSync: ((event: SyncEvent) => void) | undefined;
  readonly #openBackend: (options: ResolvedOptions) => Promise<OlapBackend>;
  #intervalMs: number;
  /** What a mirror is to capture that is attached from now on. */
  #track: TrackMode;
  #attaching: Promise<AttachedMirror> | null = null;
  #attached: AttachedMirror | null = null;
  #opening: Promise<OpenMirror> | null = null;
  #current: OpenMirror | null = null;
  #openingFailure: Error | null = null;
  /** Whether the background rests before it tries again to open the mirror. */
  #resting = false;
  #progressAtMs = Date.now();
  /** The last failure told to the user: the same one is told once. */
  #failureTold = "";
  readonly #closing = new AbortController();
  /** The opening in the background, with its further attempts. */
  #background: Promise<void> = Promise.resolve();

  /**
   * @param onSync Hears how each sync ended, besides who the options name.
   * @param openBackend Opens what the options ask for.
   */
  constructor(
    oltp: OltpClient,
    options: ResolvedOptions,
    onSync?: (event: SyncEvent) => void,
    openBackend: (options: ResolvedOptions) => Promise<OlapBackend> = openOlap,
  ) {
    this.#openBackend = openBackend;
    this.backendName = options.backend;
    this.#intervalMs = options.syncIntervalMs;
    this.#track = options.track;
    this.#onSync = onSync;
    this.#oltp = oltp;
    this.#options = options;
    this.capture = new SourceCapture(oltp, options);
  }

  /** Begins to capture changes, and opens the mirror in the background if the sync loop is wanted. */
  async begin(): Promise<void> {
    // A failure is told as a notice: the database can be used all the same, and history then begins with the next sync that succeeds.
    if (await this.capture.begin()) await this.open().catch(() => {});
    if (await this.#losesHistory()) {
      this.#options.onNotice("the mirror is in memory: the history in it ends with this process", "history");
    }
    if (this.#intervalMs > 0) this.#background = this.#openInBackground();
  }

  /** Whether the database keeps its rows when the process ends and its mirror does not keep their history. */
  async #losesHistory(): Promise<boolean> {
    const { mirrorPath, source, readOnly } = this.#options;
    if (mirrorPath !== null || readOnly || ("path" in source && source.path === ":memory:")) return false;
    return await this.capture.syncMode() === "temporal";
  }

  /** The mirror if its first sync is done. */
  get current(): OpenMirror | null {
    return this.#current;
  }

  /** The mirror if its backend is open. */
  get attached(): AttachedMirror | null {
    return this.#attached;
  }

  /** The process that has the mirror, if another one has it; `pid` is `null` where that is not known. */
  get holder(): { readonly pid: number | null } | null {
    const failure = this.#attached === null ? this.#openingFailure : null;
    if (!(failure instanceof RheiError) || failure.code !== "OLAP_UNAVAILABLE" || !failure.retryable) return null;
    const { pid } = failure.details;
    return { pid: typeof pid === "number" ? pid : null };
  }

  /** How mirror and source stand; where another process has the mirror, what the source alone tells. */
  async status(): Promise<HostStatus> {
    try {
      return { ...await (await this.require()).sync.status(), heldBy: null };
    } catch (error) {
      const heldBy = this.holder;
      if (heldBy === null) throw error;
      return {
        backend: this.backendName,
        tables: await sourceTableStatuses(this.#oltp, this.capture.log),
        lag: null,
        watermark: null,
        log: await this.capture.log.logSize(),
        lastError: null,
        failures: 0,
        heldBy,
      };
    }
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

  /** Tells the loop that something may have been committed. */
  wake(): void {
    this.#current?.sync.wake();
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
   * The mirror, opened and loaded on first use, for what goes on without it: the user is told of a failure. A failed opening is tried
   * again by the next caller.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE`, `SYNC_FAILED`, `CLOSED`.
   */
  async open(): Promise<OpenMirror> {
    try {
      return await this.require();
    } catch (error) {
      this.#tell(error);
      throw error;
    }
  }

  /** The same for what cannot do without the mirror: of a failure the user hears from the error alone. */
  require(): Promise<OpenMirror> {
    if (this.#isClosed) throw new RheiError("CLOSED", "Cannot use the mirror: the database is closed");
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null;
      throw this.#remembered(error);
    });
    return this.#opening;
  }

  /**
   * The mirror with its backend open, for a query that may do without the first sync. While the background rests after a failure, that
   * failure is the answer: a query is in a hurry.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE`, `SYNC_FAILED`, `CLOSED`.
   */
  async attach(): Promise<AttachedMirror> {
    if (this.#isClosed) throw new RheiError("CLOSED", "Cannot use the mirror: the database is closed");
    if (this.#resting && this.#openingFailure !== null) throw this.#openingFailure;
    try {
      return await this.#attach();
    } catch (error) {
      this.#tell(error);
      throw this.#remembered(error);
    }
  }

  /** Brings the mirror up to date; the report is of the opening when this call opens it. */
  async syncNow(signal: AbortSignal | undefined): Promise<SyncReport> {
    const opens = this.#opening === null;
    const { sync, opened } = await this.require();
    return opens ? opened : sync.syncNow(signal);
  }

  /**
   * Ends the capture of tables; that of everything also where the mirror cannot be used, unless that is likely to pass: another process
   * has it, or history to be kept is not made of the log yet.
   */
  async untrack(names: readonly string[] | "all", history: HistoryEnd | undefined): Promise<void> {
    let sync: Mirror | null;
    try {
      sync = (await this.require()).sync;
    } catch (error) {
      const passes = this.holder !== null || (history === "keep" && error instanceof RheiError && error.retryable);
      if (names !== "all" || passes || this.#oltp.readOnly || this.#isClosed) throw error;
      sync = await this.#endCapture(error, history);
    }
    await sync?.untrack(names, history);
  }

  /** Ends all capture without the mirror. Gives the mirror if it can be used then: it may have been the log that could not be read. */
  async #endCapture(failure: unknown, history: HistoryEnd | undefined): Promise<Mirror | null> {
    // What is in another database's mirror does not end with this one's capture, nor is it this one's to discard.
    const isOthers = failure instanceof RheiError && failure.details["mirrorOf"] !== undefined;
    if (!isOthers && history === undefined && await this.capture.log.level() === "images") {
      throw undecidedHistory("the history in the mirror");
    }
    this.#track = "none";
    await (this.#attached?.sync.untrackAlone() ?? this.capture.log.untrack("all"));
    if (isOthers) {
      if (history === "discard") {
        this.#options.onNotice("the mirror stays as it is: its history is not of this tracking", "mirror");
      }
      return null;
    }
    try {
      const { sync } = await this.#attach();
      await sync.syncNow();
      return sync;
    } catch (error) {
      this.#options.onNotice(`the mirror stays as it is: ${messageOf(error)}`, "mirror");
      return null;
    }
  }

  /** Ends the sync loop and closes the backend, waiting for what is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    // A failed opening left nothing open, and was reported to whoever asked for it.
    const mirror = await this.#attaching?.catch(() => null);
    // Ends a first load under way, and with it the background.
    await mirror?.sync.close();
    await this.#background;
    await this.#opening?.catch(() => null);
    await mirror?.backend.close();
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
        this.#resting = true;
        // Closing ends the pause, and so the attempts.
        await sleep(pauseMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {});
        this.#resting = false;
      }
    }
  }

  #attach(): Promise<AttachedMirror> {
    return this.#attaching ??= this.#openAttached().catch((error) => {
      this.#attaching = null;
      throw error;
    });
  }

  async #openAttached(): Promise<AttachedMirror> {
    const backend = await this.#openBackend(this.#options);
    const sync = createMirror({
      oltp: this.#oltp,
      olap: backend,
      log: this.capture.log,
      track: this.#track,
      onStep: () => this.#progressAtMs = Date.now(),
      onSync: this.#onSync,
    }, this.#options);
    try {
      await sync.resume();
    } catch (error) {
      await sync.close();
      await backend.close();
      throw error;
    }
    return this.#attached = {
      backend,
      sync,
      get catalog() {
        return sync.catalog();
      },
    };
  }

  async #open(): Promise<OpenMirror> {
    const { backend, sync } = await this.#attach();
    const opened = await sync.open();
    if (this.#intervalMs > 0) sync.startLoop(this.#intervalMs);
    this.#openingFailure = null;
    if (this.#failureTold !== "") this.#options.onNotice("the mirror can be used again", "mirror");
    this.#failureTold = "";
    return this.#current = {
      backend,
      sync,
      opened,
      get catalog() {
        return sync.catalog();
      },
    };
  }

  #remembered(error: unknown): unknown {
    this.#openingFailure = error instanceof Error ? error : new Error(String(error));
    return error;
  }

  #tell(error: unknown): void {
    const text = messageOf(error);
    if (text === this.#failureTold || this.#isClosed) return;
    this.#failureTold = text;
    this.#options.onNotice(`${text}; until it can be used, libSQL answers every query`, "mirror");
  }
}
