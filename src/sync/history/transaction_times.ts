import type { CommitEvent } from "../../cdc/mod.ts";

/**
 * Says which log rows belong to one transaction, and at what time it counts as done: asked row by row, in order.
 *
 * Rows up to a commit mark are one transaction, at the mark's time. Of rows without a mark, which another program wrote, consecutive ones
 * with the same time are taken for one. Every transaction counts as later than the one before, whatever clocks say.
 */
export class TransactionTimes {
  readonly #commits: readonly CommitEvent[];
  #next = 0;
  #last: number;
  /** The end of the marked transaction under way, or the time of the unmarked one. */
  #current: { readonly end: number } | { readonly at: number | null } | null = null;

  /**
   * @param commits The marks of the range, in order.
   * @param last The time of the last transaction before, in µs since 1970.
   */
  constructor(commits: readonly CommitEvent[], last: number) {
    this.#commits = commits;
    this.#last = last;
  }

  /** The time of the transaction that the row asked for last belongs to. */
  get last(): number {
    return this.#last;
  }

  /** Whether a row begins another transaction than the row before it; {@linkcode last} is then the new one's time. */
  begins(seq: number, at: number | null): boolean {
    const current = this.#current;
    if (current !== null && "end" in current && seq <= current.end) return false;
    let commit = this.#commits[this.#next];
    while (commit !== undefined && commit.seq < seq) commit = this.#commits[++this.#next];
    if (commit !== undefined && commit.firstSeq <= seq) {
      this.#current = { end: commit.seq };
      this.#last = Math.max(commit.at, this.#last + 1);
      return true;
    }
    if (current !== null && "at" in current && (at === null || current.at === at)) return false;
    this.#current = { at };
    this.#last = Math.max(at ?? 0, this.#last + 1);
    return true;
  }
}
