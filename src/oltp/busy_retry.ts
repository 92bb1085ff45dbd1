import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import { isBusy } from "./map_error.ts";

/**
 * Runs a step on a connection, and again while another connection holds the lock it needs, for `waitMsMax` at most. Done here and not
 * by SQLite's busy handler, which would stop the event loop meanwhile, and with it the very transaction waited for when that
 * belongs to another client in this process.
 *
 * The first attempt is the caller's: it is synchronous, and nearly always the only one.
 *
 * @param busy The failure of the first attempt.
 */
export async function retryWhileBusy<T>(
  connection: Connection,
  busy: unknown,
  step: () => T,
  waitMsMax: number,
): Promise<T> {
  const end = performance.now() + waitMsMax;
  let failure = busy;
  for (let pauseMs = 1; isBusy(failure) && performance.now() < end; pauseMs = Math.min(pauseMs * 2, 25)) {
    await sleep(pauseMs);
    try {
      return step();
    } catch (error) {
      failure = error;
    }
  }
  connection.resetBlocked();
  throw failure;
}
