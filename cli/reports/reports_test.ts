import assert from "node:assert/strict";
import type { EngineStatus, PlanNode } from "../../mod.ts";
import type { SyncReport, VerifyReport } from "./engine_reports.ts";
import { REPORTS, statusJson } from "./mod.ts";

/** Watermarks are branded; their value does not matter here. */
const WATERMARK = 7 as SyncReport["watermark"];

function step(text: string, ran: Partial<PlanNode> = {}, inputs: readonly PlanNode[] = []): PlanNode {
  return { text, rows: null, durationMs: null, rowsEstimated: null, ...ran, inputs };
}

Deno.test("REPORTS.explanation() names engine, reason, decline and plan", () => {
  const explanation = {
    target: "oltp",
    engine: "libsql",
    reason: "declined: group_concat keeps no order",
    rowsEstimated: 123456.7,
    rowsAreLowerBound: false,
    declined: { reason: "group_concat keeps no order", cause: "function" },
    plan: "SCAN t",
    tree: step("SCAN t"),
    run: null,
  } as const;
  assert.equal(
    REPORTS.explanation(explanation),
    "goes to:  libsql (oltp)\nbecause:  declined: group_concat keeps no order\n" +
      "reads:    about 123,457 rows on libsql\n\nplan\nSCAN t",
  );
  assert.match(
    REPORTS.explanation({ ...explanation, reason: "route oltp was asked for", rowsAreLowerBound: true }),
    /asked for\ndeclined: group_concat keeps no order\nreads: +at least 123,457 rows/,
  );
  assert.equal(
    REPORTS.explanation({ ...explanation, reason: "by key", rowsEstimated: null, declined: null, tree: null }),
    "goes to:  libsql (oltp)\nbecause:  by key",
  );
});

Deno.test("REPORTS.explanation() puts what a run took beside each step, cut to the terminal's width", () => {
  const scans = [
    step("scan a", { rows: 12_000, durationMs: 3.21, rowsEstimated: 9_000 }),
    step("scan b, as part of the join"),
  ];
  const explanation = {
    target: "olap",
    engine: "duckdb",
    reason: "many rows",
    rowsEstimated: null,
    rowsAreLowerBound: false,
    declined: null,
    plan: "",
    tree: step("join on a.id = b.id", { rows: 1, durationMs: 1500 }, scans),
    run: { rowCount: 1, durationMs: 1510, syncMs: 2.5, routeMs: 1.25 },
  } as const;
  assert.deepEqual(REPORTS.explanation(explanation, 50).split("\n"), [
    "goes to:  duckdb (olap)",
    "because:  many rows",
    "took:     1.51 s (sync 2.5 ms, routing 1.3 ms) for 1 row",
    "",
    "  rows    time  expected  plan",
    "     1  1.50 s            join on a.id = b.id",
    "12,000  3.2 ms     9,000  ├─ scan a",
    "                          └─ scan b, as part of t…",
  ]);
});

Deno.test("REPORTS.sync() lists tables by name", () => {
  const report: SyncReport = {
    changes: 3,
    rows: 1201,
    tables: [
      { name: "orders", action: "changed", rows: 1 },
      { name: "customers", action: "loaded", rows: 1200 },
      { name: "odd", action: "absent", rows: 0, reason: "column x mixes text and numbers" },
    ],
    durationMs: 12.34,
    watermark: WATERMARK,
  };
  assert.equal(
    REPORTS.sync(report),
    "customers  loaded   1,200 rows\nodd        absent   column x mixes text and numbers\norders     changed  1 row\n" +
      "3 tables · 3 changes · 12.3 ms",
  );
  assert.equal(REPORTS.sync({ ...report, tables: [], changes: 0 }), "The mirror is up to date · 12.3 ms");
});

const STATUS: EngineStatus = {
  database: "app.db",
  backend: "duckdb",
  syncMode: "destructive",
  mirrorPath: null,
  readOnly: true,
  tables: [
    { name: "t", state: "absent", reason: "it has no key", absentSinceMs: null, rows: null, history: null },
    {
      name: "drifted",
      state: "absent",
      reason: "column c holds text and integers",
      absentSinceMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      history: null,
      rows: null,
    },
    { name: "u", state: "untracked", reason: "it is not tracked", absentSinceMs: null, rows: null, history: null },
  ],
  lag: { changes: 2, milliseconds: 1500 },
  heldBy: null,
  watermark: WATERMARK,
  log: { rows: 2, bytes: 64 },
  lastError: new Error("disk full"),
  failures: 3,
};

Deno.test("REPORTS.status() tells the whole, then each table", () => {
  assert.equal(
    REPORTS.status(STATUS),
    "database:  app.db (read-only)\nmirror:    duckdb, in memory\nlag:       2 changes, 1.50 s\nlog:       2 rows, 64 bytes\n" +
      "trouble:   disk full (3 failures)\n\ndrifted  absent     column c holds text and integers, since 2026-01-02T03:04:05Z\n" +
      "t        absent     it has no key\nu        untracked",
  );
  assert.match(
    REPORTS.status({ ...STATUS, lag: null, heldBy: { pid: 7 } }),
    /^held by: +process 7, which keeps it fresh; libSQL answers queries here$/m,
  );
  const passing = { ...STATUS, syncMode: "temporal", readOnly: false } as const;
  assert.match(REPORTS.status(passing), /^mirror: +duckdb, in memory; its history ends with this process$/m);
  assert.match(REPORTS.status({ ...passing, database: ":memory:" }), /^mirror: +duckdb, in memory$/m);
  assert.match(REPORTS.status({ ...STATUS, tables: [], lastError: null }), /log: .*\n\nno table is tracked$/);
});

Deno.test("statusJson() tells the same as one object", () => {
  const { lastError, tables, lag } = JSON.parse(statusJson(STATUS));
  assert.deepEqual([lastError, tables, lag], ["disk full", STATUS.tables, STATUS.lag]);
});

Deno.test("REPORTS.verify() names differing keys as SQL would", () => {
  const report: VerifyReport = {
    equal: false,
    watermark: WATERMARK,
    tables: [
      {
        name: "t",
        keyColumns: ["a", "b"],
        sourceRows: 3,
        mirrorRows: 2,
        differenceCount: 12,
        differences: [
          { key: [1n, "it's"], kind: "missing in mirror", columns: [] },
          { key: [0.5, new Uint8Array([255])], kind: "different", columns: ["c", "d"] },
        ],
      },
      { name: "s", keyColumns: ["a"], sourceRows: 1, mirrorRows: 1, differenceCount: 0, differences: [] },
    ],
    history: [
      { name: "s", keyColumns: ["a"], versions: 3, faultCount: 0, faults: [] },
      {
        name: "t",
        keyColumns: ["a"],
        versions: 7,
        faultCount: 1,
        faults: [{ key: [1n], kind: "overlapping", columns: [] }],
      },
    ],
    absent: [{ name: "u", reason: "it has no key" }],
  };
  assert.equal(
    REPORTS.verify(report),
    "s: equal, 1 row\nt: DIFFERS in 12 rows (3 rows in the database, 2 in the mirror)\n" +
      "  a = 1, b = 'it''s': missing in mirror\n  a = 0.5, b = x'ff': different (c, d)\n  and 10 more\n" +
      "history of s: in order, 3 versions\nhistory of t: WRONG in 1 row (7 versions)\n  a = 1: overlapping\n" +
      "u: not in the mirror: it has no key\nmirror and database DIFFER",
  );
});
