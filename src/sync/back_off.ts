import { RheiError } from "../errors/mod.ts";

/** Longest pause while another connection holds a lock: nobody notices it, and the lock may be free at any moment. */
const LOCK_MS_MAX = 1_000;
/** Longest pause after any other failure: trying again may be costly, and mends little. */
const OTHER_MS_MAX = 30_000;

/** An attempt that failed. */
export interface FailedAttempt {
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly tookMs: number;
}

/**
 * How long to wait before trying again, in milliseconds: twice as long after each failure. What fails for another reason than a lock
 * takes no more than half of the time.
 *
 * @param intervalMs Pause between attempts that succeed.
 */
export function backOffMs({ error, failures, tookMs }: FailedAttempt, intervalMs: number): number {
  const pauseMs = intervalMs * 2 ** failures;
  return isLockFailure(error) ? Math.min(LOCK_MS_MAX, pauseMs) : Math.max(tookMs, Math.min(OTHER_MS_MAX, pauseMs));
}

/** Whether a lock that somebody else holds, on the database or on the mirror, was in the way: it may be gone a moment later. */
function isLockFailure(error: unknown): boolean {
  return error instanceof RheiError && error.retryable &&
    (error.code === "DATABASE_LOCKED" || error.code === "OLAP_UNAVAILABLE");
}
