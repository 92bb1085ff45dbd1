/** Typed arrays a column lives in. */
export type SharedNumbers = Int8Array | Int16Array | Int32Array | Float64Array | BigInt64Array;

/** Constructors of {@linkcode SharedNumbers}, and of bytes. */
interface SharedConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: SharedArrayBuffer): T;
}

/** Elements a buffer begins with: databases of thousands of tiny tables should not pay for large ones. */
const LENGTH_MIN = 64;

/** An array of zeros that worker threads can read. */
export function sharedArray<T>(constructor: SharedConstructor<T>, length: number): T {
  return new constructor(new SharedArrayBuffer(length * constructor.BYTES_PER_ELEMENT));
}

/** The length to give a buffer that is to hold `needed` elements: doubling keeps the copying proportional to what is added. */
export function grownLength(length: number, needed: number): number {
  return Math.max(needed, length * 2, LENGTH_MIN);
}

/** The array itself if it is long enough, else a longer one with its first `used` elements; zeros follow. */
export function grown<T extends SharedNumbers | Uint8Array>(array: T, used: number, needed: number): T {
  if (needed <= array.length) return array;
  const longer = sharedArray(array.constructor as unknown as SharedConstructor<T>, grownLength(array.length, needed));
  (longer as Uint8Array).set((array as Uint8Array).subarray(0, used));
  return longer;
}
