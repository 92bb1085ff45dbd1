import type { ExactValue, UndecodableText } from "../types/mod.ts";
import type { Layout } from "./layouts.ts";

/** A value of a row as it was written. */
export type ImageValue = ExactValue | UndecodableText;

/**
 * A row of a table was written or removed.
 *
 * The last event of a key tells the row's state at that place of the log, whatever triggers and conflicts led to it. An event may repeat
 * what is known: a removal of a key that had no row, an image equal to the one before.
 */
export interface RowEvent {
  readonly kind: "row";
  readonly seq: number;
  readonly tableId: number;
  /** `D`: no row has this key. Otherwise one has, and whether the statement inserted or updated it. */
  readonly operation: "I" | "U" | "D";
  readonly key: readonly ImageValue[];
  /** The row in the table's layout; `null` exactly for a removal. */
  readonly image: readonly ImageValue[] | null;
  /**
   * When the statement ran, as `isSameStatement` and `momentOf` read it, or the time of its transaction if that is the row alone: in µs
   * since 1970. Clocks may go back.
   */
  readonly at: number;
  /** Whether this row is all that a transaction made through an engine logged. */
  readonly isAlone: boolean;
}

/** The log rows from `firstSeq` to this mark are one transaction made through an engine, at one time. */
export interface CommitEvent {
  readonly kind: "commit";
  readonly seq: number;
  readonly firstSeq: number;
  /** In µs since 1970. */
  readonly at: number;
}

/** From here on a table's images have this layout. */
export interface LayoutEvent extends Layout {
  readonly kind: "layout";
}

/** What happened to the table before is not known for certain: its rows must be compared with the source. */
export interface ReloadEvent {
  readonly kind: "reload";
  readonly seq: number;
  readonly tableId: number;
}

/** The table was dropped, with all its rows. Nothing tells of a table that another program dropped. */
export interface DropEvent {
  readonly kind: "drop";
  readonly seq: number;
  readonly tableId: number;
}

/** A row of the log that holds images. */
export type LogEvent = RowEvent | CommitEvent | LayoutEvent | ReloadEvent | DropEvent;
