import type { ChangeSource, SourcePosition, TrackMode } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpClient, OltpSnapshot } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import { untilAborted } from "./abortable.ts";
import { announced, failuresAnnounced } from "./announce.ts";
import { ChangeWatch } from "./change_watch.ts";
import type { CapturedSnapshot } from "./captured_snapshot.ts";
import { CaptureUpkeep } from "./capture_upkeep.ts";
import { Exclusive } from "./exclusive.ts";
import type { HistoryRetention, OnNotice } from "../types/mod.ts";
import { VersionRetirer } from "./history/retire_versions.ts";
import { LagGauge } from "./lag_gauge.ts";
import { loadSnapshot } from "./load_snapshot.ts";
import { endingHistories } from "./end_histories.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import type { Mirror, TrackingChange } from "./mirror.ts";
import { MirrorKeeper, syncFailure } from "./mirror_keeper.ts";
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

/** Parts and options of a {@linkcode Synchronizer}. */
export interface SynchronizerOptions {
  readonly oltp: OltpClient;
  readonly olap: OlapBackend;
  readonly source: ChangeSource;
  /**
   * Identity of the mirror among those of the same source: what it needs of the log stays there, though other mirrors are further.
   * Default: others need not wait for it.
   */
  readonly mirror?: string;
  /** Rows handed to the mirror at a time. Default 10000. */
  readonly batchRows?: number;
  /** What of histories is kept. Default: all. */
  readonly historyRetention?: HistoryRetention;
  /** Which tables are captured without being asked for. Default `all`. */
  readonly trackMode?: TrackMode;
  /** Hears what a user should know: tracking begun, mirror rebuilt. */
  readonly onNotice?: OnNotice;
  /** Hears of every batch while whole tables are read. */
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Hears how each sync ended, and of what kept the loop from one. */
  readonly onSync?: (event: SyncEvent) => void;
}

const BATCH_ROWS = 10_000;

/** Between two looks for versions that need not be kept. */
const RETIREMENT_INTERVAL_MS = 60_000;

/** Longest pause between two looks at a server where nothing happens, in milliseconds. */
const REMOTE_IDLE_MS_MAX = 5_000;

/** Keeps a mirror equal to its source by the source's change log. */
export class Synchronizer implements Mirror {
  readonly #oltp: OltpClient;
  readonly #olap: OlapBackend;
  readonly #source: ChangeSource;
  readonly #upkeep: CaptureUpkeep;
  readonly #keeper: MirrorKeeper;
  readonly #watch: ChangeWatch;
  readonly #gauge: LagGauge;
  readonly #exclusive = new Exclusive();
  /** Aborted by `close`: a first load under way may be long, and nothing of it is kept before its end anyway. */
  readonly #closing = new AbortController();
  readonly #sync = new SharedRun(() => announced(() => this.#exclusive.run(() => this.#step()), this.#onSync));
  readonly #loop: SyncLoop;
  readonly #onSync: ((event: SyncEvent) => void) | undefined;
  readonly #retirer: VersionRetirer | null;
  #retiredMs = -Infinity;
  /** When the last step ended that moved the mirror and left nothing to do, by `performance.now()`. */
  #steppedMs = -Infinity;
  /** When the loop looked last. */
  #lookedMs = -Infinity;

