import type { CapturedSchema, CaptureLevel, ChangeSource, SourceState } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import type { MirrorState, OnNotice, Watermark } from "../types/mod.ts";
import { ContentsCatalog, heldTables, type MirrorContents, NO_CONTENTS, sameCatalog } from "./mirror_contents.ts";
import { brokenHistory } from "./mirror_history.ts";
import { restoredUnfit } from "./unfit_tables.ts";

/** Parts of a {@linkcode HeldMirror}. */
export interface HeldMirrorOptions {
  readonly olap: OlapBackend;
  readonly source: ChangeSource;
  /** Identity of the mirror among those of the same source, if it has one. */
  readonly mirror: string | null;
  readonly onNotice: OnNotice;
}

/** What a step begins from. */
export interface UsableContents {
  readonly contents: MirrorContents;
  /** Whether the log does not lead from the contents to the source's state, and they hold histories: then all is to be compared. */
  readonly isBroken: boolean;
}

/** What the backend is known to hold, how surely, and whether it is of the source's own past. */
export class HeldMirror {
  readonly #options: HeldMirrorOptions;
  #contents: MirrorContents = NO_CONTENTS;
  #catalog = new ContentsCatalog(NO_CONTENTS, 0);
  /** Whether `#contents` is what the backend holds; false before the first step and after a failed one. */
  #certain = false;
  /** Whether the backend's contents, whatever of them is durable, are known to be of the source's own past. */
  #proven = false;
  /** Whether the backend was emptied on purpose, and nothing was loaded since. */
  #emptied = false;

  constructor(options: HeldMirrorOptions) {
    this.#options = options;
  }

  /** What the backend holds, or held when that was last certain. */
  get contents(): MirrorContents {
    return this.#contents;
  }

  /** The contents as queries see them. */
  get catalog(): MirrorCatalog {
    return this.#catalog;
  }

  /** Whether the contents are what the backend holds. */
  get isCertain(): boolean {
    return this.#certain;
  }

  /**
   * What of the log the mirror will not ask for again; `null` if nothing is, or as long as the backend's contents may be of another
   * source: they say nothing about this log.
   */
  get durableWatermark(): Watermark | null {
    return this.#proven ? this.#options.olap.durableWatermark() : null;
  }

  /**
   * Takes over what the backend holds from before, to be read until the first step, if its history is the source's and its schema the
   * snapshot's: views are not kept with a mirror. Gives the schema then, otherwise `null`.
   */
  async resume(snapshot: OltpSnapshot, state: SourceState): Promise<CapturedSchema | null> {
    const held = await this.#options.olap.state();
    if (held === null || held.state.schemaVersion !== state.schemaVersion) return null;
    const { source } = this.#options;
    const broken = await brokenHistory(held.state, state, (sequence) => source.tokenAt(snapshot, sequence));
    if (broken !== null) return null;
    this.#proven = true;
    const captured = await source.schema(snapshot);
    const { views } = captured.source;
    this.#show({ state: held.state, ...heldTables(held), absences: restoredUnfit(held.state), views });
    return captured;
  }

