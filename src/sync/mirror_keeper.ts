import {
  type CapturedSchema,
  showsEveryStep,
  type SourcePosition,
  type SourceState,
  type TableChanges,
} from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog } from "../olap/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import { MIRROR_FORMAT_VERSION, type TableHistory, type Watermark, watermark } from "../types/mod.ts";
import type { CapturedSnapshot } from "./captured_snapshot.ts";
import { performCut } from "./cut.ts";
import { planCut } from "./cut_plan.ts";
import { endHistories, type KeptHistories } from "./end_histories.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import type { VersionRetirer } from "./history/retire_versions.ts";
import { HeldMirror, type HeldMirrorOptions } from "./held_mirror.ts";
import { byTable, heldTables, type MirrorContents, NO_CONTENTS } from "./mirror_contents.ts";
import type { WatchedMirror } from "./change_watch.ts";
import type { SyncProgress, SyncReport, TableReport } from "./sync_report.ts";
import { restUntilMs, stillUnfitTables } from "./unfit_tables.ts";

/** Parts of a {@linkcode MirrorKeeper}. */
export interface MirrorKeeperOptions extends HeldMirrorOptions {
  readonly batchRows: number;
  readonly onProgress: ((progress: SyncProgress) => void) | undefined;
  /** Abandons a step under way. */
  readonly signal: AbortSignal;
}

