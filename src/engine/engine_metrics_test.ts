import assert from "node:assert/strict";
import { join } from "node:path";
import { RheiError } from "../errors/mod.ts";
import type { SyncEvent } from "../sync/mod.ts";
import { HtapEngine } from "./htap_engine.ts";
import type { OpenOptions } from "./open_options.ts";

/** 5,000 rows: enough for the mirror to answer an aggregate. */
const SCHEMA = [
  "create table orders (id integer primary key, status text not null, total real)",
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
   insert into orders select i, iif(i % 2, 'open', 'paid'), i * 0.5 from n`,
];

async function withEngine(options: Partial<OpenOptions>, test: (engine: HtapEngine) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using engine = await HtapEngine.open({ oltpPath: join(folder, "app.db"), syncIntervalMs: 0, ...options });
    for (const sql of SCHEMA) await engine.execute(sql);
    await test(engine);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Values by name and labels. */
async function valuesOf(engine: HtapEngine): Promise<Map<string, number>> {
  const lines = (await engine.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))] as const;
  }));
}

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`HtapEngine counts statements, routing, declines and syncs with ${backend}`, () =>
    withEngine({ metrics: true, olap: { backend }, threads: 1 }, async (engine) => {
      await engine.query("select sum(total) from orders");
      await engine.query("select sum(total) from orders");
      await engine.query("select * from orders where id = 1");
      await engine.query("select * from orders where id = 1");
      await engine.query("select sum(total), random() from orders");
      const captured = (await valuesOf(engine)).get("rhei_changes_captured_total") ?? NaN;
      await assert.rejects(engine.query("select price from orders"));
      await assert.rejects(engine.execute("insert into orders values (1, 'again', 0)"));
      await engine.batch([{ sql: "update orders set total = 1 where id < 4" }]);
      await engine.transaction(async (transaction) => {
        await transaction.execute("delete from orders where id = 9");
        await transaction.query("select count(*) from orders");
      });
      const before = await valuesOf(engine);
      assert.equal(before.get("rhei_lag_changes"), 4);
      await engine.syncNow();
      const values = await valuesOf(engine);
      const expected: readonly [string, number][] = [
        [`rhei_statements_total{kind="select",route="auto",engine="${backend}",outcome="ok"}`, 2],
        ['rhei_statements_total{kind="select",route="auto",engine="none",outcome="failed"}', 1],
        ['rhei_statements_total{kind="write",route="auto",engine="none",outcome="failed"}', 1],
        ['rhei_statements_total{kind="write",route="oltp",engine="libsql",outcome="ok"}', 1],
        ['rhei_statements_total{kind="batch",route="oltp",engine="libsql",outcome="ok"}', 1],
        ['rhei_errors_total{code="SQL_UNKNOWN_NAME"}', 1],
        ['rhei_errors_total{code="SQL_CONSTRAINT"}', 1],
        ['rhei_routing_decisions_total{target="olap",reason="scan"}', 2],
        ['rhei_routing_decisions_total{target="oltp",reason="cheap"}', 2],
        // The unknown column too: libSQL reports it.
        ['rhei_routing_decisions_total{target="oltp",reason="declined"}', 2],
        [`rhei_declines_total{cause="${backend === "duckdb" ? "function" : "runtime"}"}`, 1],
        ['rhei_declines_total{cause="name"}', 1],
        ['rhei_cache_requests_total{cache="compilation",result="hit"}', 1],
        ["rhei_changes_captured_total", captured + 4],
        ["rhei_changes_applied_total", 4],
        ["rhei_lag_changes", 0],
        ["rhei_lag_seconds", 0],
        ['rhei_sync_rows_total{action="loaded"}', 5_000],
        ['rhei_sync_rows_total{action="changed"}', 4],
        ['rhei_mirror_table_rows{table="orders"}', 4_999],
        ['rhei_mirror_tables{state="mirrored"}', 1],
        ["rhei_sync_stuck", 0],
        ["rhei_metrics_read_failures_total", 0],
      ];
      for (const [name, value] of expected) {
        assert.equal(values.get(name), value, `${name} in\n${[...values].join("\n")}`);
      }
      // A kept decision counts for some seconds only, which a slow machine may take.
      const decisions = ["hit", "miss"].map((result) =>
        values.get(`rhei_cache_requests_total{cache="decision",result="${result}"}`) ?? 0
      );
      assert.equal(decisions[0]! + decisions[1]!, 6);
      assert.ok(decisions[1]! >= 4, `${decisions}`);
    }));
}

Deno.test("HtapEngine shows no figures of a mirror that nobody has opened", () =>
  withEngine({ metrics: true }, async (engine) => {
    const values = await valuesOf(engine);
    assert.ok(![...values.keys()].some((name) => name.startsWith("rhei_mirror")));
    assert.deepEqual(await engine.health(), { ok: true, reason: "the mirror is opened when it is asked for" });
  }));

Deno.test("HtapEngine counts nothing unless asked to", () =>
  withEngine({}, async (engine) => {
    await assert.rejects(engine.metrics(), (error) => error instanceof RheiError && error.code === "CONFIG");
    assert.equal(engine.metricsUrl, null);
  }));

Deno.test("HtapEngine serves metrics while it is open", async () => {
  let url = "";
  await withEngine({ metricsPort: 0 }, async (engine) => {
    url = engine.metricsUrl ?? "";
    assert.match(await (await fetch(`${url}/metrics`)).text(), /rhei_statements_total\{kind="ddl"/);
    assert.match(await (await fetch(`${url}/healthz`)).text(), /^ok: /);
  });
  await assert.rejects(fetch(`${url}/healthz`));
});

Deno.test("HtapEngine.open() refuses what metrics options do not allow", async () => {
  const cases: readonly [Partial<OpenOptions>, RegExp][] = [
    [{ metricsPort: 70_000 }, /metricsPort must be a whole number from 0 to 65535/],
    [{ metricsPort: 1.5 }, /metricsPort/],
    [{ metricsPort: 0, metrics: false }, /metricsPort needs metrics/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(HtapEngine.open({ oltpPath: ":memory:", ...options }), message);
  }
});

Deno.test("HtapEngine leaves a database as it was when the metrics port is in use", () =>
  withEngine({ metricsPort: 0 }, async (engine) => {
    const folder = await Deno.makeTempDir();
    try {
      const oltpPath = join(folder, "other.db");
      const metricsPort = Number(new URL(engine.metricsUrl ?? "").port);
      await assert.rejects(HtapEngine.open({ oltpPath, metricsPort, syncIntervalMs: 0 }), /the port is in use$/);
      await using other = await HtapEngine.open({ oltpPath, track: "none", syncIntervalMs: 0 });
      assert.deepEqual((await other.query("select name from sqlite_schema")).values(), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));

Deno.test("HtapEngine.reconfigure() changes what may change and refuses the rest", () =>
  withEngine({}, async (engine) => {
    await engine.reconfigure({ route: "oltp" });
    assert.equal((await engine.query("select sum(total) from orders")).target, "oltp");
    await engine.reconfigure({ route: "auto", freshness: "any" });
    assert.equal((await engine.query("select sum(total) from orders")).target, "oltp", "nothing is loaded yet");
    await engine.syncNow();
    assert.equal((await engine.query("select sum(total) from orders")).target, "olap");
    await assert.rejects(engine.reconfigure({ threads: 2 } as never), /cannot change the option "threads"/);
    await assert.rejects(engine.reconfigure({ syncIntervalMs: -1 }), RangeError);
  }));

Deno.test("HtapEngine.reconfigure() leaves metrics served as they were when it fails", () =>
  withEngine({ metricsPort: 0 }, async (engine) => {
    const url = engine.metricsUrl ?? "";
    const metricsPort = Number(new URL(url).port);
    // An address for documentation, which no machine has.
    await assert.rejects(engine.reconfigure({ metricsPort, metricsHost: "203.0.113.1" }), /203\.0\.113\.1/);
    assert.equal(engine.metricsUrl, url);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  }));

Deno.test("HtapEngine counts waits and failures of reading history", () =>
  withEngine({ metrics: true, syncMode: "temporal" }, async (engine) => {
    const waits = async () => (await valuesOf(engine)).get("rhei_freshness_wait_seconds_count") ?? 0;
    const before = await waits();
    await engine.query("select count(*) from orders for system_time all");
    assert.equal(await waits(), before + 1);
    await assert.rejects(engine.history("nosuch", 1), /no such table/);
    await assert.rejects(engine.history("orders", []), /its key is id/);
    const values = await valuesOf(engine);
    assert.equal(values.get('rhei_errors_total{code="SQL_UNKNOWN_NAME"}'), 1);
    assert.equal(values.get('rhei_errors_total{code="SQL_PARAMETERS"}'), 1);
  }));

Deno.test("HtapEngine.reconfigure() starts the loop, which tells of its syncs", async () => {
  const { promise: heard, resolve: hear } = Promise.withResolvers<SyncEvent>();
  // The timers of the background do not keep a process alive.
  const alive = setInterval(() => {}, 1_000);
  try {
    await withEngine({ onSync: hear }, async (engine) => {
      await engine.reconfigure({ syncIntervalMs: 1 });
      const event = await heard;
      assert.ok(event.kind === "synced" && event.report.rows === 5_000);
    });
  } finally {
    clearInterval(alive);
  }
});
