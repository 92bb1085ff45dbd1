import type { EngineObserver, FigureSource, MirrorFigures, SyncHealth, SyncStanding } from "../metrics/mod.ts";
import type { SyncEvent } from "../sync/mod.ts";
import type { MirrorHost, OpenMirror } from "./mirror_host.ts";
import { codeOf } from "./statement_outcomes.ts";
import { judgeSync, type SyncFacts } from "./sync_health.ts";

/** How long sizes are kept at one state, in milliseconds: a checkpoint or a compaction changes them all the same. */
const SIZES_KEPT_MS = 60_000;

/** Reads how a mirror stands, for metrics and health. */
export class MirrorTelemetry implements FigureSource {
  readonly #mirror: MirrorHost;
  /** Sizes of tables, which take the backend long to tell, by name; good while the mirror's state stays. */
  #sizes = { state: "", takenAtMs: 0, bytes: new Map<string, number>() };

  constructor(mirror: MirrorHost) {
    this.#mirror = mirror;
  }

  async figures(): Promise<MirrorFigures | null> {
    const mirror = this.#mirror.current;
    if (mirror === null) return null;
    const { lag, watermark, log, tables } = await mirror.sync.status();
    const sizes = this.#sizesAt(`${watermark} ${mirror.catalog.version}`);
    const tablesByState: Record<string, number> = { mirrored: 0, absent: 0, untracked: 0 };
    for (const { state } of tables) tablesByState[state] = (tablesByState[state] ?? 0) + 1;
    const figures = [];
    for (const { name, rows } of tables) {
      // A table without rows to tell is absent or just being replaced; one that has just gone has no size either.
      if (rows !== null) {
        const bytes = sizes.get(name) ?? await mirror.backend.tableBytes(name).catch(() => null);
        // What is not on disk yet has no size: it is asked for again.
        if (bytes !== null) sizes.set(name, bytes);
        figures.push({ name, rows, bytes });
      }
    }
    return {
      backend: mirror.backend.name,
      changesCaptured: watermark + lag.changes,
      lagChanges: lag.changes,
      lagMs: lag.milliseconds,
      logRows: log.rows,
      logBytes: log.bytes,
      tablesByState,
      tables: figures,
    };
  }

  /** The sizes known for a state of the mirror. */
  #sizesAt(state: string): Map<string, number> {
    const nowMs = Date.now();
    if (this.#sizes.state !== state || nowMs - this.#sizes.takenAtMs > SIZES_KEPT_MS) {
      this.#sizes = { state, takenAtMs: nowMs, bytes: new Map() };
    }
    return this.#sizes.bytes;
  }

  standing(): SyncStanding {
    const trouble = this.#mirror.current?.sync.trouble() ?? null;
    return {
      standby: this.#mirror.holder !== null,
      failuresInRow: trouble?.failures ?? 0,
      retryMs: trouble?.retryMs ?? 0,
    };
  }

  async health(): Promise<SyncHealth> {
    const { current, holder, openingFailure, intervalMs, progressAtMs } = this.#mirror;
    const facts = { intervalMs, openingFailure, progressAtMs, ready: current !== null, standby: holder !== null };
    const trouble = current?.sync.trouble() ?? null;
    const lag = await lagOf(current);
    const syncing = current?.sync.isSyncing() ?? false;
    return judgeSync({ ...facts, trouble, syncing, lag }, Date.now());
  }
}

/** How long changes have waited, or why that cannot be told. */
async function lagOf(mirror: OpenMirror | null): Promise<SyncFacts["lag"]> {
  try {
    return { lagMs: (await mirror?.sync.lag())?.milliseconds ?? 0 };
  } catch (error) {
    return { failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Tells an observer of syncs. */
export function observeSync(observer: EngineObserver, event: SyncEvent): void {
  if (event.kind === "synced") observer.synced(event.report);
  else observer.syncFailed(codeOf(event.error));
}
