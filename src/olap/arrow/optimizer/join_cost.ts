/** Costs are in rows that a simple operator passes on. */

/** What it takes to look one row up, by the size of the table that is searched: small ones stay in the processor's caches. */
function lookUpCost(heldRows: number): number {
  if (heldRows < 4_000) return 1;
  if (heldRows < 64_000) return 1.6;
  return heldRows < 1_000_000 ? 3 : 4;
}

/** Streams rows past a table held by its keys. */
export function probeCost(streamedRows: number, heldRows: number): number {
  return streamedRows * lookUpCost(heldRows);
}

/** Makes the table. */
export function buildCost(heldRows: number): number {
  return heldRows * (1 + 2 * lookUpCost(heldRows));
}

/** Compares every row with every row. */
export function crossCost(streamedRows: number, heldRows: number): number {
  return streamedRows * (1 + heldRows * 0.5) + heldRows * 2;
}
