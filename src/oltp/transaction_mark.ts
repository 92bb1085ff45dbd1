/**
 * What a client adds to each transaction that may write rows, for a log that has to tell transactions apart. Nothing of it may change
 * `last_insert_rowid()`. Where it cannot run (there is no such log any more) the transaction goes unmarked.
 */
export interface TransactionMark {
  /** The table that holds the log. */
  readonly log: string;
  /** A table that triggers which tell statements may write to besides, if it is there. */
  readonly notes: string;
  /**
   * A function of SQLite's that triggers call where they log rows in such a way that the log tells a statement by itself: one that sets
   * off no other triggers and runs in no transaction needs no mark.
   */
  readonly tellingFunction: string;
  /** A SELECT of one INTEGER: how far the log reaches. Run when a transaction begins, and before it ends. */
  readonly position: string;
  /** Run before the commit, with the first INTEGER and a time: changes one row if the log has grown by exactly that, and nothing otherwise. */
  readonly single: MarkStatement;
  /** Run where `single` did nothing, or instead of it: does nothing if the log has not grown. */
  readonly several: MarkStatement;
  /** The same without reading anything, for a batch sent as a whole. `after`'s first statement takes the time. */
  readonly batch: { readonly before: string; readonly after: readonly [string, string] };
  /** The time of a transaction about to commit. */
  nextTime(): bigint;
}

/** A statement that marks a transaction, and what undoes it. */
export interface MarkStatement {
  readonly mark: string;
  /** Run with the same INTEGER: takes the mark back, if there is one, where the commit fails and leaves the transaction open. */
  readonly retract: string;
}
