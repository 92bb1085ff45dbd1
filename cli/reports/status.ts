import type { EngineStatus } from "../../mod.ts";
import { counted, durationText } from "../render/mod.ts";
import { textTable } from "./text_table.ts";

/** How mirror and database stand: the whole, then each table. */
export function statusText(status: EngineStatus): string {
  const { log } = status;
  const summary = [
    ["database:", status.database + (status.readOnly ? " (read-only)" : "")],
    ["mirror:", `${status.backend}, ${status.mirrorPath ?? memoryText(status)}`],
    lagLine(status),
    ["log:", `${counted(log.rows, "row")}, ${counted(log.bytes, "byte")}`],
  ];
  if (status.lastError !== null) {
    summary.push(["trouble:", `${status.lastError.message} (${counted(status.failures, "failure")})`]);
  }
  if (status.tables.length === 0) return `${textTable(summary)}\n\nno table is tracked`;
  const rows = [...status.tables].sort((a, b) => a.name < b.name ? -1 : 1).map((table) => [
    table.name,
    table.state,
    stateText(table),
  ]);
  return `${textTable(summary)}\n\n${textTable(rows)}`;
}

function memoryText({ syncMode, database, readOnly }: EngineStatus): string {
  const isPassing = syncMode === "temporal" && database !== ":memory:" && !readOnly;
  return isPassing ? "in memory; its history ends with this process" : "in memory";
}

/** How far the mirror is behind, or who has it. */
function lagLine({ lag, heldBy }: EngineStatus): [string, string] {
  if (lag === null) {
    const holder = heldBy?.pid ? `process ${heldBy.pid}` : "another process";
    return ["held by:", `${holder}, which keeps it fresh; libSQL answers queries here`];
  }
  return ["lag:", lag.changes === 0 ? "none" : `${counted(lag.changes, "change")}, ${durationText(lag.milliseconds)}`];
}

/** How a table stands: its rows, or why it has none in the mirror and since when. */
function stateText({ state, rows, reason, absentSinceMs, history }: EngineStatus["tables"][number]): string {
  const past = history === null
    ? ""
    : `, ${counted(history.versions, "version")}${sinceText(history.wholeSinceMs ?? history.sinceMs)}`;
  if (rows !== null) return counted(rows, "row") + past;
  if (state === "untracked" || reason === null) return "";
  return absentSinceMs === null ? reason : `${reason}, since ${new Date(absentSinceMs).toISOString().slice(0, 19)}Z`;
}

function sinceText(sinceMs: number | null): string {
  return sinceMs === null ? "" : ` since ${new Date(sinceMs).toISOString().slice(0, 19)}Z`;
}

/** The same as one JSON object, for programs. */
export function statusJson(status: EngineStatus): string {
  return JSON.stringify({
    database: status.database,
    readOnly: status.readOnly,
    backend: status.backend,
    syncMode: status.syncMode,
    mirrorPath: status.mirrorPath,
    lag: status.lag,
    heldBy: status.heldBy,
    log: status.log,
    lastError: status.lastError?.message ?? null,
    failures: status.failures,
    tables: status.tables,
  });
}
