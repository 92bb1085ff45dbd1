import type { SyncHealth } from "../metrics/mod.ts";
import type { SyncTrouble } from "../sync/mod.ts";

/** So long failures may last, or changes wait without a sync, before the sync counts as stuck, in milliseconds. */
export const STUCK_AFTER_MS = 60_000;

/** So long a sync under way may move no rows, in milliseconds: the mirror's own part of a large one takes minutes. */
export const STEP_STUCK_AFTER_MS = 600_000;

/** What tells whether the sync does its work. */
export interface SyncFacts {
  /** 0 when it works only when asked to. */
  readonly intervalMs: number;
  /** Whether the mirror is open and loaded. */
  readonly ready: boolean;
  /** Whether another process has the mirror. */
  readonly standby: boolean;
  /** Why it could not be opened, if the last attempt failed. */
  readonly openingFailure: Error | null;
  /** Whether a sync is under way. */
  readonly syncing: boolean;
  /** What the loop fails with. */
  readonly trouble: SyncTrouble | null;
  /** How long the oldest unapplied change has waited, 0 when there is none; or why that cannot be told. */
  readonly lag: { readonly lagMs: number } | { readonly failure: Error };
  /** When rows or a step's end were last heard of, in milliseconds since 1970. */
  readonly progressAtMs: number;
}

/**
 * Whether the sync is stuck: the mirror cannot be opened, a failure lasts, changes wait without a sync that takes them, or a sync moves
 * nothing.
 */
export function judgeSync(facts: SyncFacts, nowMs: number): SyncHealth {
  const { intervalMs, ready, standby, openingFailure, syncing, trouble, lag, progressAtMs } = facts;
  const idleMs = nowMs - progressAtMs;
  if (standby) return { ok: true, reason: "another process has the mirror: libSQL answers here, until that one ends" };
  if (!ready) {
    if (openingFailure !== null) return { ok: false, reason: openingFailure.message };
    if (intervalMs === 0) return { ok: true, reason: "the mirror is opened when it is asked for" };
    if (idleMs > STEP_STUCK_AFTER_MS) {
      return { ok: false, reason: `opening the mirror has stood still for ${seconds(idleMs)}` };
    }
    return { ok: true, reason: "the mirror is being opened" };
  }
  if (trouble !== null) {
    const failingMs = nowMs - trouble.sinceMs;
    if (failingMs > STUCK_AFTER_MS) {
      return { ok: false, reason: `${trouble.error.message} (for ${seconds(failingMs)})` };
    }
    return { ok: true, reason: `trying again: ${trouble.error.message}` };
  }
  if ("failure" in lag) {
    // The loop meets the same failure, and tells when it lasts.
    return { ok: intervalMs > 0, reason: `how far the mirror is behind cannot be told: ${lag.failure.message}` };
  }
  const { lagMs } = lag;
  if (intervalMs > 0 && Math.min(lagMs, idleMs) > (syncing ? STEP_STUCK_AFTER_MS : STUCK_AFTER_MS)) {
    return { ok: false, reason: `changes have waited for ${seconds(lagMs)} and no sync has ended` };
  }
  return { ok: true, reason: lagMs === 0 ? "the mirror is up to date" : `the mirror is ${seconds(lagMs)} behind` };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