/** Moves the mirror from one committed state of the source to a later one, and knows what it owes. Its calls must not overlap. */
export class MirrorKeeper implements WatchedMirror {
  readonly #options: MirrorKeeperOptions;
  readonly #held: HeldMirror;
  /** The schema as read at the contents, good while its version stays. */
  #captured: CapturedSchema | null = null;
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
    this.#held = new HeldMirror(options);
  }

  get contents(): MirrorContents {
    return this.#held.contents;
  }

  get catalog(): MirrorCatalog {
    return this.#held.catalog;
  }

  get captured(): CapturedSchema | null {
    return this.#captured;
  }

  get reloading(): ReadonlySet<string> {
    return this.#reload;
  }

  get watermark(): Watermark {
    return this.contents.state?.watermark ?? watermark(0);
  }

  /** See {@linkcode HeldMirror.durableWatermark}. */
  get durableWatermark(): Watermark | null {
    return this.#held.durableWatermark;
  }

  /** Where the mirror stands; `null` stands for a source without capture. */
  get position(): SourcePosition | null {
    const { state } = this.contents;
    return state === null ? null : { sequence: state.watermark, schemaVersion: state.schemaVersion };
  }

  /** Whether the mirror lacks something the source has at a position; `null` stands for a source without capture. */
  isBehind(position: SourcePosition | null): boolean {
    const { state } = this.contents;
    if (!this.#held.isCertain || this.#reload.size > 0 || this.#historyEnds.size > 0 || this.#owesExamination()) {
      return true;
    }
    if (position === null || state === null) return position !== null || state !== null;
    return position.sequence !== state.watermark || position.schemaVersion !== state.schemaVersion;
  }

  /** Whether an unfit table that may fit has rested long enough. */
  #owesExamination(): boolean {
    for (const { unfit } of this.contents.absences.values()) {
      if (unfit?.mayFit && Date.now() >= restUntilMs(unfit)) return true;
    }
    return false;
  }

  /** Whether the next step is likely to read whole tables. */
  get expectsLoads(): boolean {
    return this.contents.state === null || !this.#held.isCertain || this.#reload.size > 0;
  }

  /** See {@linkcode HeldMirror.resume}. */
  async resume(snapshot: OltpSnapshot, state: SourceState): Promise<void> {
    this.#captured = await this.#held.resume(snapshot, state) ?? this.#captured;
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
    if (!await this.#held.mayHoldHistory()) return this.#held.empty();
    this.#reloadsAll = true;
    this.#held.doubt();
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
    const { contents, isBroken: isBrokenNow } = await this.#held.usable(snapshot, state);
    const isBroken = this.#isBroken ||= isBrokenNow;
    if (!this.isBehind(state)) return { changes: 0, tables: [] };

    const from = isBroken ? state.sequence : contents.state?.watermark ?? 0;
    const sameSchema = this.#held.isCertain && contents.state?.schemaVersion === state.schemaVersion;
    const captured = sameSchema && this.#captured ? this.#captured : await source.schema(snapshot);
    const summary: ReadonlyMap<number, TableChanges> = contents.state === null || isBroken
      ? new Map()
      : await source.summary(snapshot, from, state.sequence);
    const reload = await this.#tablesToReload(snapshot, contents, captured, from);
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
    this.#held.doubt();
    const ends = new Map(this.#historyEnds);
    const { batchRows, onProgress, signal } = this.#options;
    const result = await performCut({
      snapshot,
      source,
      olap,
      contents,
      plan,
      views: captured.source.views,
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
    this.#held.adopt(result.contents);
    for (const notice of result.notices) this.#options.onNotice(notice, "history");
    this.#owesCheckpoint ||= result.isIrreplaceable;
    if (captured.level === "images" || this.#owesCheckpoint) await this.#keepIrreplaceable();
    return { changes: [...summary.values()].reduce((sum, table) => sum + table.changes, 0), tables: result.tables };
  }

  /** Folded names of the tables to read anew: those asked for, and those of which the log may not tell all after `from`. */
  async #tablesToReload(
    snapshot: OltpSnapshot,
    contents: MirrorContents,
    captured: CapturedSchema,
    from: number,
  ): Promise<Set<string>> {
    const reload = new Set(this.#isBroken || this.#reloadsAll ? captured.captured.keys() : this.#reload);
    if (contents.state === null || this.isSchemaExplained(contents.state.schemaVersion, captured)) return reload;
    for (const [folded, table] of captured.captured) {
      if (!contents.tables.has(folded) && !contents.history.has(table.id)) continue;
      if (await this.#options.source.mayHaveChangedSilently(snapshot, table, from)) reload.add(folded);
    }
    return reload;
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

  /** Nothing is captured: the mirror holds nothing. */
  async #empty(snapshot: OltpSnapshot): Promise<{ changes: number; tables: readonly TableReport[] }> {
    const dropped = [...this.contents.tables.values()];
    const captured = await this.#options.source.schema(snapshot);
    const kept = await this.#historyOfUntracked(snapshot, captured);
    const { state, history: known } = this.contents;
    const mayHold = !this.#held.isCertain || state !== null || known.size > 0;
    if (kept.history.size === 0 && mayHold) await this.#options.olap.reset();
    const { absent, source } = captured;
    const absences = new Map([...absent].map(([folded, table]) => {
      const sinceMs = this.contents.absences.get(folded)?.sinceMs ?? null;
      return [folded, { ...table, sinceMs, unfit: null }];
    }));
    this.#reload.clear();
    this.#historyEnds.clear();
    this.#held.adopt({ ...NO_CONTENTS, ...kept, absences, views: source.views });
    return { changes: 0, tables: dropped.map(({ name }) => ({ name, action: "dropped", rows: 0 })) };
  }

  /** What is kept of history when nothing is captured any more: all of it, unless all is to be discarded. */
  async #historyOfUntracked(snapshot: OltpSnapshot, captured: CapturedSchema): Promise<KeptHistories> {
    const held = this.#held.isCertain ? null : await this.#options.olap.state();
    const state = held?.state ?? this.contents.state;
    const { history: histories, beginnings, newest } = held === null ? this.contents : heldTables(held);
    const ends = this.#historyEnds;
    if (histories.keys().every((id) => ends.get(id) === "discard")) return NO_CONTENTS;
    const isOver = ({ open }: TableHistory) => open.history?.live === false;
    if (state === null || histories.entries().every(([id, each]) => isOver(each) && ends.get(id) !== "discard")) {
      return { history: histories, beginnings, newest };
    }
    this.#held.doubt();
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
    if (!this.#held.isCertain) return;
    try {
      await retirer.run(this.contents.history.values(), nowMs, this.#options.signal, (beginnings) => {
        const known = this.contents;
        const state = known.state === null ? null : { ...known.state, historyBeginnings: beginnings };
        this.#held.adopt({ ...known, state, beginnings: byTable(beginnings) });
      });
    } catch (error) {
      this.#held.doubt();
      throw syncFailure(error);
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

/** What a failed step is rejected with. */
export function syncFailure(error: unknown): RheiError {
  if (error instanceof RheiError && error.code !== "SQL_ERROR") return error;
  return new RheiError("SYNC_FAILED", `Cannot bring the mirror up to date: ${(error as Error).message}`, {
    cause: error,
    retryable: true,
  });
}
