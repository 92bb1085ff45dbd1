/**
 * A value on its way between threads. Deno's `node:worker_threads` (2.9) goes through every object and array it receives, typed arrays
 * element by element, which takes 150 ms for a million; into maps it does not look.
 */
export type Sealed<T> = ReadonlyMap<"value", T>;

/** Closes a value for its way. */
export function seal<T>(value: T): Sealed<T> {
  return new Map([["value", value]]);
}

/** The value again. */
export function unseal<T>(sealed: Sealed<T>): T {
  return sealed.get("value")!;
}
