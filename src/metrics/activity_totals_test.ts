import assert from "node:assert/strict";
import { ActivityLog } from "./activity_totals.ts";

const QUICK = { kind: "select", route: "auto", engine: "arrow", outcome: "ok", durationMs: 3, text: "select 1" };

Deno.test("ActivityLog sums up statements by engine, failures, declines and syncs", () => {
  const log = new ActivityLog();
  log.statement(QUICK);
  log.statement({ ...QUICK, engine: "libsql" });
  log.statement(QUICK);
  log.statement({ ...QUICK, engine: "none", outcome: "SQL_ERROR" });
  log.declined();
  log.synced({ changes: 5, tables: [], durationMs: 1 });
  log.syncFailed();
  assert.deepEqual(log.totals(), {
    statements: { arrow: 2, libsql: 1 },
    failedStatements: 1,
    declined: 1,
    changesApplied: 5,
    syncs: 1,
    failedSyncs: 1,
    slowStatements: [],
  });
});

Deno.test("ActivityLog remembers the latest slow statements, newest first, their texts cut", () => {
  const log = new ActivityLog();
  for (let at = 0; at < 60; at++) log.statement({ ...QUICK, durationMs: 100 + at, text: `${at} ${"x".repeat(2_000)}` });
  log.statement({ ...QUICK, durationMs: 99 });
  log.statement({ ...QUICK, durationMs: 500, text: null, engine: "none", outcome: "CANCELLED" });
  const { slowStatements } = log.totals();
  assert.equal(slowStatements.length, 50);
  const [newest, next] = slowStatements;
  assert.deepEqual([newest?.text, newest?.engine, newest?.outcome, newest?.durationMs], [
    null,
    "none",
    "CANCELLED",
    500,
  ]);
  assert.equal(next?.text?.slice(0, 4), "59 x");
  assert.equal(next?.text?.length, 1_000);
});
