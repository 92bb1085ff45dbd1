import type { EngineObserver, FigureSource, MirrorFigures, SyncHealth } from "../metrics/mod.ts";
import type { SyncEvent } from "../sync/mod.ts";
import type { MirrorHost } from "./mirror_host.ts";
import { codeOf } from "./statement_outcomes.ts";
import { judgeSync } from "./sync_health.ts";

/** Reads how a mirror stands, for metrics and health. */
export class MirrorTelemetry implements FigureSource {
  readonly #mirror: MirrorHost;

  constructor(mirror: MirrorHost) {
    this.#mirror = mirror;
  }

  async figures(): Promise<MirrorFigures | null> {
    const mirror = this.#mirror.current;
    if (mirror === null) return null;
    const { lag, watermark, log, tables } = await mirror.sync.status();
    const tablesByState = new Map<string, number>([["mirrored", 0], ["absent", 0], ["untracked", 0]]);
    for (const { state } of tables) tablesByState.set(state, (tablesByState.get(state) ?? 0) + 1);
    const figures = [];
    for (const { name, rows } of tables) {
      // A table without rows to tell is absent or just being replaced; one that has just gone has no size either.
      if (rows !== null) {
        figures.push({ name, rows, bytes: await mirror.backend.tableBytes(name).catch(() => null) });
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

  async health(): Promise<SyncHealth> {
    const { current, openingFailure, intervalMs, progressAtMs } = this.#mirror;
    const facts = { intervalMs, openingFailure, progressAtMs, ready: current !== null };
    const trouble = current?.sync.trouble() ?? null;
    // Where the lag cannot be read the loop fails too, and its failure says why.
    const lag = await current?.sync.lag().catch(() => undefined);
    const syncing = current?.sync.isSyncing() ?? false;
    return judgeSync({ ...facts, trouble, syncing, lagMs: lag?.milliseconds ?? 0 }, Date.now());
  }
}

/** Tells an observer of syncs. */
export function observeSync(observer: EngineObserver, event: SyncEvent): void {
  if (event.kind === "synced") observer.synced(event.report);
  else observer.syncFailed(codeOf(event.error));
}
