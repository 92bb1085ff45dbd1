import assert from "node:assert/strict";
import { resolveConfig, type RheiConfig } from "../../src/config/mod.ts";
import { configChanges } from "./config_changes.ts";

const USED: RheiConfig = resolveConfig({ folder: "/nonexistent-folder" });

Deno.test("configChanges() tells what changes at once from what waits", () => {
  const read: RheiConfig = {
    ...USED,
    syncIntervalMs: 5,
    freshness: "any",
    olap: "arrow",
    metricsPort: 1,
    format: "csv",
  };
  const changes = configChanges(USED, read);
  assert.deepEqual(changes.live, { syncIntervalMs: 5, freshness: "any" });
  assert.deepEqual(changes.applied, ["sync_interval_ms", "freshness"]);
  assert.deepEqual(changes.waiting, ["olap_backend", "metrics_port"]);
  assert.deepEqual(changes.config, { ...USED, syncIntervalMs: 5, freshness: "any" });
});

Deno.test("configChanges() moves metrics that are served already", () => {
  const used: RheiConfig = { ...USED, metricsPort: 9464 };
  assert.deepEqual(configChanges(used, { ...used, metricsPort: null }).live, { metricsPort: null });
  const moved = configChanges(used, { ...used, metricsPort: 9465, metricsHost: "::1", threads: 2 });
  assert.deepEqual([moved.applied, moved.waiting], [["metrics_port", "metrics_host"], ["threads"]]);
});

Deno.test("configChanges() finds nothing where nothing differs", () => {
  assert.deepEqual(configChanges(USED, { ...USED }), { live: {}, applied: [], waiting: [], config: USED });
});
