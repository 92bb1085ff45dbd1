import {
  type CapturedSchema,
  type CaptureLevel,
  type ChangeSource,
  showsEveryStep,
  type SourcePosition,
  type SourceState,
  type TableChanges,
} from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import { MIRROR_FORMAT_VERSION, type MirrorState, type TableHistory, type Watermark, watermark } from "../types/mod.ts";
import type { CapturedSnapshot } from "./captured_snapshot.ts";
import { performCut } from "./cut.ts";
import { planCut } from "./cut_plan.ts";
import { endHistories, type KeptHistories } from "./end_histories.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import type { VersionRetirer } from "./history/retire_versions.ts";
import {
  byTable,
  ContentsCatalog,
  heldTables,
  type MirrorContents,
  NO_CONTENTS,
  sameCatalog,
} from "./mirror_contents.ts";
import type { WatchedMirror } from "./change_watch.ts";
import { brokenHistory } from "./mirror_history.ts";
import type { SyncProgress, SyncReport, TableReport } from "./sync_report.ts";
import { restoredUnfit, restUntilMs, stillUnfitTables } from "./unfit_tables.ts";

/** Parts of a {@linkcode MirrorKeeper}. */
export interface MirrorKeeperOptions {
  readonly olap: OlapBackend;
  readonly source: ChangeSource;
  /** Identity of the mirror among those of the same source, if it has one. */
  readonly mirror: string | null;
  readonly batchRows: number;
  readonly onNotice: (text: string) => void;
  readonly onProgress: ((progress: SyncProgress) => void) | undefined;
  /** Abandons a step under way. */
  readonly signal: AbortSignal;
}

/**
 * Knows what the mirror holds and moves it from one committed state of the source to a later one. Its calls must not overlap.
 */
export class MirrorKeeper implements WatchedMirror {
  readonly #options: MirrorKeeperOptions;
  #contents: MirrorContents = NO_CONTENTS;
  #catalog = new ContentsCatalog(NO_CONTENTS, 0);
  /** The schema as read at `#contents`, good while its version stays. */
  #captured: CapturedSchema | null = null;
  /** Whether `#contents` is what the backend holds; false before the first step and after a failed one. */
  #certain = false;
  /** Whether the backend's contents, whatever of them is durable, are known to be of the source's own past. */
  #proven = false;
  /** Whether the backend was emptied on purpose, and nothing was loaded since. */
  #emptied = false;
  /** Folded names of tables to read anew. */
  readonly #reload = new Set<string>();
  /** What was decided for histories that end, by table id. */
  readonly #historyEnds = new Map<number, HistoryEnd>();
  /** Whether all tables are to be read anew. */
  #reloadsAll = false;
  /** Whether the log does not lead from the mirror's state to the source's: then all is compared, and histories stay. */
  #isBroken = false;
  /** Whether histories hold what the log does not give again, and it is not on disk yet. */
  #owesCheckpoint = false;

  constructor(options: MirrorKeeperOptions) {
    this.#options = options;
  }

  get contents(): MirrorContents {
    return this.#contents;
  }

  get catalog(): MirrorCatalog {
    return this.#catalog;
  }

  get captured(): CapturedSchema | null {
    return this.#captured;
  }

  get reloading(): ReadonlySet<string> {
    return this.#reload;
  }

  get watermark(): Watermark {
    return this.#contents.state?.watermark ?? watermark(0);
  }

  /**
   * What of the log the mirror will not ask for again; `null` if nothing is, or as long as the backend's contents may be of another
   * source: they say nothing about this log.
   */
  get durableWatermark(): Watermark | null {
    return this.#proven ? this.#options.olap.durableWatermark() : null;
  }

  /** Where the mirror stands; `null` stands for a source without capture. */
  get position(): SourcePosition | null {
    const { state } = this.#contents;
    return state === null ? null : { sequence: state.watermark, schemaVersion: state.schemaVersion };
  }

  /** Whether the mirror lacks something the source has at a position; `null` stands for a source without capture. */
  isBehind(position: SourcePosition | null): boolean {
    const { state } = this.#contents;
    if (!this.#certain || this.#reload.size > 0 || this.#historyEnds.size > 0 || this.#owesExamination()) return true;
    if (position === null || state === null) return position !== null || state !== null;
    return position.sequence !== state.watermark || position.schemaVersion !== state.schemaVersion;
  }

  /** Whether an unfit table that may fit has rested long enough. */
  #owesExamination(): boolean {
    for (const { unfit } of this.#contents.absences.values()) {
      if (unfit?.mayFit && Date.now() >= restUntilMs(unfit)) return true;
    }
    return false;
  }

  /** Whether the next step is likely to read whole tables. */
  get expectsLoads(): boolean {
    return this.#contents.state === null || !this.#certain || this.#reload.size > 0;
  }

