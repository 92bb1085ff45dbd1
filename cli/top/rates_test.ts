import assert from "node:assert/strict";
import type { ActivityTotals, EngineActivity } from "../../mod.ts";
import { NO_HISTORY, withFailure, withLook } from "./history.ts";
import { ratesBetween } from "./rates.ts";

/** An engine as seen at a moment. */
export function activityAt(takenAtMs: number, totals: Partial<ActivityTotals> = {}, captured = 0): EngineActivity {
  return {
    takenAtMs,
    database: "app.db",
    backend: "arrow",
    health: { ok: true, reason: "the mirror is up to date" },
    mirror: {
      backend: "arrow",
      changesCaptured: captured,
      lagChanges: 3,
      lagMs: 20,
      logRows: 12,
      logBytes: 4_096,
      tablesByState: { mirrored: 2, absent: 1 },
      tables: [{ name: "orders", rows: 1_200_000, bytes: 5e7 }, { name: "shops", rows: 12, bytes: null }],
    },
    totals: {
      statements: {},
      failedStatements: 0,
      declined: 0,
      changesApplied: 0,
      syncs: 0,
      failedSyncs: 0,
      slowStatements: [],
      ...totals,
    },
  };
}

Deno.test("ratesBetween() gives what happened in a second", () => {
  const before = activityAt(1_000, { statements: { libsql: 10 }, changesApplied: 5 }, 100);
  const now = activityAt(3_000, { statements: { libsql: 20, arrow: 4 }, changesApplied: 25, declined: 2 }, 140);
  assert.deepEqual(ratesBetween(before, now), {
    captured: 20,
    applied: 10,
    statements: { libsql: 5, arrow: 2 },
    failed: 0,
    declined: 1,
  });
});

Deno.test("ratesBetween() takes a process that began anew from 0", () => {
  const before = activityAt(0, { statements: { libsql: 1_000 }, changesApplied: 500 });
  const { statements, applied } = ratesBetween(
    before,
    activityAt(1_000, { statements: { libsql: 7 }, changesApplied: 3 }),
  );
  assert.deepEqual([statements["libsql"], applied], [7, 3]);
});

Deno.test("withLook() and withFailure() keep what was seen", () => {
  let history = NO_HISTORY;
  for (let at = 0; at < 70; at++) history = withLook(history, activityAt(at * 1_000));
  assert.equal(history.rates.length, 60);
  history = withFailure(history, new Error("gone"));
  assert.deepEqual([history.failure, history.latest?.takenAtMs], ["gone", 69_000]);
  assert.equal(withLook(history, activityAt(70_000)).failure, null);
});
