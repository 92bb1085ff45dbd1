import assert from "node:assert/strict";
import { RheiError, type SyncReport } from "../../mod.ts";
import { ServiceLog } from "./service_log.ts";
import { SyncSummary } from "./sync_summary.ts";

function report(changes: number, tables: SyncReport["tables"], durationMs = 2): SyncReport {
  return { changes, rows: 0, tables, durationMs, watermark: 7 as SyncReport["watermark"] };
}

const CHANGED = [{ name: "t", action: "changed", rows: 1 }] as const;

/** Level, event and message of what a summary logs. */
function logged(body: (summary: SyncSummary) => void): string[] {
  const lines: string[] = [];
  const write = (line: string): void => {
    const { level, event, message } = JSON.parse(line);
    lines.push(`${level} ${event}: ${message}`);
  };
  body(new SyncSummary(new ServiceLog({ json: true, color: false, write, now: () => 0 })));
  return lines;
}

Deno.test("SyncSummary sums up small syncs until it is flushed", () => {
  const lines = logged((summary) => {
    summary.flush();
    summary.hear({ kind: "synced", report: report(2, CHANGED, 2) });
    summary.hear({ kind: "synced", report: report(1, CHANGED, 8) });
    summary.hear({ kind: "synced", report: report(0, []) });
    summary.flush();
    summary.flush();
  });
  assert.deepEqual(lines, ["info synced: synced 3 changes in 2 syncs, the longest 8.0 ms"]);
});

Deno.test("SyncSummary tells at once of tables read, left out and gone", () => {
  const tables = [
    { name: "a", action: "loaded", rows: 1_000 },
    { name: "b", action: "loaded", rows: 200 },
    { name: "c", action: "absent", rows: 0, reason: "column x mixes text and numbers" },
    { name: "d", action: "dropped", rows: 0 },
  ] as const;
  assert.deepEqual(logged((summary) => summary.hear({ kind: "synced", report: report(0, tables, 1_500) })), [
    "info loaded: read 2 tables, 1,200 rows, in 1.50 s",
    'warn table_absent: table "c" is left out of the mirror: column x mixes text and numbers',
    'info table_dropped: table "d" is gone',
  ]);
});

Deno.test("SyncSummary tells how far a load is, the last word only, and nothing once it is done", () => {
  const lines = logged((summary) => {
    summary.progress("reading a: 1 of 3 rows");
    summary.progress("reading a: 2 of 3 rows");
    summary.flush();
    summary.progress("reading a: 3 of 3 rows");
    summary.hear({ kind: "synced", report: report(0, [{ name: "a", action: "loaded", rows: 3 }]) });
    summary.flush();
  });
  assert.deepEqual(lines, [
    "info loading: reading a: 2 of 3 rows",
    "info loaded: read 1 table, 3 rows, in 2.0 ms",
  ]);
});

Deno.test("SyncSummary tells of a lasting failure once, of another one, and of its end", () => {
  const full = new RheiError("DISK_FULL", "Cannot write: the disk is full");
  const lines = logged((summary) => {
    for (const error of [full, full, new Error("odd"), full]) summary.hear({ kind: "failed", error });
    summary.hear({ kind: "synced", report: report(0, []) });
    summary.hear({ kind: "synced", report: report(0, []) });
    summary.hear({ kind: "failed", error: full });
  });
  assert.deepEqual(lines, [
    "warn sync_failed: Cannot write: the disk is full; trying again",
    "warn sync_failed: odd; trying again",
    "warn sync_failed: Cannot write: the disk is full; trying again",
    "info sync_recovered: the sync works again after 4 failures",
    "warn sync_failed: Cannot write: the disk is full; trying again",
  ]);
});
