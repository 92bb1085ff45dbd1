import { counted, durationText } from "../render/mod.ts";
import type { SyncReport } from "./engine_reports.ts";
import { textTable } from "./text_table.ts";

/** What a sync did, table by table. */
export function syncText(report: SyncReport): string {
  const facts = [
    counted(report.tables.length, "table"),
    counted(report.changes, "change"),
    durationText(report.durationMs),
  ];
  if (report.tables.length === 0) return `The mirror is up to date · ${durationText(report.durationMs)}`;
  const rows = [...report.tables].sort((a, b) => a.name < b.name ? -1 : 1).map((table) => [
    table.name,
    table.action,
    table.reason ?? counted(table.rows, "row"),
  ]);
  return `${textTable(rows)}\n${facts.join(" · ")}`;
}