  constructor(options: SynchronizerOptions) {
    const onNotice = options.onNotice ?? (() => {});
    this.#oltp = options.oltp;
    this.#olap = options.olap;
    this.#source = options.source;
    this.#onSync = options.onSync;
    this.#retirer = options.historyRetention === undefined
      ? null
      : new VersionRetirer(options.olap, options.historyRetention);
    this.#upkeep = new CaptureUpkeep(options.source, options.mirror ?? null, options.trackMode ?? "all", onNotice);
    this.#keeper = new MirrorKeeper({
      olap: options.olap,
      source: options.source,
      mirror: options.mirror ?? null,
      batchRows: options.batchRows ?? BATCH_ROWS,
      onNotice,
      onProgress: options.onProgress,
      signal: this.#closing.signal,
    });
    this.#watch = new ChangeWatch(options.oltp, options.source);
    this.#gauge = new LagGauge(options.oltp, options.source, this.#keeper);
    // Where the data version tells that nothing happened a look costs nothing; elsewhere it is a request to a server.
    const idleMsMax = options.oltp.capabilities.local ? 0 : REMOTE_IDLE_MS_MAX;
    const tidy = () => failuresAnnounced(() => this.#tidy(), this.#onSync);
    this.#loop = new SyncLoop(() => this.#look(), tidy, { idleMsMax, doneMs: () => this.#steppedMs });
  }

  resume(): Promise<void> {
    this.#assertOpen();
    return this.#exclusive.run(async () => {
      const { snapshot, state } = await this.#snapshotWithState(() => this.#oltp.snapshot());
      await using _ = snapshot;
      if (state === null) return;
      await this.#keeper.resume(snapshot, state);
      this.#claim();
    });
  }

  async open(): Promise<SyncReport> {
    await this.#upkeep.begin();
    return this.syncNow();
  }

  syncNow(signal?: AbortSignal): Promise<SyncReport> {
    this.#assertOpen();
    return untilAborted(this.#sync.run(), signal, "sync");
  }

  async catchUp(signal?: AbortSignal, names?: readonly string[]): Promise<CatchUp> {
    this.#assertOpen();
    const askedMs = performance.now();
    const version = await this.#gauge.dataVersion();
    const seen = this.#gauge.seenAt(version);
    if (seen !== null && this.#isPresent(seen.position, askedMs)) return { kind: "fresh" };
    if (names !== undefined && await this.#watch.holdsPresent(this.#keeper, names)) return { kind: "fresh" };
    if (version !== null && this.#gauge.seenAt(version) === null && !this.#upkeep.isHeldUp) {
      // Something was committed, most likely for the mirror: the sync itself finds out.
      await this.syncNow(signal);
      this.#gauge.remember(version, this.#keeper.position);
      return { kind: "fresh" };
    }
    if (!this.#isPresent(await this.#gauge.position(version), askedMs)) await this.syncNow(signal);
    return { kind: "fresh" };
  }

  holdsPresent(names: readonly string[]): Promise<boolean> {
    this.#assertOpen();
    return this.#watch.holdsPresent(this.#keeper, names);
  }

  async lagWithin(lagMsMax: number): Promise<AnswerLag | null> {
    this.#assertOpen();
    const askedMs = performance.now();
    if (this.#gauge.wasPresentSince(askedMs - lagMsMax)) return await this.#answerLag(askedMs);
    return this.#isPresent(await this.#source.position(), askedMs) ? NO_LAG : null;
  }

  async answerLag(): Promise<AnswerLag> {
    this.#assertOpen();
    return await this.#answerLag(performance.now());
  }

  async lag(): Promise<Lag> {
    this.#assertOpen();
    return await this.#gauge.lag();
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
      const captured = await this.#readySnapshot(() => this.#oltp.snapshot());
      await using snapshot = captured.snapshot;
      await announced(() => this.#keeper.step(captured), this.#onSync);
      return await compareTables(snapshot, this.#olap, this.#keeper.contents, this.#keeper.watermark, signal);
    });
  }

  async rebuild(names: readonly string[] | "all"): Promise<SyncReport> {
    this.#assertOpen();
    if (names === "all") {
      await this.#exclusive.run(() => this.#keeper.discard());
      return this.#sync.run();
    }
    // Tables made since the last sync are met with by the next.
    if (names.some((name) => !this.#isMet(foldName(name)))) await this.#sync.run();
    const { tables, absences } = this.#keeper.contents;
    for (const name of names) {
      const folded = foldName(name);
      if (tables.has(folded) || absences.get(folded)?.unfit) continue;
      const reason = absences.get(folded)?.reason;
      if (reason === undefined) {
        throw new RheiError("SQL_UNKNOWN_NAME", `Cannot rebuild "${name}": there is no such table`);
      }
      throw new RheiError("NOT_TRACKABLE", `Cannot rebuild "${name}": ${reason}`, { details: { table: name } });
    }
    for (const name of names) this.#keeper.reload(foldName(name));
    return this.#sync.run();
  }

  #isMet(folded: string): boolean {
    const { tables, absences } = this.#keeper.contents;
    return tables.has(folded) || absences.has(folded);
  }

  async track(names: readonly string[] | "all", { level, history }: TrackingChange = {}): Promise<SyncReport> {
    this.#assertOpen();
    const ending = level === "keys" ? endingHistories(this.#keeper.contents, "all", history) : [];
    // Where capture begins anew its ids do too, and histories kept from before go by theirs.
    const idsAfter = Math.max(0, ...this.#keeper.contents.history.keys());
    await this.#upkeep.track(names, level, idsAfter);
    // Only now: a sync meanwhile would have taken the decision for one about tables still captured.
    if (history !== undefined) await this.#endHistory(ending, history);
    return this.#sync.run();
  }

  async untrack(names: readonly string[] | "all", history?: HistoryEnd): Promise<SyncReport> {
    this.#assertOpen();
    let ending = endingHistories(this.#keeper.contents, names === "all" ? "all" : [], history);
    // With the log goes what history has not been made of yet.
    if (this.#keeper.contents.history.size > 0 && history === "keep") await this.#sync.run();
    await this.#upkeep.untrack(names, (ids) => {
      ending = endingHistories(this.#keeper.contents, names, history, ids);
    });
    if (history !== undefined) await this.#endHistory(ending, history);
    return this.#sync.run();
  }

  untrackAlone(): Promise<void> {
    this.#assertOpen();
    return this.#upkeep.untrack("all");
  }

  /** Between two syncs: the next one's snapshot is of after the end of capture. */
  #endHistory(ids: readonly number[], end: HistoryEnd): Promise<void> {
    return this.#exclusive.run(() => Promise.resolve(this.#keeper.endHistory(ids, end)));
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
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      await this.#loop.stop();
      await this.#sync.idle();
      // Where a commit alone is not durable. A failure leaves the log as it is, and shows when it lasts: the loop's checkpoints fail too.
      if (this.#olap.durableWatermark() !== this.#keeper.watermark) await this.#olap.checkpoint().catch(() => {});
      this.#prune(true);
      // What is not kept will not come back for what it lacks.
      if (!this.#olap.capabilities.persistent) await this.#upkeep.leave();
    }
    await this.#exclusive.idle();
    await this.#upkeep.idle();
  }

  /** One look of the loop. */
  async #look(): Promise<boolean> {
    const askedMs = performance.now();
    const hasStepped = this.#steppedMs > this.#lookedMs;
    this.#lookedMs = askedMs;
    const version = await failuresAnnounced(() => this.#gauge.dataVersion(), this.#onSync);
    const position = await failuresAnnounced(() => this.#gauge.position(version), this.#onSync);
    const behind = this.#gauge.notice(position, askedMs);
    if (behind || this.#upkeep.needsRenewal(position)) {
      await this.#sync.run();
      this.#lookedMs = performance.now();
      return true;
    }
    this.#gauge.remember(version, position);
    // What queries had synced is to be tidied up too, once nothing happens.
    return hasStepped;
  }

  /** Whether the mirror needs no sync to hold what the source held at `position`, which was read after `askedMs`. */
  #isPresent(position: SourcePosition | null, askedMs: number): boolean {
    // A query does not wait again for a renewal that others wait for: without it tables are absent, never wrong.
    const unaware = this.#upkeep.needsRenewal(position) && !this.#upkeep.isHeldUp;
    return !this.#gauge.notice(position, askedMs) && !unaware;
  }

  #answerLag(askedMs: number): Promise<AnswerLag> {
    // The loop has looked at a server not long ago; an answer is not worth another request.
    return this.#gauge.answerLag(askedMs, !this.#oltp.capabilities.local && this.#loop.isRunning);
  }

  async #tidy(): Promise<void> {
    await this.#exclusive.run(() => this.#retire());
    await this.#olap.checkpoint();
    this.#prune(true);
  }

  /** What the mirror has on disk it does not need again from the log. */
  #prune(now = false): void {
    const durable = this.#keeper.durableWatermark;
    if (durable !== null) this.#upkeep.prune(durable, now);
  }

  /** What is on disk goes on from there. */
  #claim(): void {
    const durable = this.#olap.durableWatermark();
    if (durable !== null && !this.#oltp.readOnly) this.#upkeep.claim(durable);
  }

  async #step(): Promise<SyncReport> {
    const startedMs = performance.now();
    const captured = await this.#readySnapshot(() =>
      this.#keeper.expectsLoads ? loadSnapshot(this.#oltp) : this.#oltp.snapshot()
    );
    await using _ = captured.snapshot;
    const report = await this.#keeper.step(captured);
    this.#gauge.stepped(startedMs, captured.readMs);
    this.#prune();
    this.#claim();
    await this.#retire();
    if (report.tables.length > 0 && !this.#upkeep.isHeldUp) this.#steppedMs = performance.now();
    return report;
  }

  /** Deletes versions that need not be kept, if it has not been done lately. */
  async #retire(): Promise<void> {
    const nowMs = Date.now();
    if (this.#retirer === null || nowMs - this.#retiredMs < RETIREMENT_INTERVAL_MS) return;
    await this.#keeper.retire(this.#retirer, nowMs);
    this.#retiredMs = nowMs;
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
    const askedMs = Date.now();
    const snapshot = await open();
    try {
      const state = await this.#source.state(snapshot, this.#keeper.watermark);
      return { snapshot, state, askedMs, readMs: Date.now() };
    } catch (error) {
      await snapshot.close();
      throw syncFailure(error);
    }
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new RheiError("CLOSED", "Cannot use the mirror: it is closed");
  }
}
