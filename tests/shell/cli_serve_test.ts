import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import Database from "libsql";
import { inFolder, rhei, rheiCommand } from "./cli_process.ts";
import { hasPseudoTerminals, KEYS, ReplTerminal } from "./repl_terminal.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A line of the service's log. */
interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** `rhei serve` in a process of its own. */
class Service {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly exited: Promise<unknown[]>;
  /** Every line so far that was waited for or passed over. */
  readonly log: LogLine[] = [];

  constructor(args: readonly string[]) {
    const [program = "", ...rest] = rheiCommand(["serve", ...args]);
    this.#child = spawn(program, rest, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
    this.exited = once(this.#child, "close");
    this.#lines = createInterface({ input: this.#child.stderr! })[Symbol.asyncIterator]();
  }

  /** The next line about one of these events. */
  async until(...events: readonly string[]): Promise<LogLine> {
    while (true) {
      const { value, done } = await this.#lines.next();
      assert.ok(!done, `${events.join(" or ")} did not come; the log was\n${JSON.stringify(this.log, null, 1)}`);
      const line = JSON.parse(value) as LogLine;
      this.log.push(line);
      if (events.includes(line.event)) return line;
    }
  }

  signal(name: Deno.Signal): void {
    // child.kill() would make Deno report the exit code as death by this signal.
    Deno.kill(this.#child.pid!, name);
  }

  /** Ends it by a signal and gives its exit code. */
  async end(name: Deno.Signal = "SIGTERM"): Promise<unknown> {
    this.signal(name);
    await this.until("stopped");
    return (await this.exited)[0];
  }

  /** Whatever the test did, nothing is left running. */
  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
  }
}

async function withService(args: readonly string[], test: (service: Service) => Promise<void>): Promise<void> {
  const service = new Service(args);
  try {
    await test(service);
  } finally {
    service.kill();
    await service.exited;
  }
}

function makeDatabase(path: string): void {
  const database = new Database(path);
  database.exec(
    "create table orders (id integer primary key, total real); insert into orders values (1, 2.5), (2, 3.5)",
  );
  database.close();
}

/** The value of a metric at a service. */
async function metric(url: unknown, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** Asks again, for half a minute or more, until the answer is the one wanted. */
async function eventually<T>(ask: () => Promise<T>, wanted: T): Promise<void> {
  for (let asked = 0; await ask() !== wanted; asked++) {
    assert.ok(asked < 1500, `${wanted} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const backend of ["duckdb", "arrow"]) {
  Deno.test(`rhei serve --olap ${backend} keeps the mirror fresh, is scraped, and ends at SIGTERM`, () =>
    inFolder(async (path) => {
      makeDatabase(path("a.db"));
      const args = [path("a.db"), "--olap", backend, "--metrics-port", "0", "--sync-interval", "10"];
      await withService(args, async (service) => {
        const started = await service.until("started");
        assert.deepEqual([started.level, started["backend"], started["database"]], ["info", backend, path("a.db")]);
        const { url } = await service.until("metrics");
        await service.until("ready");
        assert.equal(await metric(url, 'rhei_mirror_table_rows{table="orders"}'), 2);

        const writer = new Database(path("a.db"));
        writer.exec("insert into orders values (3, 4.5)");
        writer.close();
        await eventually(() => metric(url, 'rhei_mirror_table_rows{table="orders"}'), 3);
        assert.equal(await metric(url, "rhei_changes_applied_total"), 1);
        assert.equal(await metric(url, "rhei_lag_changes"), 0);
        assert.equal(await metric(url, `rhei_mirror_ready{backend="${backend}"}`), 1);
        const health = await fetch(`${url}/healthz`);
        assert.deepEqual([health.status, await health.text()], [200, "ok: the mirror is up to date\n"]);

        assert.equal(await service.end(), 0);
        const synced = service.log.find(({ event }) => event === "synced");
        assert.deepEqual([synced?.["changes"], synced?.["syncs"]], [1, 1]);
        await assert.rejects(fetch(`${url}/healthz`));
      });
      const verify = await rhei(["verify", path("a.db"), "--olap", backend]);
      assert.equal(verify.code, 0, verify.stdout + verify.stderr);
    }));
}

Deno.test("rhei serve ends at Ctrl-C, also while it waits for a mirror that another process has", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    await withService([path("a.db")], async (first) => {
      await first.until("ready");
      await withService([path("a.db"), "--metrics-port", "0"], async (second) => {
        const { url } = await second.until("metrics");
        const line = await second.until("not_ready");
        assert.equal(line.level, "warn");
        const health = await fetch(`${url}/healthz`);
        assert.equal(health.status, 200);
        assert.match(await health.text(), /^ok: another process has the mirror: libSQL answers here/);
        assert.deepEqual([await metric(url, "rhei_sync_stuck"), await metric(url, "rhei_sync_standby")], [0, 1]);
        const status = await rhei(["status", path("a.db")]);
        assert.match(status.stdout, /^held by: +process \d+, which keeps it fresh/m);
        assert.match(status.stdout, /^orders +tracked/m);
        assert.equal(await second.end("SIGINT"), 0);
      });
      assert.equal(await first.end("SIGINT"), 0);
    });
  }));

Deno.test("rhei serve takes over a mirror when the process that had it ends", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    await withService([path("a.db")], async (first) => {
      await first.until("ready");
      await withService([path("a.db")], async (second) => {
        await second.until("not_ready");
        assert.equal(await first.end(), 0);
        assert.equal((await second.until("ready"))["tables"], 1);
        assert.equal(await second.end(), 0);
      });
    });
  }));

Deno.test("rhei serve reads its configuration anew at SIGHUP", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const config = path("rhei.toml");
    writeFileSync(config, "sync_interval_ms = 20\n");
    await withService([path("a.db"), "--config", config, "--route", "auto"], async (service) => {
      await service.until("ready");
      writeFileSync(config, 'sync_interval_ms = 30\nthreads = 1\nroute = "oltp"\n');
      service.signal("SIGHUP");
      assert.equal((await service.until("reloaded"))["changed"], "sync_interval_ms", "a flag beats the file");
      assert.equal((await service.until("restart_needed"))["waiting"], "threads");

      writeFileSync(config, "sync_interval = 30\n");
      service.signal("SIGHUP");
      const failed = await service.until("reload_failed");
      assert.match(
        failed.message,
        /^Cannot use "sync_interval" in ".*": no such key; the configuration stays as it was$/,
      );

      writeFileSync(config, "sync_interval_ms = 0\n");
      service.signal("SIGHUP");
      assert.match((await service.until("reload_failed")).message, /^Cannot serve with the sync interval 0/);

      writeFileSync(config, "sync_interval_ms = 30\nthreads = 1\n");
      service.signal("SIGHUP");
      assert.equal((await service.until("reloaded"))["changed"], "");
      assert.equal((await service.until("restart_needed"))["waiting"], "threads", "said again while it waits");
      assert.equal(await service.end(), 0);
    });
  }));

Deno.test("rhei serve moves its metrics at SIGHUP, and ends serving them", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const config = path("rhei.toml");
    writeFileSync(config, "metrics_port = 0\n");
    await withService([path("a.db"), "--config", config], async (service) => {
      const { url } = await service.until("metrics");
      await service.until("ready");
      writeFileSync(config, 'metrics_port = 0\nmetrics_host = "localhost"\n');
      service.signal("SIGHUP");
      const { url: moved } = await service.until("metrics");
      assert.notEqual(moved, url);
      await assert.rejects(fetch(`${url}/healthz`));
      assert.equal((await fetch(`${moved}/healthz`)).status, 200);
      writeFileSync(config, 'metrics_port = "off"\n');
      service.signal("SIGHUP");
      assert.equal((await service.until("metrics"))["url"], null);
      await assert.rejects(fetch(`${moved}/healthz`));
      assert.equal(await service.end(), 0);
    });
  }));

Deno.test("rhei serve says what is wrong and exits with 2 for the configuration, 1 otherwise", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      const cases: readonly [string[], number, RegExp, string][] = [
        [
          [path("a.db"), "--metrics-port", `${port}`],
          2,
          /^Cannot serve metrics at "127\.0\.0\.1:\d+": the port is in use$/,
          "CONFIG",
        ],
        [[":memory:"], 2, /^Cannot serve ":memory:"/, "CONFIG"],
        [[path("a.db"), "--sync-interval", "0"], 2, /^Cannot serve with the sync interval 0/, "CONFIG"],
        [[path("none.db")], 1, /^Cannot open ".*none\.db": no such file$/, "DATABASE_OPEN"],
      ];
      for (const [args, code, message, errorCode] of cases) {
        const outcome = await rhei(["serve", ...args]);
        const line = JSON.parse(outcome.stderr.trim().split("\n").at(-1) ?? "") as LogLine;
        assert.deepEqual([outcome.code, outcome.stdout, line.event, line["code"]], [code, "", "failed", errorCode]);
        assert.match(line.message, message);
      }
    } finally {
      taken.close();
    }
  }));

Deno.test(".metrics in a script prints what was counted", () =>
  inFolder(async (path) => {
    makeDatabase(path("a.db"));
    const script = "select count(*) from orders where id = 1;\n.metrics rhei_routing\n";
    const { code, stdout, stderr } = await rhei(["shell", path("a.db"), "--format", "csv"], { stdin: script });
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      "count(*)\n1\n" +
        "# HELP rhei_routing_decisions_total SELECTs by where they went and why.\n" +
        "# TYPE rhei_routing_decisions_total counter\n" +
        'rhei_routing_decisions_total{target="oltp",reason="cheap"} 1\n',
    );
  }));

/** Whether a program can be run here. */
function available(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

/** A test that needs a program of Debian's package prometheus; ignored, and said to be, where it is not installed. */
function testWith(program: string, name: string, body: (path: (name: string) => string) => Promise<void>): void {
  const ignore = !available(program);
  Deno.test({
    name: ignore ? `${name} (skipped: ${program} is not installed)` : name,
    ignore,
    fn: () => inFolder(body),
  });
}

testWith("promtool", "promtool finds nothing wrong with the metrics of rhei serve", async (path) => {
  makeDatabase(path("a.db"));
  await withService([path("a.db"), "--metrics-port", "0"], async (service) => {
    const { url } = await service.until("metrics");
    await service.until("ready");
    const text = await (await fetch(`${url}/metrics`)).text();
    const check = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    assert.deepEqual([check.status, check.stdout + check.stderr], [0, ""]);
    assert.equal(await service.end(), 0);
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

testWith("prometheus", "a real Prometheus scrapes rhei serve and evaluates its alert rules", async (path) => {
  makeDatabase(path("a.db"));
  await withService([path("a.db"), "--metrics-port", "0", "--olap", "arrow"], async (service) => {
    const target = new URL((await service.until("metrics"))["url"] as string).host;
    await service.until("ready");
    const config = {
      global: { scrape_interval: "200ms", evaluation_interval: "200ms" },
      rule_files: [`${ROOT}docs/operations/prometheus_rules.yml`],
      scrape_configs: [{ job_name: "rhei", static_configs: [{ targets: [target] }] }],
    };
    // JSON is YAML.
    writeFileSync(path("prometheus.yml"), JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const prometheus = spawn("prometheus", [
      `--config.file=${path("prometheus.yml")}`,
      `--storage.tsdb.path=${path("tsdb")}`,
      `--web.listen-address=${address}`,
    ], { stdio: "ignore" });
    try {
      const ask = async (kind: string): Promise<Record<string, never> | null> => {
        const response = await fetch(`http://${address}/api/v1/${kind}`).catch(() => null);
        return response?.ok ? (await response.json()).data : (await response?.body?.cancel(), null);
      };
      const valueOf = async (query: string): Promise<string | undefined> =>
        ((await ask(`query?query=${encodeURIComponent(query)}`))?.["result"] as
          | { value: [number, string] }[]
          | undefined)
          ?.[0]?.value[1];
      await eventually(() => valueOf('rhei_mirror_table_rows{table="orders"}'), "2");
      assert.equal(await valueOf('up{job="rhei"}'), "1");
      assert.equal(await valueOf('rhei_syncs_total{outcome="failed"}'), "0", "a counter keeps its name");
      assert.equal(await valueOf('rhei_sync_duration_seconds_bucket{le="+Inf"}'), "1");
      const metadata = await ask("metadata?metric=rhei_lag_seconds") as Record<string, { type: string }[]> | null;
      assert.equal(metadata?.["rhei_lag_seconds"]?.[0]?.type, "gauge");
      const rules = async (): Promise<{ health: string; state: string }[]> => {
        const groups = (await ask("rules"))?.["groups"] as
          | { rules: { health: string; state: string }[] }[]
          | undefined;
        return groups?.flatMap((group) => group.rules) ?? [];
      };
      // "unknown" until they were evaluated, "err" if they cannot be.
      await eventually(async () => (await rules()).every(({ health }) => health !== "unknown"), true);
      assert.ok((await rules()).length >= 8);
      for (const rule of await rules()) {
        assert.deepEqual([rule.health, rule.state], ["ok", "inactive"], JSON.stringify(rule));
      }
    } finally {
      prometheus.kill("SIGTERM");
      await once(prometheus, "close");
    }
    assert.equal(await service.end(), 0);
  });
});