  /** The backend holds this now, as a commit has left it. */
  adopt(contents: MirrorContents): void {
    const changed = !sameCatalog(this.#contents, contents);
    if (changed || this.#catalog.version === 0) this.#show(contents);
    else this.#contents = contents;
    this.#certain = true;
    this.#proven = contents.state !== null;
    if (this.#proven) this.#emptied = false;
  }

  /** Something is under way, or has failed, that leaves open what the backend holds. */
  doubt(): void {
    this.#certain = false;
  }

  /** Whether emptying the backend may lose what the source does not give again. */
  async mayHoldHistory(): Promise<boolean> {
    if (this.#certain) return this.#contents.history.size > 0;
    const held = await this.#options.olap.state();
    // What cannot be read may be history: the next step decides about it.
    return held === null || heldTables(held).history.size > 0;
  }

  /** Empties the backend, for everything to be read anew. */
  async empty(): Promise<void> {
    const absences = new Map(this.#contents.absences);
    for (const [folded, { name }] of this.#contents.tables) {
      const reason = "it is being read anew";
      absences.set(folded, { name, reason, untracked: false, sinceMs: Date.now(), unfit: null });
    }
    this.adopt({ ...NO_CONTENTS, absences, views: this.#contents.views });
    this.doubt();
    this.#emptied = true;
    await this.#options.olap.reset();
  }

  /**
   * What the backend holds, emptied first if it is of another history than the source's and holds none itself.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE` if there are histories that are not the source's, or that cannot be read.
   */
  async usable(snapshot: OltpSnapshot, state: SourceState): Promise<UsableContents> {
    const { olap, source, onNotice } = this.#options;
    if (!this.#certain) {
      const held = await olap.state();
      if (held === null) return { contents: await this.#begin(snapshot), isBroken: false };
      const absences = new Map([...restoredUnfit(held.state), ...this.#contents.absences]);
      this.#contents = { ...this.#contents, state: held.state, ...heldTables(held), absences };
    }
    const contents = this.#contents;
    if (contents.state === null) return { contents, isBroken: false };
    const { former } = state;
    const broken = await brokenHistory(
      contents.state,
      state,
      async (sequence) => sequence === former.sequence ? former.token : await source.tokenAt(snapshot, sequence),
    );
    this.#proven = broken === null;
    if (broken === null) return { contents, isBroken: false };
    if (contents.history.size > 0) {
      assertOwnHistory(contents.state, state, broken);
      const since = new Date((contents.state.historyTime ?? 0) / 1000).toISOString();
      onNotice(
        `the mirror is compared with the database: ${broken}; history may lack changes since ${since}`,
        "mirror",
      );
      return { contents, isBroken: true };
    }
    onNotice(`the mirror is rebuilt: ${broken}`, "mirror");
    await this.empty();
    return { contents: NO_CONTENTS, isBroken: false };
  }

  /** Makes ready a backend that holds nothing, whatever it was thought to hold. */
  async #begin(snapshot: OltpSnapshot): Promise<MirrorContents> {
    const { olap, source } = this.#options;
    const { level } = await source.schema(snapshot);
    this.#forget();
    if (level === "images") await refuseUnreadable(olap);
    await olap.reset();
    if (!this.#emptied) await this.#tellOfNew(snapshot, level);
    return { ...NO_CONTENTS, absences: this.#contents.absences };
  }

  /** Says why a backend that keeps what it holds holds nothing, where that is news. */
  async #tellOfNew(snapshot: OltpSnapshot, level: CaptureLevel): Promise<void> {
    const { olap, source, mirror, onNotice } = this.#options;
    if (!olap.capabilities.persistent) return;
    // The log gives the changes since tracking began again, as long as none were pruned.
    const beginsLate = level === "images" && await source.tokenAt(snapshot, 1) === null;
    if (mirror !== null && await source.knowsMirror(snapshot, mirror)) {
      onNotice(`the mirror is rebuilt: it was lost${beginsLate ? "; history begins anew" : ""}`, "mirror");
    } else if (beginsLate) {
      onNotice("a new mirror is made: its history begins now", "mirror");
    }
  }

  #forget(): void {
    this.#proven = false;
    const { state, absences, views } = this.#contents;
    if (state !== null) this.#show({ ...NO_CONTENTS, absences, views });
  }

  #show(contents: MirrorContents): void {
    this.#contents = contents;
    this.#catalog = new ContentsCatalog(contents, this.#catalog.version + 1);
  }
}

/** @throws {RheiError} `OLAP_UNAVAILABLE` if a mirror that cannot go on by the log, and holds history, is another database's. */
function assertOwnHistory(mirror: MirrorState, source: SourceState, broken: string): void {
  if (mirror.databaseId === source.databaseId) return;
  throw new RheiError("OLAP_UNAVAILABLE", `Cannot use the mirror: ${broken}; and it holds history`, {
    hint:
      "If it is this database's: rhei untrack DB --keep-history, then rhei track DB --sync-mode temporal goes on with it; " +
      "otherwise give another folder with --olap-path, or move this one away",
    details: { mirrorOf: mirror.databaseId },
  });
}

/** @throws {RheiError} `OLAP_UNAVAILABLE` if there is a mirror that cannot be read: history may be in it, which no one else has. */
async function refuseUnreadable(olap: OlapBackend): Promise<void> {
  try {
    await (await olap.begin()).rollback();
  } catch (error) {
    throw new RheiError("OLAP_UNAVAILABLE", "Cannot use the mirror: it is unreadable, and the history was in it", {
      cause: error,
      hint: "Put a copy of it in its place, or move it away to begin a new history",
    });
  }
}
