import assert from "node:assert/strict";
import { EngineMetrics } from "./engine_metrics.ts";
import type { FigureSource, MirrorFigures, SyncHealth, TableFigures } from "./engine_observer.ts";
import { METRICS } from "./metric_definitions.ts";

function figures(tables: readonly TableFigures[]): MirrorFigures {
  return {
    backend: "arrow",
    changesCaptured: 12,
    lagChanges: 2,
    lagMs: 1_500,
    logRows: 3,
    logBytes: 120,
    tablesByState: { mirrored: tables.length },
    tables,
  };
}

function sourceOf(read: () => MirrorFigures | null, health: SyncHealth = { ok: true, reason: "" }): FigureSource {
  const standing = { standby: false, failuresInRow: 0, retryMs: 0 };
  return { figures: async () => read(), health: async () => health, standing: () => standing };
}

const NOTHING = sourceOf(() => null);

/** The lines of samples, without those of the process itself. */
async function samples(metrics: EngineMetrics, source: FigureSource): Promise<string[]> {
  return (await metrics.text(source)).split("\n").filter((line) => line.startsWith("rhei_"));
}

Deno.test("EngineMetrics counts what it hears before and after it is shown", async () => {
  const metrics = await EngineMetrics.open();
  const statement = { kind: "select", route: "auto", engine: "arrow", outcome: "ok", durationMs: 3, text: null };
  metrics.statement(statement);
  metrics.statement({ ...statement, outcome: "SQL_ERROR", engine: "none" });
  metrics.routed("olap", "scan");
  await metrics.text(NOTHING);
  metrics.statement(statement);
  metrics.declined("function");
  metrics.cacheUsed("decision", false);
  const lines = await samples(metrics, NOTHING);
  for (
    const line of [
      'rhei_statements_total{kind="select",route="auto",engine="arrow",outcome="ok"} 2',
      'rhei_statements_total{kind="select",route="auto",engine="none",outcome="failed"} 1',
      'rhei_errors_total{code="SQL_ERROR"} 1',
      'rhei_statement_duration_seconds_bucket{le="0.005",kind="select",engine="arrow"} 2',
      'rhei_statement_duration_seconds_bucket{le="0.0025",kind="select",engine="arrow"} 0',
      'rhei_routing_decisions_total{target="olap",reason="scan"} 1',
      'rhei_declines_total{cause="function"} 1',
      'rhei_cache_requests_total{cache="decision",result="miss"} 1',
    ]
  ) assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
});

Deno.test("EngineMetrics counts syncs, and those without anything to do only as such", async () => {
  const metrics = await EngineMetrics.open();
  metrics.synced({ changes: 0, tables: [], durationMs: 1 });
  metrics.synced({
    changes: 5,
    tables: [{ action: "changed", rows: 4 }, { action: "absent", rows: 0 }],
    durationMs: 20,
  });
  metrics.syncFailed("DISK_FULL");
  const lines = await samples(metrics, NOTHING);
  for (
    const line of [
      'rhei_syncs_total{outcome="ok"} 2',
      'rhei_syncs_total{outcome="failed"} 1',
      'rhei_sync_errors_total{code="DISK_FULL"} 1',
      "rhei_changes_applied_total 5",
      'rhei_sync_rows_total{action="changed"} 4',
      "rhei_sync_duration_seconds_count 1",
    ]
  ) assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
});

Deno.test("EngineMetrics shows figures of now, and none where they cannot be read", async () => {
  const metrics = await EngineMetrics.open();
  const table = { name: 'a "b"', rows: 7, bytes: null };
  const first = await samples(metrics, sourceOf(() => figures([table, { name: "gone", rows: 1, bytes: 64 }])));
  for (
    const line of [
      'rhei_mirror_ready{backend="arrow"} 1',
      "rhei_changes_captured_total 12",
      "rhei_lag_changes 2",
      "rhei_lag_seconds 1.5",
      "rhei_log_bytes 120",
      'rhei_mirror_table_rows{table="a \\"b\\""} 7',
      'rhei_mirror_table_bytes{table="gone"} 64',
      "rhei_sync_stuck 0",
    ]
  ) assert.ok(first.includes(line), `${line} in\n${first.join("\n")}`);
  const second = await samples(metrics, sourceOf(() => figures([table])));
  assert.ok(!second.some((line) => line.includes("gone")));
  const unreadable = sourceOf(() => {
    throw new Error("locked");
  }, { ok: false, reason: "locked" });
  const third = await samples(metrics, unreadable);
  assert.ok(!third.some((line) => /^rhei_(lag|log|mirror)/.test(line)), third.join("\n"));
  assert.ok(third.includes("rhei_metrics_read_failures_total 1") && third.includes("rhei_sync_stuck 1"));
});

Deno.test("EngineMetrics bounds the values of its labels", async () => {
  const metrics = await EngineMetrics.open();
  for (let index = 0; index < 1_000; index++) metrics.declined(`cause ${index}`);
  const tables = Array.from({ length: 1_000 }, (_, index) => ({ name: `t${index}`, rows: index, bytes: 10 }));
  const lines = await samples(metrics, sourceOf(() => figures(tables)));
  assert.equal(lines.filter((line) => line.startsWith("rhei_declines_total")).length, 65);
  assert.ok(lines.includes('rhei_declines_total{cause="(other)"} 936'));
  assert.equal(lines.filter((line) => line.startsWith("rhei_mirror_table_rows")).length, 200);
  assert.ok(lines.includes('rhei_mirror_table_rows{table="t999"} 999'));
  assert.ok(lines.includes('rhei_mirror_table_bytes{table="(other)"} 8010'));
});

Deno.test("EngineMetrics shows every metric that is defined", async () => {
  const text = await (await EngineMetrics.open()).text(NOTHING);
  for (const { name, type } of Object.values(METRICS)) assert.ok(text.includes(`# TYPE ${name} ${type}\n`), name);
});
