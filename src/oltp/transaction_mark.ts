/**
 * What a client adds to each transaction that may write rows, for a log that has to tell transactions apart. Neither part may change
 * `last_insert_rowid()`, and where the first cannot run (there is no such log any more) the transaction goes unmarked.
 */
export interface TransactionMark {
  /** A SELECT of one INTEGER: where the transaction begins. */
  readonly position: string;
  /** Run before the commit with that INTEGER and a time; writes nothing if the transaction did not. */
  readonly mark: string;
  /** Takes the mark back where the commit fails and leaves the transaction open. */
  readonly retract: string;
  /** The same without reading anything, for a batch sent as a whole. `after`'s first statement takes the time. */
  readonly batch: { readonly before: string; readonly after: readonly [string, string] };
  /** The time of a transaction about to commit. */
  nextTime(): bigint;
}
