import { RheiError } from "../../../errors/mod.ts";

/** Counts what a statement holds, so that one that needs too much ends with an error and not with the process. */
export class MemoryBudget {
  readonly limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /**
   * Takes in memory about to be allocated.
   *
   * @throws {RheiError} `SQL_ERROR` when the statement would hold more than allowed.
   */
  take(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes <= this.limitBytes) return;
    const limit = Math.round(this.limitBytes / 2 ** 20);
    throw new RheiError("SQL_ERROR", `Cannot run the query in memory: it needs more than ${limit} MiB`, {
      hint: "Raise --memory-limit, or let libSQL run it with --route oltp",
    });
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
