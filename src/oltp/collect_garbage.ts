import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees what nothing on this thread refers to any more, connections of the driver above all: it closes one only when its statements are
 * collected. Deno does not collect them when a thread ends, so that its connections would stay open as long as the process lives; Node
 * and Bun do it by themselves, and there nothing is done.
 */
export async function collectGarbage(): Promise<void> {
  if (process.versions["deno"] === undefined) return;
  // Statements of calls that have just ended are still referred to.
  await nextTurn();
  collector()?.();
  // What is freed is told of its end in turns of their own.
  await nextTurn();
}

/** Attempts to be given the collector. */
const ATTEMPTS_MAX = 10;

/** What collects, which contexts have while a flag of the whole process is set. */
function collector(): (() => void) | undefined {
  let collect: unknown;
  // Another thread may withdraw the flag in between, as each does when it is done.
  for (let attempt = 0; attempt < ATTEMPTS_MAX && typeof collect !== "function"; attempt++) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("globalThis.gc");
  }
  setFlagsFromString("--no-expose-gc");
  return typeof collect === "function" ? collect as () => void : undefined;
}
