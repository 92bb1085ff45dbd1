import type { ChangeSource } from "../cdc/mod.ts";
import { type OlapBackend, RuntimeDecline } from "../olap/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { HistoryBeginning, TableHistory } from "../types/mod.ts";
import { type HistoryStatus, historyStatus } from "./history/history_status.ts";
import { ContentsCatalog, type MirrorContents } from "./mirror_contents.ts";
import type { TableStatus } from "./sync_report.ts";

/** How each table stands, by name. */
export async function tableStatuses(olap: OlapBackend, contents: MirrorContents): Promise<TableStatus[]> {
  const list: TableStatus[] = [];
  for (const { name } of contents.tables.values()) {
    const rows = await countRows(olap, name);
    list.push({ name, state: "mirrored", reason: null, absentSinceMs: null, rows, history: null });
  }
  for (const { name, reason, untracked, sinceMs } of contents.absences.values()) {
    const state = untracked ? "untracked" : "absent";
    list.push({ name, state, reason, absentSinceMs: sinceMs, rows: null, history: null });
  }
  const catalog = new ContentsCatalog(contents, 0);
  for (const [at, status] of list.entries()) {
    const history = catalog.history(status.name);
    if (history !== undefined) {
      list[at] = { ...status, history: await countVersions(olap, history, catalog.historyBeginning(status.name)) };
    }
  }
  return byName(list);
}

/** The same as far as the source alone tells, where another process has the mirror. */
export async function sourceTableStatuses(oltp: OltpClient, source: ChangeSource): Promise<TableStatus[]> {
  await using snapshot = await oltp.snapshot();
  const { captured, absent } = await source.schema(snapshot);
  const nowhere = { absentSinceMs: null, rows: null, history: null };
  return byName([
    ...[...captured.values()].map(({ table }): TableStatus => {
      return { name: table.schema.name, state: "tracked", reason: null, ...nowhere };
    }),
    ...[...absent.values()].map(({ name, reason, untracked }): TableStatus => {
      return { name, state: untracked ? "untracked" : "absent", reason, ...nowhere };
    }),
  ]);
}

function byName(list: TableStatus[]): TableStatus[] {
  return list.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Rows of a mirror table; `null` when a sync has just taken it away. */
async function countRows(olap: OlapBackend, name: string): Promise<number | null> {
  try {
    return await olap.rowCount(name);
  } catch (error) {
    const held = await olap.state();
    if (held?.tables.some((table) => table.name === name)) throw error;
    return null;
  }
}

/** How much of a history there is; `null` when a sync is just rewriting it or has taken it away. */
async function countVersions(
  olap: OlapBackend,
  history: TableHistory,
  beginning: HistoryBeginning | undefined,
): Promise<HistoryStatus | null> {
  try {
    return await historyStatus(olap, history, beginning);
  } catch (error) {
    const held = await olap.state();
    const isThere = held?.tables.some((table) => table.name === history.closed.name);
    if (isThere && !(error instanceof RuntimeDecline)) throw error;
    return null;
  }
}
