import { existsSync } from "node:fs";
import type { HtapEngine, NoticeKind, Progress, SyncEvent } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { ElapsedTime } from "../terminal/mod.ts";
import { counted } from "../render/mod.ts";
import type { CommandContext } from "./command.ts";

/** What a command needs of the database it opens. */
export interface OpenEngineOptions {
  /** Whether a file that is not there is made. A query on it would most likely be a mistyped path. */
  readonly create: boolean;
  /** Whether the mirror is kept fresh in the background; commands that do one thing sync when they need it. */
  readonly background: boolean;
  /** Whether opening begins to capture changes. Default `true`. */
  readonly track?: boolean;
  /** Whether the database is opened whatever mode it is kept in, for commands that change it. Default `false`. */
  readonly anyMode?: boolean;
  /** Whether metrics are counted only, or also served if a port is configured. Default neither: what ends soon is not scraped. */
  readonly metrics?: "counted" | "served";
  /** Hears what the user should know. Default: the terminal shows it. */
  readonly onNotice?: (text: string, kind: NoticeKind) => void;
  /** Hears how each sync ended. */
  readonly onSync?: (event: SyncEvent) => void;
}

const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Addresses of servers. */
const SERVER = /^(?:libsql|https?|wss?):\/\//;

/** Opens the database with the resolved configuration; the engine is loaded here, because not every call of `rhei` needs it. */
export async function openEngine(
  database: string,
  context: CommandContext,
  options: OpenEngineOptions,
): Promise<HtapEngine> {
  const { config, terminal } = context;
  if (ADDRESS.test(database) && !SERVER.test(database)) {
    throw new RheiError("CONFIG", `Cannot open "${database}": rhei knows no such kind of address`, {
      hint: "addresses of servers begin with libsql://, https://, http://, wss:// or ws://",
    });
  }
  if (!options.create && database !== ":memory:" && !ADDRESS.test(database) && !existsSync(database)) {
    throw new RheiError("DATABASE_OPEN", `Cannot open "${database}": no such file`, {
      hint: "rhei shell, run and import make a new database",
    });
  }
  const { HtapEngine } = await import("../../mod.ts");
  return await HtapEngine.open({
    oltpPath: database,
    olap: {
      backend: config.olap,
      ...(config.olapPath === null ? {} : { path: config.olapPath }),
      ...(config.memoryLimit === null ? {} : { memoryLimit: config.memoryLimit }),
    },
    ...(config.historyRetention === null ? {} : { historyRetention: config.historyRetention }),
    ...(config.syncMode === null || options.anyMode ? {} : { syncMode: config.syncMode }),
    syncIntervalMs: options.background ? config.syncIntervalMs : 0,
    syncBatchSize: config.syncBatchSize,
    freshness: config.freshness,
    route: config.route,
    readOnly: config.readOnly,
    track: options.track === false ? "none" : "all",
    ...(config.threads === null ? {} : { threads: config.threads }),
    metrics: options.metrics !== undefined,
    ...(options.metrics === "served" && config.metricsPort !== null
      ? { metricsPort: config.metricsPort, metricsHost: config.metricsHost }
      : {}),
    ...(options.onSync === undefined ? {} : { onSync: options.onSync }),
    onNotice: options.onNotice ?? ((text) => terminal.notice(text)),
    onProgress: (progress) => terminal.progress(progressText(progress)),
  });
}

/** Opens the database, lets `body` work with it, shows how far that is, and closes it whatever happens. */
export async function withEngine<T>(
  database: string,
  context: CommandContext,
  options: OpenEngineOptions,
  body: (engine: HtapEngine, progress: (text: string) => void) => Promise<T>,
): Promise<T> {
  const { terminal } = context;
  const elapsed = new ElapsedTime(terminal.progress);
  const progress = (text: string): void => elapsed.progress(text);
  const told = { ...context, terminal: { ...terminal, progress } };
  const engine = await openEngine(database, told, options);
  try {
    elapsed.start();
    return await body(engine, progress);
  } finally {
    elapsed.stop();
    context.terminal.endProgress();
    await engine.close();
  }
}

function progressText({ table, rowsDone, rowsTotal }: Progress): string {
  if (rowsTotal === null || rowsTotal === 0) return `reading ${table}: ${counted(rowsDone, "row")}`;
  return `reading ${table}: ${rowsDone.toLocaleString("en-US")} of ${counted(rowsTotal, "row")} (${
    Math.floor(rowsDone / rowsTotal * 100)
  } %)`;
}
