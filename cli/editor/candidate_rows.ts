import { inColumns } from "../render/mod.ts";

/** Rows of candidates shown at most; more say how many they are. */
const ROWS_MAX = 8;

/** Candidates in columns, to be shown below the text. */
export function candidateRows(candidates: readonly string[], width: number): string[] {
  const rows = inColumns(candidates, width);
  if (rows.length <= ROWS_MAX) return rows;
  return [...rows.slice(0, ROWS_MAX - 1), `… ${candidates.length} in all: type more letters`];
}
