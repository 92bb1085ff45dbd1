import type { Watermark } from "../types/mod.ts";
import type { HistoryStatus } from "./history/history_status.ts";

/** What a sync did to one table. */
export interface TableReport {
  /** The table. */
  readonly name: string;
  /** Read as a whole, brought up to date from the log, left out, or removed from the mirror. */
  readonly action: "loaded" | "changed" | "absent" | "dropped";
  /** Rows written to or removed from the mirror. */
  readonly rows: number;
  /** Why it is absent. */
  readonly reason?: string;
}

/** What one sync did. */
export interface SyncReport {
  /** Changes taken from the log. */
  readonly changes: number;
  /** Rows written to or removed from the mirror. */
  readonly rows: number;
  /** Tables touched, in no particular order. */
  readonly tables: readonly TableReport[];
  /** Time it took. */
  readonly durationMs: number;
  /** The last change the mirror holds. */
  readonly watermark: Watermark;
}

/** A sync that ended, or what kept one from beginning. */
export type SyncEvent =
  | { readonly kind: "synced"; readonly report: SyncReport }
  | { readonly kind: "failed"; readonly error: Error };

/** What keeps the background loop from its work, until its next success. */
export interface SyncTrouble {
  readonly error: Error;
  /** The first failure since the last success, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Failures since the last success. */
  readonly failures: number;
  /** Pause before the next attempt, in milliseconds. */
  readonly retryMs: number;
}

/** How far the mirror is behind. */
export interface Lag {
  /** Changes the mirror does not hold yet. */
  readonly changes: number;
  /**
   * Time since the oldest unapplied change was noticed, by the loop or by a query; 0 when there is none. Writers record no
   * times, so a change made by another process is noticed at the loop's next look.
   */
  readonly milliseconds: number;
}

/** How old an answer of the mirror may be, as of the moment that it was decided on; both are 0 for one that is not known to be old. */
export interface AnswerLag {
  /** Changes committed that the answer does not show. */
  readonly changes: number;
  /** How long before that moment the mirror is known to have been up to date; `null` where that is not known, of a mirror kept from before. */
  readonly milliseconds: number | null;
}

/** The lag of an answer that shows everything. */
export const NO_LAG: AnswerLag = { changes: 0, milliseconds: 0 };

/** How far a first load is; `rowsTotal` is `null` while unknown. */
export interface SyncProgress {
  readonly table: string;
  readonly rowsDone: number;
  readonly rowsTotal: number;
  readonly tablesDone: number;
  readonly tablesTotal: number;
}

/** A table in {@linkcode MirrorStatus}. */
export interface TableStatus {
  /** The table. */
  readonly name: string;
  /**
   * `untracked`: it could be mirrored and is not captured, by choice. `absent`: it cannot be mirrored, or not now. `tracked`: it is
   * captured, and another process has the mirror.
   */
  readonly state: "mirrored" | "absent" | "untracked" | "tracked";
  /** Why it is not mirrored. */
  readonly reason: string | null;
  /** Since when it has not been mirrored, in milliseconds since 1970; `null` when it never was in the mirror. */
  readonly absentSinceMs: number | null;
  /** Rows in the mirror; `null` when not mirrored or just being replaced. */
  readonly rows: number | null;
  /** How much of its past is kept; `null` where none is. */
  readonly history: HistoryStatus | null;
}

/** How mirror and source stand. */
export interface MirrorStatus {
  /** `duckdb` or `arrow`. */
  readonly backend: string;
  /** The tables, tracked or not. */
  readonly tables: readonly TableStatus[];
  /** How far the mirror is behind. */
  readonly lag: Lag;
  /** The last change the mirror holds. */
  readonly watermark: Watermark;
  /** Entries in the change log, and the space it takes in the database. */
  readonly log: { readonly rows: number; readonly bytes: number };
  /** The last failure of the background loop or of the upkeep of the log, until the next success. */
  readonly lastError: Error | null;
  /** Failures of the loop since it started. */
  readonly failures: number;
}

/** Outcome of a check whether queries may use the mirror as the latest state. */
export type CatchUp =
  | { readonly kind: "fresh" }
  /** The mirror is of an older state and does not catch up by itself; `reason` completes "stale: …". */
  | { readonly kind: "stale"; readonly reason: string };