  /**
   * Takes over what the backend holds from before, to be read until the first step, if its history is the source's and its schema the
   * snapshot's: views are not kept with a mirror.
   */
  async resume(snapshot: OltpSnapshot, state: SourceState): Promise<void> {
    const held = await this.#options.olap.state();
    if (held === null || held.state.schemaVersion !== state.schemaVersion) return;
    const { source } = this.#options;
    const broken = await brokenHistory(held.state, state, (sequence) => source.tokenAt(snapshot, sequence));
    if (broken !== null) return;
    this.#proven = true;
    const captured = await source.schema(snapshot);
    this.#captured = captured;
    const { views } = captured.source;
    const absences = restoredUnfit(held.state);
    this.#contents = { state: held.state, ...heldTables(held), absences, views };
    this.#catalog = new ContentsCatalog(this.#contents, this.#catalog.version + 1);
  }

  /** Has a table read anew at the next step. */
  reload(folded: string): void {
    this.#reload.add(folded);
  }

  /** Decides what becomes of the histories of tables that are captured no more at the next step; they are kept otherwise. */
  endHistory(ids: Iterable<number>, end: HistoryEnd): void {
    for (const id of ids) this.#historyEnds.set(id, end);
  }

  /** Has everything read anew at the next step: empties the mirror, or compares it with the source where it holds histories. */
  async discard(): Promise<void> {
    if (this.#contents.history.size > 0) {
      this.#reloadsAll = true;
      this.#certain = false;
      return;
    }
    const absences = new Map(this.#contents.absences);
    for (const [folded, { name }] of this.#contents.tables) {
      const reason = "it is being read anew";
      absences.set(folded, { name, reason, untracked: false, sinceMs: Date.now(), unfit: null });
    }
    this.#adopt({ ...NO_CONTENTS, absences, views: this.#contents.views });
    this.#certain = false;
    this.#emptied = true;
    await this.#options.olap.reset();
  }

  /**
   * Moves the mirror to a snapshot's state.
   *
   * @throws {RheiError} `SYNC_FAILED`; the mirror's watermark is then unchanged.
   */
  async step(captured: CapturedSnapshot): Promise<SyncReport> {
    const startedMs = performance.now();
    try {
      const { changes, tables } = await this.#step(captured);
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      return { changes, rows, tables, durationMs: performance.now() - startedMs, watermark: this.watermark };
    } catch (error) {
      throw syncFailure(error);
    }
  }

  async #step(
    { snapshot, state, askedMs, readMs }: CapturedSnapshot,
  ): Promise<{ changes: number; tables: readonly TableReport[] }> {
    const { source, olap } = this.#options;
    if (state === null) return this.#empty(snapshot);
    const contents = await this.#usableContents(snapshot, state);
    if (!this.isBehind(state)) return { changes: 0, tables: [] };

    const isBroken = this.#isBroken;
    const from = isBroken ? state.sequence : contents.state?.watermark ?? 0;
    const sameSchema = this.#certain && contents.state?.schemaVersion === state.schemaVersion;
    const captured = sameSchema && this.#captured ? this.#captured : await source.schema(snapshot);
    const summary: ReadonlyMap<number, TableChanges> = contents.state === null || isBroken
      ? new Map()
      : await source.summary(snapshot, from, state.sequence);
    const reload = new Set(isBroken || this.#reloadsAll ? captured.captured.keys() : this.#reload);
    if (contents.state !== null && !this.isSchemaExplained(contents.state.schemaVersion, captured)) {
      for (const [folded, table] of captured.captured) {
        if (!contents.tables.has(folded) && !contents.history.has(table.id)) continue;
        if (await source.mayHaveChangedSilently(snapshot, table, from)) reload.add(folded);
      }
    }
    const stillUnfit = await stillUnfitTables(snapshot, contents, captured, summary);
    const plan = planCut({ contents, captured, summary, reload, stillUnfit, nowMs: readMs });
    const newState = {
      formatVersion: MIRROR_FORMAT_VERSION,
      databaseId: state.databaseId,
      watermark: watermark(state.sequence),
      token: state.token,
      previousToken: contents.state?.token ?? "",
      schemaVersion: state.schemaVersion,
    };
    this.#certain = false;
    const ends = new Map(this.#historyEnds);
    const { batchRows, onProgress, signal } = this.#options;
    const views = captured.source.views;
    const result = await performCut({
      snapshot,
      source,
      olap,
      contents,
      plan,
      views,
      state: newState,
      from,
      history: {
        captured,
        range: { from: contents.state === null ? await this.#logBegin(snapshot, state) : from, to: state.sequence },
        changed: new Set(summary.keys()),
        suspects: suspectIds(captured, summary, reload),
        ends,
        // Not the present: what is committed while the cut is made comes after what the cut finds.
        now: askedMs * 1000,
        latest: readMs * 1000 + 999,
      },
      batchRows,
      signal,
      onProgress,
    });
    for (const folded of reload) this.#reload.delete(folded);
    this.#isBroken = this.#reloadsAll = false;
    // Not those decided meanwhile: the snapshot may be older.
    for (const [id, end] of ends) if (this.#historyEnds.get(id) === end) this.#historyEnds.delete(id);
    this.#captured = captured;
    this.#adopt(result.contents);
    for (const notice of result.notices) this.#options.onNotice(notice);
    this.#owesCheckpoint ||= result.isIrreplaceable;
    if (captured.level === "images" || this.#owesCheckpoint) await this.#keepIrreplaceable();
    return { changes: [...summary.values()].reduce((sum, table) => sum + table.changes, 0), tables: result.tables };
  }

  /** Where a new mirror's histories begin: with the log, if none of it was pruned, otherwise with the state as it is. */
  async #logBegin(snapshot: OltpSnapshot, { sequence }: SourceState): Promise<number> {
    return await this.#options.source.tokenAt(snapshot, 1) === null ? sequence : 0;
  }

  /** What a comparison has found, the log, which leads on from there, does not give again after a crash. */
  async #keepIrreplaceable(): Promise<void> {
    const { olap } = this.#options;
    if (!this.#owesCheckpoint && olap.durableWatermark() !== null) return;
    try {
      await olap.checkpoint();
      this.#owesCheckpoint = false;
    } catch {
      // No reason to hold queries up; the next step tries again.
    }
  }

  /** Whether nothing can have happened to a table's rows besides what the log and the tables' texts tell. */
  isSchemaExplained(from: number, captured: CapturedSchema): boolean {
    const { schemaVersion } = captured.source;
    if (from === schemaVersion || this.#options.source.explainsSchema(from, schemaVersion)) return true;
    const former = this.#captured?.source;
    return former?.schemaVersion === from && showsEveryStep(former, captured.source);
  }

  /** What the backend holds, emptied first if it is of another history. */
  async #usableContents(snapshot: OltpSnapshot, state: SourceState): Promise<MirrorContents> {
    const { olap, source, onNotice } = this.#options;
    if (!this.#certain) {
      const held = await olap.state();
      if (held === null) {
        const { level } = await source.schema(snapshot);
        this.#forget();
        if (level === "images") await refuseUnreadable(olap);
        await olap.reset();
        if (!this.#emptied) await this.#tellOfNew(snapshot, level);
        return { ...NO_CONTENTS, absences: this.#contents.absences };
      }
      const absences = new Map([...restoredUnfit(held.state), ...this.#contents.absences]);
      this.#contents = { ...this.#contents, state: held.state, ...heldTables(held), absences };
    }
    if (this.#contents.state === null) return this.#contents;
    const { former } = state;
    const broken = await brokenHistory(
      this.#contents.state,
      state,
      async (sequence) => sequence === former.sequence ? former.token : await source.tokenAt(snapshot, sequence),
    );
    this.#proven = broken === null;
    if (broken === null) return this.#contents;
    if (this.#contents.history.size > 0) return this.#keptContents(this.#contents.state, state, broken);
    onNotice(`the mirror is rebuilt: ${broken}`);
    await this.discard();
    return NO_CONTENTS;
  }

  /** Says why a backend that keeps what it holds holds nothing, where that is news. */
  async #tellOfNew(snapshot: OltpSnapshot, level: CaptureLevel): Promise<void> {
    const { olap, source, mirror, onNotice } = this.#options;
    if (!olap.capabilities.persistent) return;
    // The log gives the changes since tracking began again, as long as none were pruned.
    const beginsLate = level === "images" && await source.tokenAt(snapshot, 1) === null;
    if (mirror !== null && await source.knowsMirror(snapshot, mirror)) {
      onNotice(`the mirror is rebuilt: it was lost${beginsLate ? "; history begins anew" : ""}`);
    } else if (beginsLate) {
      onNotice("a new mirror is made: its history begins now");
    }
  }

  /** The backend holds nothing of what it was thought to hold. */
  #forget(): void {
    this.#proven = false;
    const { state, absences, views } = this.#contents;
    if (state === null) return;
    this.#contents = { ...NO_CONTENTS, absences, views };
    this.#catalog = new ContentsCatalog(this.#contents, this.#catalog.version + 1);
  }

  /** The contents of a mirror that cannot go on by the log, but holds histories, which no one else has. */
  #keptContents(mirror: MirrorState, source: SourceState, broken: string): MirrorContents {
    if (mirror.databaseId !== source.databaseId) {
      throw new RheiError("OLAP_UNAVAILABLE", `Cannot use the mirror: ${broken}; and it holds history`, {
        hint:
          "If it is this database's: rhei untrack DB --keep-history, then rhei track DB --sync-mode temporal goes on with it; " +
          "otherwise give another folder with --olap-path, or move this one away",
        details: { mirrorOf: mirror.databaseId },
      });
    }
    const since = new Date((mirror.historyTime ?? 0) / 1000).toISOString();
    this.#options.onNotice(
      `the mirror is compared with the database: ${broken}; history may lack changes since ${since}`,
    );
    this.#isBroken = true;
    return this.#contents;
  }

  /** Nothing is captured: the mirror holds nothing. */
  async #empty(snapshot: OltpSnapshot): Promise<{ changes: number; tables: readonly TableReport[] }> {
    const dropped = [...this.#contents.tables.values()];
    const captured = await this.#options.source.schema(snapshot);
    const kept = await this.#historyOfUntracked(snapshot, captured);
    const { state, history: known } = this.#contents;
    const mayHold = !this.#certain || state !== null || known.size > 0;
    if (kept.history.size === 0 && mayHold) await this.#options.olap.reset();
    const { absent, source } = captured;
    const absences = new Map([...absent].map(([folded, table]) => {
      const sinceMs = this.#contents.absences.get(folded)?.sinceMs ?? null;
      return [folded, { ...table, sinceMs, unfit: null }];
    }));
    this.#reload.clear();
    this.#historyEnds.clear();
    this.#adopt({ ...NO_CONTENTS, ...kept, absences, views: source.views });
    return { changes: 0, tables: dropped.map(({ name }) => ({ name, action: "dropped", rows: 0 })) };
  }

  /** What is kept of history when nothing is captured any more: all of it, unless all is to be discarded. */
  async #historyOfUntracked(snapshot: OltpSnapshot, captured: CapturedSchema): Promise<KeptHistories> {
    const held = this.#certain ? null : await this.#options.olap.state();
    const state = held?.state ?? this.#contents.state;
    const { history: histories, beginnings, newest } = held === null ? this.#contents : heldTables(held);
    const ends = this.#historyEnds;
    if (histories.keys().every((id) => ends.get(id) === "discard")) return NO_CONTENTS;
    const isOver = ({ open }: TableHistory) => open.history?.live === false;
    if (state === null || histories.entries().every(([id, each]) => isOver(each) && ends.get(id) !== "discard")) {
      return { history: histories, beginnings, newest };
    }
    this.#certain = false;
    const left = await endHistories({
      ...this.#options,
      snapshot,
      captured,
      histories,
      beginnings,
      newest,
      state,
      ends,
    });
    this.#owesCheckpoint = true;
    await this.#keepIrreplaceable();
    return left;
  }

  /**
   * Deletes versions that need not be kept.
   *
   * @throws {RheiError} `SYNC_FAILED`.
   */
  async retire(retirer: VersionRetirer, nowMs: number): Promise<void> {
    // Where a failed step leaves open what the backend holds, the next one finds out first.
    if (!this.#certain) return;
    try {
      await retirer.run(this.#contents.history.values(), nowMs, this.#options.signal, (beginnings) => {
        const known = this.#contents;
        const state = known.state === null ? null : { ...known.state, historyBeginnings: beginnings };
        this.#adopt({ ...known, state, beginnings: byTable(beginnings) });
      });
    } catch (error) {
      this.#certain = false;
      throw syncFailure(error);
    }
  }

  #adopt(contents: MirrorContents): void {
    const changed = !sameCatalog(this.#contents, contents);
    this.#contents = contents;
    this.#certain = true;
    this.#proven = contents.state !== null;
    if (this.#proven) this.#emptied = false;
    if (changed || this.#catalog.version === 0) {
      this.#catalog = new ContentsCatalog(contents, this.#catalog.version + 1);
    }
  }
}

/** Ids of tables whose rows the log does not tell for certain. */
function suspectIds(
  { captured }: CapturedSchema,
  summary: ReadonlyMap<number, TableChanges>,
  reload: ReadonlySet<string>,
): Set<number> {
  const ids = new Set<number>();
  for (const [folded, { id }] of captured) if (reload.has(folded) || summary.get(id)?.reload) ids.add(id);
  return ids;
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

/** What a failed step is rejected with. */
export function syncFailure(error: unknown): RheiError {
  if (error instanceof RheiError && error.code !== "SQL_ERROR") return error;
  return new RheiError("SYNC_FAILED", `Cannot bring the mirror up to date: ${(error as Error).message}`, {
    cause: error,
    retryable: true,
  });
}
