import { RheiError, type SyncEvent, type SyncReport } from "../../mod.ts";
import { counted, durationText } from "../render/mod.ts";
import type { ServiceLog } from "./service_log.ts";

/**
 * Turns syncs into log lines: what is rare (tables read as a whole, left out, failures) at once, the many small ones summed up when
 * {@linkcode flush} is called.
 */
export class SyncSummary {
  readonly #log: ServiceLog;
  #steps = 0;
  #changes = 0;
  #longestMs = 0;
  #failures = 0;
  #progress: string | null = null;
  /** The last failure told: while it lasts it is told once. */
  #failureTold: string | null = null;

  constructor(log: ServiceLog) {
    this.#log = log;
  }

  /** Hears of a sync. */
  hear(event: SyncEvent): void {
    if (event.kind === "failed") this.#failed(event.error);
    else this.#synced(event.report);
  }

  /** Hears how far the reading of whole tables is. */
  progress(text: string): void {
    this.#progress = text;
  }

  /** Tells what was done since the last call, if anything. */
  flush(): void {
    if (this.#progress !== null) this.#log.info("loading", this.#progress);
    this.#progress = null;
    if (this.#steps === 0) return;
    const [changes, syncs, longestMs] = [this.#changes, this.#steps, this.#longestMs];
    this.#steps = this.#changes = this.#longestMs = 0;
    const text = `synced ${counted(changes, "change")} in ${counted(syncs, "sync")}, the longest ${
      durationText(longestMs)
    }`;
    this.#log.info("synced", text, { changes, syncs, longestMs: Math.round(longestMs) });
  }

  #failed(error: Error): void {
    this.#failures++;
    if (error.message === this.#failureTold) return;
    this.#failureTold = error.message;
    const code = error instanceof RheiError ? error.code : null;
    this.#log.warn("sync_failed", `${error.message}; trying again`, { code });
  }

  #synced({ changes, durationMs, tables }: SyncReport): void {
    if (this.#failures > 0) {
      this.#log.info("sync_recovered", `the sync works again after ${counted(this.#failures, "failure")}`, {
        failures: this.#failures,
      });
      this.#failures = 0;
      this.#failureTold = null;
    }
    if (changes > 0) {
      this.#steps++;
      this.#changes += changes;
      this.#longestMs = Math.max(this.#longestMs, durationMs);
    }
    this.#tellRare(tables, durationMs);
  }

  #tellRare(tables: SyncReport["tables"], durationMs: number): void {
    this.#progress = null;
    const loaded = tables.filter(({ action }) => action === "loaded");
    if (loaded.length > 0) {
      const rows = loaded.reduce((sum, table) => sum + table.rows, 0);
      const text = `read ${counted(loaded.length, "table")}, ${counted(rows, "row")}, in ${durationText(durationMs)}`;
      this.#log.info("loaded", text, { tables: loaded.length, rows, durationMs: Math.round(durationMs) });
    }
    for (const { name, action, reason } of tables) {
      if (action === "dropped") this.#log.info("table_dropped", `table "${name}" is gone`, { table: name });
      if (action !== "absent") continue;
      const why = reason ?? "";
      this.#log.warn("table_absent", `table "${name}" is left out of the mirror: ${why}`, { table: name, reason: why });
    }
  }
}
