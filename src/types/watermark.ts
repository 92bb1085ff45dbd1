import type { HistoryBeginning } from "./history_beginning.ts";

/** Sequence number of the last change in the log that a mirror holds; 0 before the first. Only ever grows. */
export type Watermark = number & { readonly __kind: "watermark" };

/**
 * Brands a log sequence number.
 *
 * @throws {RangeError} If it is not a safe, non-negative integer.
 */
export function watermark(sequence: number): Watermark {
  if (!Number.isSafeInteger(sequence) || sequence < 0) {
    throw new RangeError(`A watermark is a safe non-negative integer, not ${sequence}`);
  }
  return sequence as Watermark;
}

/** What a mirror remembers of its source, written in the same transaction as the data it describes. */
export interface MirrorState {
  /** Layout version of rhei's own mirror tables; another version is rebuilt. */
  readonly formatVersion: number;
  /** Identity of the source database, made when tracking began. */
  readonly databaseId: string;
  readonly watermark: Watermark;
  /** Random token of this state, and of the one before it: prove that source and mirror share their past. */
  readonly token: string;
  readonly previousToken: string;
  /** The source's `PRAGMA schema_version` at the cut. */
  readonly schemaVersion: number;
  /** Time of the newest transaction in the history, in µs since 1970 UTC; absent while there is none. Only ever grows. */
  readonly historyTime?: number;
  /** Number of the newest closed version, over all tables; absent while there is none. Only ever grows. */
  readonly historyVersion?: number;
  /** Histories that are not whole from their table's first row on; absent or empty when all are. */
  readonly historyBeginnings?: readonly HistoryBeginning[];
  /** Tables whose values fit no column class; absent or empty when there are none. */
  readonly unfit?: readonly UnfitTable[];
}

/** A table that is left out because the values of a column collide. */
export interface UnfitTable {
  readonly name: string;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** The CREATE TABLE text it had. */
  readonly sql: string;
  readonly reason: string;
  readonly column: string;
  /** Two rows whose values collide, by rowid as text; empty where none can be named. */
  readonly rows: readonly { readonly kind: string; readonly rowid: string }[];
}

/** The present layout version of the mirror. */
export const MIRROR_FORMAT_VERSION = 1;
