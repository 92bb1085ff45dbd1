import { setTimeout as sleep } from "node:timers/promises";
import { isBusy } from "./map_error.ts";

/**
 * Repeats a step that failed because another connection holds the lock, until it succeeds or `waitMsMax` is over. Done here and not by
 * SQLite's busy handler, which would stop the event loop meanwhile, and with it the very transaction waited for when that belongs
 * to another client in this process. The step must have no effect when it fails so.
 *
 * @param busy The failure of the first attempt.
 */
export async function retryWhileBusy<T>(busy: unknown, step: () => T, waitMsMax: number): Promise<T> {
  if (!isBusy(busy)) throw busy;
  const end = performance.now() + waitMsMax;
  let failure = busy;
  for (let pauseMs = 1; performance.now() < end; pauseMs = Math.min(pauseMs * 2, 25)) {
    await sleep(pauseMs);
    try {
      return step();
    } catch (error) {
      if (!isBusy(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}
