import type { EngineActivity } from "../../mod.ts";
import { messageOf } from "../../src/errors/mod.ts";
import { type Rates, ratesBetween } from "./rates.ts";

/** Looks whose rates are kept: as many as the widest row of bars shows. */
const LOOKS_MAX = 60;

/** The latest looks at an engine. */
export interface History {
  readonly latest: EngineActivity | null;
  /** Oldest first. */
  readonly rates: readonly Rates[];
  /** Why the last look failed, `null` when it did not. */
  readonly failure: string | null;
}

/** Before the first look. */
export const NO_HISTORY: History = { latest: null, rates: [], failure: null };

/** The history with one more look. */
export function withLook(history: History, activity: EngineActivity): History {
  const { latest, rates } = history;
  const next = latest === null ? rates : [...rates, ratesBetween(latest, activity)];
  return { latest: activity, rates: next.slice(-LOOKS_MAX), failure: null };
}

/** The history after a look that failed: what was seen last stays. */
export function withFailure(history: History, error: unknown): History {
  return { ...history, failure: messageOf(error) };
}
