const DEFAULT_MS = 5000;
/** The longest wait a timer can hold. */
const MAX_MS = 2 ** 31 - 1;

/**
 * How long to wait for another transaction's lock, in milliseconds.
 *
 * @throws {RangeError} If it is negative or beyond what a timer can hold.
 */
export function busyTimeoutMsOf(options: { readonly busyTimeoutMs?: number }): number {
  const busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_MS;
  if (busyTimeoutMs >= 0 && busyTimeoutMs <= MAX_MS) return busyTimeoutMs;
  throw new RangeError(`busyTimeoutMs lies between 0 and ${MAX_MS}, not ${busyTimeoutMs}`);
}
