/** A statement that ended. */
export interface StatementObservation {
  /** What it is: `select`, `write`, `ddl`, `batch`, … */
  readonly kind: string;
  /** Route asked for: `auto`, `oltp` or `olap`. */
  readonly route: string;
  /** Engine that answered: `libsql` or the mirror's backend; `none` when it failed before one did. */
  readonly engine: string;
  /** `ok`, or the code of the error it failed with. */
  readonly outcome: string;
  readonly durationMs: number;
  /** As written; `null` where it is not one statement. */
  readonly text: string | null;
}

/** What a sync step did; a sync's own report fits. */
export interface SyncObservation {
  /** Changes taken from the log. */
  readonly changes: number;
  readonly tables: readonly { readonly action: string; readonly rows: number }[];
  readonly durationMs: number;
}

/** The caches whose use is counted: statement texts analysed, decisions for libSQL kept, compilations for the mirror kept. */
export type CacheName = "statement" | "decision" | "compilation";

/** Hears what the engine does. Its methods return at once and never throw; where there is none, nothing is paid. */
export interface EngineObserver {
  statement(observation: StatementObservation): void;
  /** A SELECT went to `target`; `rule` names the kind of reason, one of a few words. */
  routed(target: "oltp" | "olap", rule: string): void;
  /** The mirror could not answer a statement; `cause` groups reasons. */
  declined(cause: string): void;
  /** A query waited for the mirror to catch up. */
  waited(durationMs: number): void;
  cacheUsed(cache: CacheName, hit: boolean): void;
  synced(observation: SyncObservation): void;
  /** A sync, or a look at the source for what there is to sync, failed with the error of this code. */
  syncFailed(code: string): void;
}

/** How a table of the mirror stands. */
export interface TableFigures {
  /** The table. */
  readonly name: string;
  /** Rows the mirror holds of it. */
  readonly rows: number;
  /** `null` when the backend cannot tell. */
  readonly bytes: number | null;
}

/** How the mirror stands, read when metrics are asked for. */
export interface MirrorFigures {
  /** `duckdb` or `arrow`. */
  readonly backend: string;
  /** Entries written to the log since capture began. */
  readonly changesCaptured: number;
  /** Changes the mirror does not hold yet. */
  readonly lagChanges: number;
  /** Age of the oldest of them; 0 when there is none. */
  readonly lagMs: number;
  /** Entries in the log. */
  readonly logRows: number;
  /** Space the log takes in the database. */
  readonly logBytes: number;
  /** Tables by state: `mirrored`, `absent`, `untracked`. */
  readonly tablesByState: Readonly<Record<string, number>>;
  /** Those in the mirror. */
  readonly tables: readonly TableFigures[];
}

/** Whether the sync does its work. */
export interface SyncHealth {
  /** False once the sync is stuck. */
  readonly ok: boolean;
  /** How it stands, in a few words. */
  readonly reason: string;
}

/** What the sync is at. */
export interface SyncStanding {
  /** Whether another process has the mirror, and this one waits for its end. */
  readonly standby: boolean;
  /** Failures since the last success. */
  readonly failuresInRow: number;
  /** Pause before the next attempt after a failure, in milliseconds; 0 while there is none. */
  readonly retryMs: number;
}

/** Where figures and health are read from. */
export interface FigureSource {
  /** `null` while the mirror is not open. */
  figures(): Promise<MirrorFigures | null>;
  health(): Promise<SyncHealth>;
  standing(): SyncStanding;
}
