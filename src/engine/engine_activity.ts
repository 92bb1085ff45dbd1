import type { ActivityTotals, MirrorFigures, SyncHealth } from "../metrics/mod.ts";

/** What a process has been doing with a database, and how its mirror stands. */
export interface EngineActivity {
  /** In milliseconds since 1970. */
  readonly takenAtMs: number;
  /** File or address of the database. */
  readonly database: string;
  /** `duckdb` or `arrow`. */
  readonly backend: string;
  /** Whether the sync runs, and what holds it up. */
  readonly health: SyncHealth;
  /** `null` while the mirror is not open. */
  readonly mirror: MirrorFigures | null;
  /** Since the process opened the database. */
  readonly totals: ActivityTotals;
}
