import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RheiError } from "../errors/mod.ts";
import { type ConfigInput, OPTION_SPECS, resolveConfig } from "./mod.ts";

function withFile(toml: string, test: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "rhei.toml");
    writeFileSync(path, toml);
    test(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function failure(input: ConfigInput): RheiError {
  try {
    resolveConfig(input);
  } catch (error) {
    assert.ok(error instanceof RheiError, String(error));
    assert.equal(error.code, "CONFIG");
    return error;
  }
  throw new Error("expected a CONFIG error");
}

/** A folder without a rhei.toml, so that the one of the checkout's folder can never matter. */
const NOWHERE = "/nonexistent-folder";

Deno.test("resolveConfig() gives the defaults when nothing is set", () => {
  const config = resolveConfig({ folder: NOWHERE });
  for (const [name, spec] of Object.entries(OPTION_SPECS)) {
    assert.equal(config[name as keyof typeof config], spec.defaultValue, name);
  }
});

Deno.test("resolveConfig() prefers flag over environment over file over default", () => {
  withFile('route = "oltp"\nsync_interval_ms = 5\nthreads = 2\nfreshness = "5s"\nread_only = true\n', (configPath) => {
    const config = resolveConfig({
      configPath,
      env: { RHEI_ROUTE: "olap", RHEI_SYNC_INTERVAL: "7", RHEI_FORMAT: "" },
      flags: { route: "auto" },
    });
    assert.equal(config.route, "auto");
    assert.equal(config.syncIntervalMs, 7);
    assert.equal(config.threads, 2);
    assert.equal(config.freshness, "5s");
    assert.equal(config.readOnly, true);
    assert.equal(config.format, null);
    assert.equal(config.syncBatchSize, 10_000);
  });
});

Deno.test("resolveConfig() finds rhei.toml in the folder and the file of RHEI_CONFIG", () => {
  withFile('format = "json"', (path) => {
    assert.equal(resolveConfig({ folder: join(path, "..") }).format, "json");
    assert.equal(resolveConfig({ folder: NOWHERE, env: { RHEI_CONFIG: path } }).format, "json");
  });
});

Deno.test("resolveConfig() accepts every value the interface names", () => {
  for (
    const [flag, name, text, value] of [
      ["olap", "olap", "duckdb", "duckdb"],
      ["olap-path", "olapPath", ":memory:", ":memory:"],
      ["sync-mode", "syncMode", "destructive", "destructive"],
      ["history-retention", "historyRetention", "90d", "90d"],
      ["history-retention", "historyRetention", "10 versions", "10 versions"],
      ["sync-mode", "syncMode", "temporal", "temporal"],
      ["sync-interval", "syncIntervalMs", "0", 0],
      ["sync-batch", "syncBatchSize", "1", 1],
      ["freshness", "freshness", "500ms", "500ms"],
      ["freshness", "freshness", "ANY", "any"],
      ["route", "route", "olap", "olap"],
      ["format", "format", "markdown", "markdown"],
      ["read-only", "readOnly", "true", true],
      ["threads", "threads", "8", 8],
      ["memory-limit", "memoryLimit", "512MiB", 512 * 2 ** 20],
      ["memory-limit", "memoryLimit", "1.5gb", 1_500_000_000],
      ["memory-limit", "memoryLimit", "4194304", 4_194_304],
      ["metrics-port", "metricsPort", "9464", 9464],
    ] as const
  ) {
    assert.equal(resolveConfig({ folder: NOWHERE, flags: { [flag]: text } })[name], value, flag);
  }
});

Deno.test("resolveConfig() names source, received and allowed value when a value is wrong", () => {
  for (
    const [name, input, message, hint] of [
      [
        "flag",
        { flags: { route: "oltpp" } },
        'Cannot use --route: received "oltpp", allowed: auto, oltp, olap',
        'did you mean "oltp"?',
      ],
      [
        "environment",
        { env: { RHEI_SYNC_BATCH: "0" } },
        'Cannot use RHEI_SYNC_BATCH: received "0", allowed: a whole number from 1 to 10000000',
        undefined,
      ],
      [
        "fraction",
        { flags: { threads: "1.5" } },
        'Cannot use --threads: received "1.5", allowed: a whole number from 1 to 1024',
        undefined,
      ],
      [
        "size",
        { flags: { "memory-limit": "lots" } },
        'Cannot use --memory-limit: received "lots", allowed: a size from 1MiB up, such as 512MiB or 2GB',
        undefined,
      ],
      [
        "freshness",
        { env: { RHEI_FRESHNESS: "soon" } },
        'Cannot use RHEI_FRESHNESS: received "soon", allowed: latest, any, or a duration such as 500ms, 5s or 1m',
        undefined,
      ],
      [
        "weaker source is checked too",
        { flags: { route: "oltp" }, env: { RHEI_FORMAT: "xml" } },
        'Cannot use RHEI_FORMAT: received "xml", allowed: box, csv, tsv, json, jsonl, markdown, line, table, column, list, quote, insert, html, off',
        undefined,
      ],
    ] as [string, ConfigInput, string, string | undefined][]
  ) {
    const error = failure({ folder: NOWHERE, ...input });
    assert.equal(error.message, message, name);
    assert.equal(error.hint, hint, name);
  }
});

Deno.test("resolveConfig() names the key path when the file is wrong", () => {
  for (
    const [name, toml, message, hint] of [
      ["typo", 'rout = "oltp"', 'Cannot use "rout" in "FILE": no such key', 'did you mean "route"?'],
      [
        "table",
        '[olap]\nbackend = "duckdb"',
        'Cannot use "olap.backend" in "FILE": no such key',
        "the keys are olap_backend, olap_path, sync_mode, history_retention, sync_interval_ms, sync_batch_size, freshness, " +
        "route, format, read_only, threads, memory_limit, metrics_port, metrics_host",
      ],
      [
        "type",
        'sync_interval_ms = "100"',
        'Cannot use "sync_interval_ms" in "FILE": received "100", allowed: a whole number from 0 to 2147483647',
        undefined,
      ],
      [
        "range",
        "threads = -1",
        'Cannot use "threads" in "FILE": received "-1", allowed: a whole number from 1 to 1024',
        undefined,
      ],
      [
        "boolean",
        'read_only = "yes"',
        'Cannot use "read_only" in "FILE": received "yes", allowed: true, false',
        undefined,
      ],
    ] as [string, string, string, string | undefined][]
  ) {
    withFile(toml, (configPath) => {
      const error = failure({ configPath });
      assert.equal(error.message.replaceAll(configPath, "FILE"), message, name);
      assert.equal(error.hint, hint, name);
    });
  }
});

Deno.test("resolveConfig() takes off for the metrics port, also against the file", () => {
  withFile('metrics_port = 9100\nmetrics_host = "::1"', (configPath) => {
    assert.deepEqual(
      [resolveConfig({ configPath }).metricsPort, resolveConfig({ configPath }).metricsHost],
      [9100, "::1"],
    );
    assert.equal(resolveConfig({ configPath, flags: { "metrics-port": "off" } }).metricsPort, null);
  });
  withFile('metrics_port = "off"', (configPath) => {
    assert.equal(resolveConfig({ configPath }).metricsPort, null);
  });
  for (const port of ["65536", "-1", "on", ""]) {
    assert.equal(
      failure({ folder: NOWHERE, flags: { "metrics-port": port } }).message,
      `Cannot use --metrics-port: received "${port}", allowed: a whole number from 0 to 65535, or off`,
    );
  }
});

Deno.test("resolveConfig() says why a file cannot be read", () => {
  assert.equal(
    failure({ configPath: "/nonexistent-folder/x.toml" }).message,
    'Cannot read configuration "/nonexistent-folder/x.toml": no such file',
  );
  withFile('route = "oltp"\nformat =\n', (configPath) => {
    const error = failure({ configPath });
    assert.match(error.message, /^Cannot parse configuration ".*rhei\.toml": \S/);
    assert.equal(error.pointer?.text.slice(0, 5), "route");
    assert.ok(error.pointer!.start >= 15, "points into line 2");
  });
});
