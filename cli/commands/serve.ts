import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import type { HtapEngine } from "../../mod.ts";
import { messageOf, RheiError } from "../../src/errors/mod.ts";
import { counted } from "../render/mod.ts";
import { configChanges, ServiceLog, SyncSummary } from "../service/mod.ts";
import { type CommandContext, examples, ownUsage, type ParsedCommand } from "./command.ts";
import { openEngine } from "./open_engine.ts";

/** Its file descriptor. */
const STDERR = 2;

/** Between two lines about the many small syncs, in milliseconds. */
const SUMMARY_MS = 10_000;

/** Between two attempts to open a mirror that another process has, in milliseconds. */
const RETRY_MS = 1_000;

const parser = object({
  database: argument(path({ metavar: "DB" }), {
    description: message`Database file, or a libsql:// or https:// address.`,
  }),
});

/** `rhei serve`: keeps the mirror fresh until a signal ends it. */
export const serveCommand = command(
  "serve",
  map(parser, ({ database }): ParsedCommand => ({ service: true, run: (context) => runService(database, context) })),
  {
    brief: message`Keep the mirror fresh without a terminal, with metrics.`,
    description:
      message`Keeps the mirror in step with the database until SIGTERM or Ctrl-C, and serves /metrics and /healthz if --metrics-port says where. What happens is told on stderr: lines for people at a terminal, JSON lines otherwise. SIGHUP reads rhei.toml anew: sync_interval_ms, freshness, route and, where metrics are served, their port and address change at once, other options with the next start.`,
    usageLine: ownUsage,
    footer: examples("rhei serve app.db --metrics-port 9464", "rhei serve app.db --olap arrow --sync-interval 50"),
  },
);

async function runService(database: string, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const json = terminal.errorWidth() === undefined;
  const log = new ServiceLog({ json, color: terminal.colorErrors, write: terminal.notice, now: Date.now });
  try {
    refuseIdleService(context.config.syncIntervalMs);
    if (database === ":memory:") {
      throw new RheiError("CONFIG", 'Cannot serve ":memory:": nobody could write to it', {
        hint: "name a database file, or a libsql:// or https:// address",
      });
    }
    await serve(database, context, log);
    return 0;
  } catch (error) {
    // People get it as from any other command.
    if (!json || !(error instanceof RheiError)) throw error;
    log.error("failed", error.message, { code: error.code, hint: error.hint ?? null });
    return error.code === "CONFIG" ? 2 : 1;
  }
}

async function serve(database: string, context: CommandContext, log: ServiceLog): Promise<void> {
  const { config, terminal } = context;
  const hangUp = new AbortController();
  const signal = AbortSignal.any([context.signal, hangUp.signal]);
  const summary = new SyncSummary(log);
  const notice = (text: string): void => log.info("notice", text);
  // A terminal has a line that shows it.
  const progress = terminal.errorWidth() === undefined ? (text: string) => summary.progress(text) : terminal.progress;
  const logged = { ...context, terminal: { ...terminal, notice, progress } };
  const engine = await openEngine(database, logged, {
    create: false,
    background: true,
    ...(config.metricsPort === null ? {} : { metrics: "served" }),
    onSync: (event) => summary.hear(event),
  });
  const reload = new ConfigReload(engine, context, log);
  const atTerminal = terminal.errorWidth() !== undefined;
  const onHangUp = (): void => {
    if (signal.aborted) return;
    // The same signal comes when a terminal is closed: nobody is there any more who could end the service.
    if (atTerminal && !isatty(STDERR)) hangUp.abort();
    else reload.run();
  };
  context.host.on("SIGHUP", onHangUp);
  // Nothing else keeps the process alive.
  const timer = setInterval(() => summary.flush(), SUMMARY_MS);
  try {
    log.info("started", `serving "${database}" with ${config.olap}`, {
      database,
      backend: config.olap,
      version: context.version,
      pid: process.pid,
    });
    const url = engine.metricsUrl;
    if (url !== null) log.info("metrics", `metrics at ${url}/metrics, health at ${url}/healthz`, { url });
    await firstSync(engine, signal, log);
    await aborted(signal);
    log.info("stopping", "ending: the sync in hand is finished or rolled back");
  } finally {
    clearInterval(timer);
    terminal.endProgress();
    await engine.close();
    context.host.off("SIGHUP", onHangUp);
    summary.flush();
  }
  log.info("stopped", "stopped");
}

/** Waits until the mirror is loaded. What may mend by itself is tried again until a signal comes; anything else ends the service. */
async function firstSync(engine: HtapEngine, signal: AbortSignal, log: ServiceLog): Promise<void> {
  let told: string | null = null;
  while (!signal.aborted) {
    try {
      await engine.syncNow({ signal });
      const { tables } = await engine.status();
      const mirrored = tables.filter(({ state }) => state === "mirrored").length;
      log.info("ready", `the mirror is up to date: ${counted(mirrored, "table")}`, { tables: mirrored });
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RheiError) || !error.retryable) throw error;
      if (error.message !== told) log.warn("not_ready", `${error.message}; trying again`, { code: error.code });
      told = error.message;
    }
    // A signal ends the pause, and then the loop.
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** @throws {RheiError} `CONFIG` for an interval at which nothing would ever be done. */
function refuseIdleService(syncIntervalMs: number): void {
  if (syncIntervalMs > 0) return;
  throw new RheiError("CONFIG", "Cannot serve with the sync interval 0: nothing would ever be synced", {
    hint: "--sync-interval 100 looks for changes every 100 ms",
  });
}

/** Takes over what can be changed while the service runs when SIGHUP comes. */
class ConfigReload {
  readonly #engine: HtapEngine;
  readonly #context: CommandContext;
  readonly #log: ServiceLog;
  #used: CommandContext["config"];
  #running: Promise<void> = Promise.resolve();

  constructor(engine: HtapEngine, context: CommandContext, log: ServiceLog) {
    this.#engine = engine;
    this.#context = context;
    this.#log = log;
    this.#used = context.config;
  }

  /** One after the other, however fast the signals come. */
  run(): void {
    this.#running = this.#running.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    try {
      const read = this.#context.reloadConfig();
      refuseIdleService(read.syncIntervalMs);
      const { live, applied, waiting, config } = configChanges(this.#used, read);
      await this.#engine.reconfigure(live);
      this.#used = config;
      const url = this.#engine.metricsUrl;
      if ("metricsPort" in live || "metricsHost" in live) {
        this.#log.info("metrics", url === null ? "metrics are no longer served" : `metrics at ${url}/metrics`, { url });
      }
      const changed = applied.length === 0 ? "nothing to change" : `changed ${applied.join(", ")}`;
      this.#log.info("reloaded", `configuration read anew: ${changed}`, { changed: applied.join(" ") });
      if (waiting.length === 0) return;
      this.#log.warn("restart_needed", `a restart is needed to change ${waiting.join(", ")}`, {
        waiting: waiting.join(" "),
      });
    } catch (error) {
      // The service goes on as it was: a slip in the file must not end it.
      const text = messageOf(error);
      this.#log.error("reload_failed", `${text}; the configuration stays as it was`);
    }
  }
}
