import type { ChangeSource, SourcePosition, SourceState, TrackMode } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpClient, OltpSnapshot } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import { untilAborted } from "./abortable.ts";
import { announced, failuresAnnounced } from "./announce.ts";
import { CaptureUpkeep } from "./capture_upkeep.ts";
import { Exclusive } from "./exclusive.ts";
import { loadSnapshot } from "./load_snapshot.ts";
import type { Mirror } from "./mirror.ts";
import { MirrorKeeper, syncFailure } from "./mirror_keeper.ts";
import { SharedRun } from "./shared_run.ts";
import { SyncLoop } from "./sync_loop.ts";
import type { CatchUp, Lag, MirrorStatus, SyncEvent, SyncProgress, SyncReport, SyncTrouble } from "./sync_report.ts";
import { tableStatuses } from "./table_statuses.ts";
import { compareTables, type VerifyReport } from "./verify.ts";

/** Parts and options of a {@linkcode Synchronizer}. */
export interface SynchronizerOptions {
  readonly oltp: OltpClient;
  readonly olap: OlapBackend;
  readonly source: ChangeSource;
  /** Rows handed to the mirror at a time. Default 10000. */
  readonly batchRows?: number;
  /** Which tables are captured without being asked for. Default `all`. */
  readonly trackMode?: TrackMode;
  /** Hears one line of text about what a user should know: tracking begun, mirror rebuilt. */
  readonly onNotice?: (text: string) => void;
  /** Hears of every batch while whole tables are read. */
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Hears how each sync ended, and of what kept the loop from one. */
  readonly onSync?: (event: SyncEvent) => void;
}

const BATCH_ROWS = 10_000;

/** A snapshot of the source and where it stands; `null` stands for a source without capture. */
interface CapturedSnapshot {
  readonly snapshot: OltpSnapshot;
  readonly state: SourceState | null;
}

/** Keeps a mirror equal to its source by the source's change log. */
export class Synchronizer implements Mirror {
  readonly #oltp: OltpClient;
  readonly #olap: OlapBackend;
  readonly #source: ChangeSource;
  readonly #upkeep: CaptureUpkeep;
  readonly #keeper: MirrorKeeper;
  readonly #exclusive = new Exclusive();
  /** Aborted by `close`: a first load under way may be long, and nothing of it is kept before its end anyway. */
  readonly #closing = new AbortController();
  readonly #sync = new SharedRun(() => announced(() => this.#exclusive.run(() => this.#step()), this.#onSync));
  readonly #loop: SyncLoop;
  readonly #onSync: ((event: SyncEvent) => void) | undefined;
  #behindSinceMs: number | null = null;
  /** Where the source stands for sure while its data version is this one. */
  #seen: { readonly version: number; readonly position: SourcePosition | null } | null = null;

