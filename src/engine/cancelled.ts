import { RheiError } from "../errors/mod.ts";

/** The error of a query whose signal aborted. */
export function cancelled(signal: AbortSignal): RheiError {
  return new RheiError("CANCELLED", "Cancelled the statement", { cause: signal.reason });
}
