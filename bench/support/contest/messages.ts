/** Lines of JSON between the bench and the process of a contender: one reply to each request, in order, after a first `ready`. */

export type ContestRequest =
  /** `withHash` reads the result once more, after the clock has stopped. */
  | { readonly kind: "run"; readonly sql: string; readonly withHash: boolean }
  | { readonly kind: "memory" };

export type ContestReply =
  | { readonly kind: "ready"; readonly loadMs: number; readonly loadPeakMb: number }
  | { readonly kind: "ran"; readonly ms: number; readonly hash: string | null }
  /** The engine cannot run the statement. */
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "memory"; readonly peakMb: number };

/** Begins a reply's line: libraries may print lines of their own. */
export const REPLY_MARK = "reply ";
