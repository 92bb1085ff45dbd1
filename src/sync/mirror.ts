import type { CaptureLevel } from "../cdc/mod.ts";
import type { MirrorCatalog } from "../olap/mod.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import type { AnswerLag, CatchUp, Lag, MirrorStatus, SyncReport, SyncTrouble } from "./sync_report.ts";
import type { VerifyReport } from "./verify.ts";

/** What tracking changes besides the tables. */
export interface TrackingChange {
  /** What the log is to hold from now on. Default: as it does. */
  readonly level?: CaptureLevel;
  /** What becomes of histories that this ends. */
  readonly history?: HistoryEnd;
}

/** What queries, the shell and the commands ask of a mirror; both kinds of mirror give it. */
export interface Mirror {
  /** Takes over what the backend holds of this source from before, if anything: queries may use it before {@linkcode open}. */
  resume(): Promise<void>;
  /** Checks the mirror against its source and brings it up to date. Once, before anything else. */
  open(): Promise<SyncReport>;
  /** Brings the mirror to a state not older than this call. @throws {RheiError} `SYNC_FAILED`, `CANCELLED`. */
  syncNow(signal?: AbortSignal): Promise<SyncReport>;
  /**
   * Makes sure that the mirror holds everything committed before this call, of the tables and views `names` if they are given; cheap
   * when nothing has changed there. If they have not changed nothing is waited for, whatever else is being synced or loaded.
   */
  catchUp(signal?: AbortSignal, names?: readonly string[]): Promise<CatchUp>;
  /** Whether the mirror as it is holds the present rows of these tables, and these views; `false` says nothing. Never waits for a sync. */
  holdsPresent(names: readonly string[]): Promise<boolean>;
  /** As {@linkcode answerLag} if the mirror shows the source as it was at most so long ago, counted from this call; else `null`. */
  lagWithin(lagMsMax: number): Promise<AnswerLag | null>;
  /** How old an answer may be that the mirror gives, as of this call. The mirror may move on before it answers, but never back. */
  answerLag(): Promise<AnswerLag>;
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
  /** Reads tables, or everything, anew. @throws {RheiError} `SQL_UNKNOWN_NAME`, `NOT_TRACKABLE`. */
  rebuild(tables: readonly string[] | "all"): Promise<SyncReport>;
  /**
   * Begins the capture of tables, or of all, later ones included.
   *
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`, `READ_ONLY`; `CONFIG` if history ends and its fate is left open.
   */
  track(names: readonly string[] | "all", change?: TrackingChange): Promise<SyncReport>;
  /** Ends the capture of tables, or of all: then nothing of rhei stays in the database. @throws {RheiError} As {@linkcode track}. */
  untrack(names: readonly string[] | "all", history?: HistoryEnd): Promise<SyncReport>;
  /** Ends the capture of everything and leaves the mirror as it is, be it usable or not. @throws {RheiError} `READ_ONLY`. */
  untrackAlone(): Promise<void>;
  /** Begins to sync by itself; `intervalMs` is the time between two looks at the source. */
  startLoop(intervalMs: number): void;
  /** Tells the loop that something was committed, should it be resting for long. */
  wake(): void;
  /** Ends the loop and waits for its sync under way. */
  stop(): Promise<void>;
  /** Abandons what is under way and waits for its end. Leaves database and backend open. Idempotent. */
  close(): Promise<void>;
}
