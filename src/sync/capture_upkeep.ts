import { AsyncResource } from "node:async_hooks";
import {
  type CaptureLevel,
  captureNotices,
  type ChangeSource,
  type EnsureReport,
  type SourcePosition,
  type TrackMode,
} from "../cdc/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { OnNotice } from "../types/mod.ts";

/**
 * How long a sync waits for the write lock that renewing capture needs, in milliseconds. The lock may be held by a transaction that
 * waits for the very query that waits for this sync; the tables concerned then stay absent until the lock is free.
 */
const CAPTURE_WAIT_MS = 250;

/** Log rows the mirror has passed before they are deleted: a write transaction for every few rows would not pay. */
const PRUNE_ROWS_MIN = 1000;

/** So long after the last time a few are reason enough, in milliseconds: other mirrors are to know that this one is there. */
const PRUNE_MS_MAX = 60_000;

/**
 * The writes into the source that keep capture going: triggers renewed after schema changes, the log pruned. They run apart from the
 * syncs that cause them, for they need the write lock and a sync must not wait for it long. A failure is kept in `lastError` and
 * tried again; nothing depends on its success but the presence of tables and the size of the log.
 */
export class CaptureUpkeep {
  readonly #source: ChangeSource;
  readonly #mirror: string | null;
  readonly #onNotice: OnNotice;
  /** Calls may come from inside a transaction body, of which this work is no part. */
  readonly #scope = new AsyncResource("rhei.CaptureUpkeep");
  #mode: TrackMode;
  #renewal: Promise<void> | null = null;
  #pruning: Promise<void> | null = null;
  #pruned = 0;
  #prunedAtMs = Date.now();
  /** Whether other mirrors know by now that this one is there. */
  #isKnown = false;
  #lastError: Error | null = null;
  /** The schema version that capture was last brought in line with; `null` before the first time. */
  #inLineWith: number | null = null;
  #hasFailed = false;

  /** @param mirror Identity of the mirror, so that other mirrors of the source leave in the log what it needs; `null`: they need not. */
  constructor(source: ChangeSource, mirror: string | null, mode: TrackMode, onNotice: OnNotice) {
    this.#source = source;
    this.#mirror = mirror;
    this.#mode = mode;
    this.#onNotice = onNotice;
  }

  /** The last failure, until the next success. */
  get lastError(): Error | null {
    return this.#lastError;
  }

  /**
   * Whether the schema at a position is one that capture was not brought in line with, so that tables may be absent which need not be.
   * Where the mirror stands does not tell: it may have been brought to a schema that changed after capture was looked at.
   */
  needsRenewal(position: SourcePosition | null): boolean {
    return position !== null && position.schemaVersion !== this.#inLineWith;
  }

  /** Whether a renewal is under way, or the last one failed: another is likely to wait for the same lock. */
  get isHeldUp(): boolean {
    return this.#renewal !== null || this.#hasFailed;
  }

  /** Captures what the mode asks for, however long it takes. */
  async begin(): Promise<void> {
    this.#note(await this.#source.ensure(this.#mode));
  }

  /** Captures these tables from now on, or all, later ones included; `idsAfter` as {@linkcode ChangeSource.track} takes it. */
  async track(names: readonly string[] | "all", level: CaptureLevel | undefined, idsAfter: number): Promise<void> {
    const report = await this.#source.track(names, level, idsAfter);
    // What a change of mode renews is no news.
    this.#note(level === undefined ? report : { ...report, renewed: [] });
    if (names === "all") this.#mode = names;
  }

  /** As {@linkcode ChangeSource.untrack}, for good. */
  async untrack(names: readonly string[] | "all", onIds?: (ids: ReadonlyMap<string, number>) => void): Promise<void> {
    await this.#source.untrack(names, onIds);
    // What a user took out must not come back by itself.
    if (names === "all") {
      this.#mode = "none";
    } else if (typeof this.#mode !== "string") {
      const out = new Set(names.map(foldName));
      this.#mode = this.#mode.filter((name) => !out.has(foldName(name)));
    }
  }

  /** Renews capture after a schema change, in the time a query may wait for it. A renewal under way is not waited for again. */
  async renew(): Promise<void> {
    if (this.#renewal !== null) return;
    const renewal = this.#scope.runInAsyncScope(() => this.#renew());
    this.#renewal = renewal;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([renewal, new Promise<void>((resolve) => timer = setTimeout(resolve, CAPTURE_WAIT_MS))]);
    clearTimeout(timer);
  }

  async #renew(): Promise<void> {
    try {
      // Where capture was ended, by whomever, it is not begun again behind the user's back.
      const mode = await this.#source.position() === null ? "none" : this.#mode;
      this.#note(await this.#source.ensure(mode));
      this.#lastError = null;
      this.#hasFailed = false;
    } catch (error) {
      this.#lastError = asError(error);
      this.#hasFailed = true;
    } finally {
      this.#renewal = null;
    }
  }

  /** Deletes log rows before `sequence` once they are many, or at once if `now`. */
  prune(sequence: number, now = false): void {
    const due = now || Date.now() - this.#prunedAtMs > PRUNE_MS_MAX;
    const least = due ? 1 : PRUNE_ROWS_MIN;
    if (this.#pruning !== null || sequence - this.#pruned < least) return;
    this.#pruning = this.#scope.runInAsyncScope(async () => {
      try {
        await this.#source.prune(sequence, this.#mirror);
        this.#pruned = sequence;
        this.#isKnown = true;
        this.#prunedAtMs = Date.now();
      } catch (error) {
        this.#lastError = asError(error);
      } finally {
        this.#pruning = null;
      }
    });
  }

  /**
   * Has other mirrors leave in the log what this one needs from `sequence` on, if none of them was told yet and it keeps history: a mirror
   * of present rows is only rebuilt when it comes too late, but history would miss what they pruned.
   */
  claim(sequence: number): void {
    const mirror = this.#mirror;
    if (mirror === null || this.#isKnown || this.#pruning !== null || !this.#source.holdsImages) return;
    this.#pruning = this.#scope.runInAsyncScope(async () => {
      try {
        await this.#source.claim(sequence, mirror);
        this.#isKnown = true;
      } catch (error) {
        this.#lastError = asError(error);
      } finally {
        this.#pruning = null;
      }
    });
  }

  /** Ends the mirror's claim on the log, once nothing is under way. */
  async leave(): Promise<void> {
    await this.idle();
    // It ends by itself after a while: a failure only costs space until then.
    if (this.#mirror !== null) await this.#source.forgetMirror(this.#mirror).catch(() => {});
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#renewal;
    await this.#pruning;
  }

  #note(report: EnsureReport): void {
    this.#inLineWith = report.schemaVersion;
    for (const { text, kind } of captureNotices(report)) this.#onNotice(text, kind);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
