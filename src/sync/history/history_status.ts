import type { OlapBackend } from "../../olap/mod.ts";
import { HISTORY_COLUMNS, type HistoryBeginning, type TableHistory } from "../../types/mod.ts";
import { askHistory } from "./ask_history.ts";

/** How much of a table's past is kept. */
export interface HistoryStatus {
  /** Versions, living ones and tombstones included. */
  readonly versions: number;
  /** When the oldest of them began, in milliseconds since 1970; `null` where there is none. */
  readonly sinceMs: number | null;
  /**
   * From when on all that happened is known, in milliseconds since 1970: what came before was removed, or the table had rows already.
   * `null` where it is from the table's first row on.
   */
  readonly wholeSinceMs: number | null;
  /** Whether versions are still added. */
  readonly live: boolean;
}

/** How much of a history there is. */
export async function historyStatus(
  olap: OlapBackend,
  { open, closed }: TableHistory,
  beginning: HistoryBeginning | undefined,
): Promise<HistoryStatus> {
  let versions = 0;
  let since: number | null = null;
  for (const part of [open, closed]) {
    const sql = `select count(*), min(${HISTORY_COLUMNS.validFrom}) from "${part.name}"`;
    const [row] = await askHistory(olap, [part], sql);
    versions += Number(row?.[0] ?? 0);
    const first = row?.[1] ?? null;
    if (first !== null) since = Math.min(since ?? Infinity, Number(first));
  }
  return {
    versions,
    sinceMs: since === null ? null : since / 1000,
    wholeSinceMs: beginning === undefined ? null : beginning.time / 1000,
    live: open.history?.live === true,
  };
}