  constructor(options: SynchronizerOptions) {
    const onNotice = options.onNotice ?? (() => {});
    this.#oltp = options.oltp;
    this.#olap = options.olap;
    this.#source = options.source;
    this.#onSync = options.onSync;
    this.#upkeep = new CaptureUpkeep(options.source, options.trackMode ?? "all", onNotice);
    this.#keeper = new MirrorKeeper({
      olap: options.olap,
      source: options.source,
      batchRows: options.batchRows ?? BATCH_ROWS,
      onNotice,
      onProgress: options.onProgress,
      signal: this.#closing.signal,
    });
    this.#loop = new SyncLoop(() => this.#look(), () => this.#tidy());
  }

  async open(): Promise<SyncReport> {
    await this.#upkeep.begin();
    return this.syncNow();
  }

  syncNow(signal?: AbortSignal): Promise<SyncReport> {
    this.#assertOpen();
    return untilAborted(this.#sync.run(), signal, "sync");
  }

  async catchUp(signal?: AbortSignal): Promise<CatchUp> {
    this.#assertOpen();
    const version = this.#oltp.capabilities.separateReaders ? await this.#oltp.dataVersion() : null;
    if (version !== null && version !== this.#seen?.version && !this.#upkeep.isHeldUp) {
      // Something was committed, most likely for the mirror: the sync itself finds out.
      await this.syncNow(signal);
      this.#seen = { version, position: this.#keeper.position };
      return { kind: "fresh" };
    }
    const position = version === null || version !== this.#seen?.version
      ? await this.#source.position()
      : this.#seen.position;
    const behind = this.#notice(this.#keeper.isBehind(position));
    // A query does not wait again for a renewal that others wait for: without it tables are absent, never wrong.
    const unaware = this.#upkeep.needsRenewal(position) && !this.#upkeep.isHeldUp;
    if (behind || unaware) await this.syncNow(signal);
    return { kind: "fresh" };
  }

  async lag(): Promise<Lag> {
    this.#assertOpen();
    const position = await this.#source.position();
    if (!this.#notice(this.#keeper.isBehind(position))) return { changes: 0, milliseconds: 0 };
    const changes = Math.max(0, (position?.sequence ?? 0) - this.#keeper.watermark);
    return { changes, milliseconds: Date.now() - (this.#behindSinceMs ?? Date.now()) };
  }

  trouble(): SyncTrouble | null {
    return this.#loop.trouble;
  }

  isSyncing(): boolean {
    return this.#sync.isRunning;
  }

  catalog(): MirrorCatalog {
    return this.#keeper.catalog;
  }

  async status(): Promise<MirrorStatus> {
    this.#assertOpen();
    return {
      backend: this.#olap.name,
      tables: await tableStatuses(this.#olap, this.#keeper.contents),
      lag: await this.lag(),
      watermark: this.#keeper.watermark,
      log: await this.#source.logSize(),
      lastError: this.#loop.lastError ?? this.#upkeep.lastError,
      failures: this.#loop.failures,
    };
  }

  verify(signal?: AbortSignal): Promise<VerifyReport> {
    this.#assertOpen();
    return this.#exclusive.run(async () => {
      const { snapshot, state } = await this.#readySnapshot(() => this.#oltp.snapshot());
      await using _ = snapshot;
      await announced(() => this.#keeper.step(snapshot, state), this.#onSync);
      return await compareTables(snapshot, this.#olap, this.#keeper.contents, this.#keeper.watermark, signal);
    });
  }

  async rebuild(table?: string): Promise<SyncReport> {
    this.#assertOpen();
    if (table === undefined) {
      await this.#exclusive.run(() => this.#keeper.discard());
    } else {
      const folded = foldName(table);
      const { tables, absences } = this.#keeper.contents;
      if (!tables.has(folded) && !absences.has(folded)) {
        throw new RheiError("SQL_UNKNOWN_NAME", `Cannot rebuild "${table}": there is no such table`);
      }
      this.#keeper.reload(folded);
    }
    return this.#sync.run();
  }

  async track(names: readonly string[] | "all"): Promise<SyncReport> {
    this.#assertOpen();
    await this.#upkeep.track(names);
    return this.#sync.run();
  }

  async untrack(names: readonly string[] | "all"): Promise<SyncReport> {
    this.#assertOpen();
    await this.#upkeep.untrack(names);
    return this.#sync.run();
  }

  startLoop(intervalMs: number): void {
    this.#assertOpen();
    this.#loop.start(intervalMs);
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      await this.#loop.stop();
      await this.#sync.idle();
      // Where a commit alone is not durable. A failure leaves the log as it is, and shows when it lasts: the loop's checkpoints fail too.
      if (this.#olap.durableWatermark() !== this.#keeper.watermark) await this.#olap.checkpoint().catch(() => {});
      this.#prune(true);
    }
    await this.#exclusive.idle();
    await this.#upkeep.idle();
  }

  /** One look of the loop. */
  async #look(): Promise<boolean> {
    const position = await failuresAnnounced(async () => await this.#source.position(), this.#onSync);
    const behind = this.#notice(this.#keeper.isBehind(position));
    if (!behind && !this.#upkeep.needsRenewal(position)) return false;
    await this.#sync.run();
    return true;
  }

  async #tidy(): Promise<void> {
    await this.#olap.checkpoint();
    this.#prune(true);
  }

  /** What the mirror has on disk it does not need again from the log. */
  #prune(now = false): void {
    const durable = this.#olap.durableWatermark();
    if (durable !== null) this.#upkeep.prune(durable, now);
  }

  /** Remembers since when the mirror is known to be behind. */
  #notice(behind: boolean): boolean {
    if (behind) this.#behindSinceMs ??= Date.now();
    else this.#behindSinceMs = null;
    return behind;
  }

  async #step(): Promise<SyncReport> {
    const { snapshot, state } = await this.#readySnapshot(() =>
      this.#keeper.expectsLoads ? loadSnapshot(this.#oltp) : this.#oltp.snapshot()
    );
    await using _ = snapshot;
    const noticedMs = Date.now();
    const report = await this.#keeper.step(snapshot, state);
    // What was committed after the snapshot cannot be older than the snapshot.
    if (this.#behindSinceMs !== null) this.#behindSinceMs = noticedMs;
    this.#prune();
    return report;
  }

  /** A snapshot, one after capture was renewed if its schema is one that capture is not in line with. */
  async #readySnapshot(open: () => Promise<OltpSnapshot>): Promise<CapturedSnapshot> {
    const first = await this.#snapshotWithState(open);
    if (!this.#upkeep.needsRenewal(first.state)) return first;
    await first.snapshot.close();
    await this.#upkeep.renew();
    return this.#snapshotWithState(open);
  }

  async #snapshotWithState(open: () => Promise<OltpSnapshot>): Promise<CapturedSnapshot> {
    const snapshot = await open();
    try {
      return { snapshot, state: await this.#source.state(snapshot, this.#keeper.watermark) };
    } catch (error) {
      await snapshot.close();
      throw syncFailure(error);
    }
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new RheiError("CLOSED", "Cannot use the mirror: it is closed");
  }
}