/** A test of `rhei serve` at a terminal; it is handed the address of its metrics. */
function terminalTest(name: string, body: (terminal: ReplTerminal, url: string) => Promise<void>): void {
  const ignore = !hasPseudoTerminals();
  Deno.test({
    name: ignore ? `${name} (skipped: util-linux's "script" is not installed)` : name,
    ignore,
    fn: () =>
      inFolder(async (path) => {
        makeDatabase(path("a.db"));
        const args = ["serve", path("a.db"), "--metrics-port", "0", "--olap-path", ":memory:"];
        await using terminal = new ReplTerminal({ args, columns: 200 });
        await terminal.shows("the mirror is up to date: 1 table");
        const [, url = ""] = /metrics at (http:\S+)\/metrics/.exec(terminal.text) ?? [];
        await body(terminal, url);
      }),
  });
}

terminalTest("rhei serve at a terminal writes lines for people and ends at Ctrl-C", async (terminal) => {
  assert.match(terminal.text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}serving ".*a\.db" with duckdb$/m);
  terminal.type(KEYS.ctrlC);
  assert.equal(await terminal.exitCode(), 0);
  assert.match(terminal.text, / {2}stopped$/);
});

terminalTest("rhei serve ends when its terminal is closed", async (terminal, url) => {
  assert.equal(await metric(url, "rhei_sync_stuck"), 0);
  await terminal[Symbol.asyncDispose]();
  await eventually(() => fetch(`${url}/healthz`).then((response) => response.text(), () => "gone"), "gone");
});
