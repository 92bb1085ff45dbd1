import type { ChangeSource, SourcePosition } from "../cdc/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { MirrorKeeper } from "./mirror_keeper.ts";
import { type AnswerLag, type Lag, NO_LAG } from "./sync_report.ts";

/** Where the source stood when its data version was this one. */
interface Seen {
  readonly version: number;
  readonly position: SourcePosition | null;
}

/**
 * Tells how far the mirror is behind its source, by looks that cost nothing where the data version tells that nothing was committed, and
 * remembers since when. Its times are of `performance.now()`, but for those a user gets.
 */
export class LagGauge {
  readonly #oltp: OltpClient;
  readonly #source: ChangeSource;
  readonly #keeper: MirrorKeeper;
  /** In milliseconds since 1970; `null` while the mirror is not known to be behind. */
  #behindSinceMs: number | null = null;
  /** When the mirror is known to have held the present state. */
  #presentAtMs = -Infinity;
  /** The newest change that is known of. */
  #newestChange = 0;
  /** Where the source stands for sure while its data version is this one. */
  #seen: Seen | null = null;

  constructor(oltp: OltpClient, source: ChangeSource, keeper: MirrorKeeper) {
    this.#oltp = oltp;
    this.#source = source;
    this.#keeper = keeper;
  }

  /** Changes when anybody commits; `null` where nothing tells. */
  async dataVersion(): Promise<number | null> {
    return this.#oltp.capabilities.separateReaders ? await this.#oltp.dataVersion() : null;
  }

  /** Where the source stands at a data version, if that is known without asking it. */
  seenAt(version: number | null): Seen | null {
    return version !== null && version === this.#seen?.version ? this.#seen : null;
  }

  /** Where the source stands, asked only if the data version, which was read before, does not tell. */
  async position(version: number | null): Promise<SourcePosition | null> {
    const seen = this.seenAt(version);
    return seen === null ? await this.#source.position() : seen.position;
  }

  /** The source stands at `position` as long as its data version is this one. */
  remember(version: number | null, position: SourcePosition | null): void {
    if (version !== null) this.#seen = { version, position };
  }

  /** Whether the mirror is behind a position read after `askedMs`; remembers since when it is known to be, or that it is not. */
  notice(position: SourcePosition | null, askedMs: number): boolean {
    this.#newestChange = position?.sequence ?? 0;
    const behind = this.#keeper.isBehind(position);
    if (behind) {
      this.#behindSinceMs ??= Date.now();
    } else {
      this.#behindSinceMs = null;
      this.#presentAtMs = Math.max(this.#presentAtMs, askedMs);
    }
    return behind;
  }

  /** A step that began at `startedMs` has brought the mirror to a snapshot that was read at `readMs`, in milliseconds since 1970. */
  stepped(startedMs: number, readMs: number): void {
    this.#presentAtMs = Math.max(this.#presentAtMs, startedMs);
    // What was committed after the snapshot cannot be older than the snapshot.
    if (this.#behindSinceMs !== null) this.#behindSinceMs = readMs;
  }

  /** Whether the mirror is known to have held at a moment, or later, what was the present state then. */
  wasPresentSince(moment: number): boolean {
    return this.#presentAtMs >= moment;
  }

  /** How far the mirror is behind the source as it is now. */
  async lag(): Promise<Lag> {
    const askedMs = performance.now();
    const position = await this.#source.position();
    if (!this.notice(position, askedMs)) return { changes: 0, milliseconds: 0 };
    return { changes: this.#missingChanges(), milliseconds: Date.now() - (this.#behindSinceMs ?? Date.now()) };
  }

  /**
   * How old an answer may be that is given from the mirror as it is now.
   *
   * @param askedMs The moment from which its age is counted: now. A look may take its time.
   * @param isKnown Whether the newest look was not long ago and will do.
   */
  async answerLag(askedMs: number, isKnown: boolean): Promise<AnswerLag> {
    const ageMs = askedMs - this.#presentAtMs;
    const changes = isKnown ? this.#missingChanges() : (await this.lag()).changes;
    return changes === 0 ? NO_LAG : { changes, milliseconds: Number.isFinite(ageMs) ? ageMs : null };
  }

  #missingChanges(): number {
    return Math.max(0, this.#newestChange - this.#keeper.watermark);
  }
}
