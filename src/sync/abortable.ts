import { RheiError } from "../errors/mod.ts";

/** Waits for a shared promise, but only as long as the caller wants; the work itself goes on. @throws {RheiError} `CANCELLED` */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, action: string): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(new RheiError("CANCELLED", `Cannot ${action}: it was cancelled`));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
