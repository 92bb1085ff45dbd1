import type { MirrorTable } from "../../types/mod.ts";

/** Below every 64-bit integer: no key is above it in an empty table. */
export const BELOW_ALL_KEYS = -(1n << 63n) - 1n;

/** A mirror table and what the writer knows of its keys. */
export interface MirrorEntry {
  readonly table: MirrorTable;
  /** Positions of the key columns, in `keyColumns` order. */
  readonly keyPositions: readonly number[];
  /**
   * For a key whose first column is `integer`: in no row is that above this; `null` while unknown. Rows with higher keys are new for
   * certain, and are appended without looking for older versions of them: only this process writes the file, and every row it
   * puts in raises the bound.
   */
  readonly keyBound: bigint | null;
}

/** Tables of a mirror by folded name. */
export type MirrorEntries = ReadonlyMap<string, MirrorEntry>;

/** An entry for a table of which nothing is known but its description. */
export function mirrorEntry(table: MirrorTable, keyBound: bigint | null): MirrorEntry {
  const keyPositions = table.keyColumns.map((key) => table.columns.findIndex((column) => column.name === key));
  if (keyPositions.length === 0 || keyPositions.includes(-1)) {
    throw new TypeError(`Mirror table "${table.name}" lacks one of its key columns: ${table.keyColumns.join(", ")}`);
  }
  return { table, keyPositions, keyBound };
}

/** The position of the first key column if that is `integer`, else `null`. */
export function leadingKeyPosition({ table, keyPositions }: MirrorEntry): number | null {
  const [position] = keyPositions;
  return table.columns[position!]?.class === "integer" ? position! : null;
}

/** Where the rows begin from which on all keys are above `bound`. */
export function firstRowBeyond(keys: BigInt64Array, rowCount: number, bound: bigint): number {
  let row = rowCount;
  while (row > 0 && keys[row - 1]! > bound) row--;
  return row;
}

/** The highest of `bound` and the keys in rows `from` to `to` (excluded). */
export function raisedBound(keys: BigInt64Array, from: number, to: number, bound: bigint): bigint {
  let highest = bound;
  for (let row = from; row < to; row++) if (keys[row]! > highest) highest = keys[row]!;
  return highest;
}
