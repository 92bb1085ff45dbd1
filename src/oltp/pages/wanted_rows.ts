/** Which rows of a table to read: a range of rowids, or of a range those that are named. */
export interface WantedRows {
  /** Both ends inclusive. */
  readonly first: bigint;
  readonly last: bigint;
  /** In ascending order, each once; all rows of the range if absent. */
  readonly keys?: BigInt64Array;
}

/** The named keys within the range. */
export function keysWithin({ first, last, keys }: WantedRows): BigInt64Array | undefined {
  return keys?.subarray(lowerBound(keys, first), lowerBound(keys, last + 1n));
}

/** Whether a rowid above `lower` and not above `upper` may be wanted. */
export function mayWant({ first, last, keys }: WantedRows, lower: bigint, upper: bigint): boolean {
  if (upper < first || lower >= last) return false;
  if (keys === undefined) return true;
  const key = keys[lowerBound(keys, lower < first ? first : lower + 1n)];
  return key !== undefined && key <= upper && key <= last;
}

/** Position of the first key that is not below `bound`. */
function lowerBound(keys: BigInt64Array, bound: bigint): number {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (keys[middle]! < bound) from = middle + 1;
    else to = middle;
  }
  return from;
}
