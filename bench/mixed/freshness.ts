/** When each transaction of one client was committed, as the client saw it: the first has number 1. */
export class CommitTimes {
  readonly #ms: number[] = [];

  /** Notes the client's next commit. */
  add(atMs: number): void {
    this.#ms.push(atMs);
  }

  /** Commits within a time, its begin not counted. */
  within(fromMs: number, toMs: number): number {
    return this.#countUntil(toMs) - this.#countUntil(fromMs);
  }

  /**
   * How stale a query was that saw the transactions up to number `seen`: the time from the commit of the first that it did not see to
   * its own begin, in milliseconds; 0 if everything committed before it was seen.
   */
  stalenessMs(seen: number, queryBeganMs: number): number {
    const unseenMs = this.#ms[seen];
    return unseenMs === undefined ? 0 : Math.max(0, queryBeganMs - unseenMs);
  }

  #countUntil(timeMs: number): number {
    let [low, high] = [0, this.#ms.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ms[middle]! <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Freshness scores of many queries: 0 is fresh. */
export interface FreshnessScore {
  readonly queries: number;
  /** Those with a staleness above 0. */
  readonly stale: number;
  /** What one in twenty exceeds, in milliseconds: the benchmark's score. */
  readonly p95Ms: number;
  readonly maxMs: number;
}

export function scoreOf(stalenessMs: readonly number[]): FreshnessScore {
  const sorted = [...stalenessMs].sort((a, b) => a - b);
  return {
    queries: sorted.length,
    stale: sorted.filter((ms) => ms > 0).length,
    p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0,
    maxMs: sorted.at(-1) ?? 0,
  };
}
