import { type CommitEvent, isSameStatement, type LoggedTime, momentOf } from "../../cdc/mod.ts";

/** A row of the log; without a time of its own it belongs to those before it, unless a mark says more. */
export interface LoggedAt {
  readonly seq: number;
  readonly at: number | null;
  readonly isAlone: boolean;
}

/**
 * Says which log rows belong to one transaction, and at what time it counts as done: asked row by row, in order.
 *
 * Rows up to a commit mark are one transaction, at the mark's time; so is a row marked as alone. Of rows without a mark, which another
 * program wrote or a statement outside a transaction, consecutive ones are one transaction where they are taken for one statement. Every transaction counts as later than the one before, whatever clocks say; and what has been
 * read cannot be later than the reading, or one clock that was ahead would put all that follows behind it.
 */
export class TransactionTimes {
  readonly #commits: readonly CommitEvent[];
  readonly #latest: number;
  #next = 0;
  #last: number;
  /** The end of the marked transaction under way, or the last row of the unmarked one that has a time, if one has. */
  #current: { readonly end: number } | { readonly row: LoggedTime | null } | null = null;

  /**
   * @param commits The marks of the range, in order.
   * @param last The time of the last transaction before, in µs since 1970.
   * @param latest What transactions cannot be later than: when they were read.
   */
  constructor(commits: readonly CommitEvent[], last: number, latest: number) {
    this.#commits = commits;
    this.#latest = latest;
    this.#last = last;
  }

  /** The time of the transaction that the row asked for last belongs to. */
  get last(): number {
    return this.#last;
  }

  /** Whether a row begins another transaction than the row before it; {@linkcode last} is then the new one's time. */
  begins({ seq, at, isAlone }: LoggedAt): boolean {
    const current = this.#current;
    if (isAlone) {
      this.#current = { end: seq };
      this.#last = this.#effective(at ?? 0);
      return true;
    }
    if (current !== null && "end" in current && seq <= current.end) return false;
    let commit = this.#commits[this.#next];
    while (commit !== undefined && commit.seq < seq) commit = this.#commits[++this.#next];
    if (commit !== undefined && commit.firstSeq <= seq) {
      this.#current = { end: commit.seq };
      this.#last = this.#effective(commit.at);
      return true;
    }
    if (current !== null && "row" in current) {
      if (at === null) return false;
      if (current.row !== null && isSameStatement(current.row, { seq, at })) {
        this.#current = { row: { seq, at } };
        return false;
      }
    }
    this.#current = { row: at === null ? null : { seq, at } };
    this.#last = this.#effective(at === null ? 0 : momentOf(at));
    return true;
  }

  #effective(at: number): number {
    return Math.max(Math.min(at, this.#latest), this.#last + 1);
  }
}
