import type { MirrorCatalog } from "../olap/mod.ts";
import type { CatchUp, Lag, MirrorStatus, SyncReport, SyncTrouble } from "./sync_report.ts";
import type { VerifyReport } from "./verify.ts";

/** What queries, the shell and the commands ask of a mirror; both kinds of mirror give it. */
export interface Mirror {
  /** Checks the mirror against its source and brings it up to date. Once, before anything else. */
  open(): Promise<SyncReport>;
  /** Brings the mirror to a state not older than this call. @throws {RheiError} `SYNC_FAILED`, `CANCELLED`. */
  syncNow(signal?: AbortSignal): Promise<SyncReport>;
  /** Makes sure that the mirror holds everything committed before this call; cheap when nothing has changed. */
  catchUp(signal?: AbortSignal): Promise<CatchUp>;
  lag(): Promise<Lag>;
  /** What the loop fails with, `null` after its next success. */
  trouble(): SyncTrouble | null;
  /** Whether a sync is under way. */
  isSyncing(): boolean;
  /** The tables as the mirror has them now; valid for queries that begin before the next sync ends. */
  catalog(): MirrorCatalog;
  status(): Promise<MirrorStatus>;
  /** Compares source and mirror value by value at one common state, after bringing the mirror there. */
  verify(signal?: AbortSignal): Promise<VerifyReport>;
  /** Reads a table, or everything, anew. */
  rebuild(table?: string): Promise<SyncReport>;
  /** Begins the capture of tables, or of all, later ones included. @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`, `READ_ONLY`. */
  track(names: readonly string[] | "all"): Promise<SyncReport>;
  /** Ends the capture of tables, or of all: then nothing of rhei stays in the database. */
  untrack(names: readonly string[] | "all"): Promise<SyncReport>;
  /** Begins to sync by itself; `intervalMs` is the time between two looks at the source. */
  startLoop(intervalMs: number): void;
  /** Ends the loop and waits for its sync under way. */
  stop(): Promise<void>;
  /** Abandons what is under way and waits for its end. Leaves database and backend open. Idempotent. */
  close(): Promise<void>;
}
