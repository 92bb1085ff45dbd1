import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { argument, command, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { RheiError } from "../../src/errors/mod.ts";
import type { WatchedEngine } from "../top/mod.ts";
import { type CommandContext, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { openEngine } from "./open_engine.ts";

interface TopArguments {
  readonly database: string | undefined;
  readonly url: string | undefined;
  readonly interval: string | undefined;
}

/** Between two looks, in seconds. */
const INTERVAL = { least: 0.1, usual: 1, most: 3_600 } as const;

const parser = object({
  database: optional(argument(path({ metavar: "DB" }), {
    description: message`Database file, or a libsql:// or https:// address.`,
  })),
  url: optional(option("--url", plainText("URL"), {
    description: message`Watch the process that serves metrics there, such as http://127.0.0.1:9464.`,
  })),
  interval: optional(option("--interval", plainText("SECONDS"), {
    description: message`Time between two looks. Default 1.`,
  })),
});

/** `rhei top`: a live dashboard. */
export const topCommand = command(
  "top",
  map(parser, (given): ParsedCommand => ({ service: true, run: (context) => runTop(given, context) })),
  {
    brief: message`Watch lag, throughput, routing, tables and slow statements.`,
    description:
      message`Shows how a database and its mirror are doing, refreshed in place: lag, changes captured and applied, statements and which engine answered them, the sizes of tables, and recent slow statements. q quits. Statements are known to the process that runs them: with --url, or where --metrics-port says that a process serves metrics, that process is watched; otherwise the database is opened by rhei top itself, which then keeps the mirror fresh as well.`,
    usageLine: ownUsage,
    footer: examples("rhei top app.db", "rhei top app.db --metrics-port 9464", "rhei top --url http://127.0.0.1:9464"),
  },
);

async function runTop({ database, url, interval }: TopArguments, context: CommandContext): Promise<number> {
  const intervalMs = intervalOf(interval) * 1_000;
  if (context.terminal.width() === null) {
    throw new RheiError("CONFIG", "Cannot show a dashboard: stdout is not a terminal", {
      hint: "rhei status DB --format json tells the same once",
    });
  }
  await using engine = await watchedEngine(database, url, context);
  const { runDashboard } = await import("../top/mod.ts");
  await runDashboard({ engine, intervalMs, signal: context.signal });
  return 0;
}

/** @throws {RheiError} `CONFIG` when it is no number of seconds. */
function intervalOf(text: string | undefined): number {
  const seconds = text === undefined ? INTERVAL.usual : Number(text);
  if (seconds >= INTERVAL.least && seconds <= INTERVAL.most) return seconds;
  throw new RheiError("CONFIG", `Cannot look every "${text}" seconds`, {
    hint: `--interval takes ${INTERVAL.least} to ${INTERVAL.most}`,
  });
}

/** The process at the address asked for; the one that serves metrics where the configuration says; or one of our own. */
async function watchedEngine(
  database: string | undefined,
  url: string | undefined,
  context: CommandContext,
): Promise<WatchedEngine> {
  const { fetchActivity, ownEngine, servedEngine } = await import("../top/mod.ts");
  if (url !== undefined) {
    await fetchActivity(address(url));
    return servedEngine(url);
  }
  if (database === undefined) {
    throw new RheiError("CONFIG", "Cannot tell what to watch: neither DB nor --url was given", {
      hint: "rhei top app.db, or rhei top --url http://127.0.0.1:9464",
    });
  }
  const { metricsPort, metricsHost } = context.config;
  if (metricsPort !== null && metricsPort !== 0) {
    const served = `http://${metricsHost.includes(":") ? `[${metricsHost}]` : metricsHost}:${metricsPort}`;
    // Where nobody serves, the database itself is to be watched.
    if (await fetchActivity(served).catch(() => null) !== null) return servedEngine(served);
  }
  const engine = await openEngine(database, context, { create: false, background: true, metrics: "counted" });
  context.terminal.endProgress();
  return ownEngine(engine, database);
}

/** @throws {RheiError} `CONFIG` when it is none. */
function address(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new RheiError("CONFIG", `Cannot watch "${url}": that is no http address`, {
    hint: "--url takes an address such as http://127.0.0.1:9464",
  });
}
