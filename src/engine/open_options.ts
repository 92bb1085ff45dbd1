import { suggest } from "../errors/mod.ts";
import { type HistoryRetention, type NoticeKind, type OnNotice, parseRetention } from "../types/mod.ts";
import type { SyncEvent } from "../sync/mod.ts";
import { type Freshness, type FreshnessBound, parseFreshness, type Route } from "../router/mod.ts";

/** Progress of a long piece of work, for a person to watch. */
export interface Progress {
  /** What is going on: the first load of a table, so far. */
  readonly phase: "load";
  /** The table being read. */
  readonly table: string;
  /** Rows read so far. */
  readonly rowsDone: number;
  /** `null` when the total is not known. */
  readonly rowsTotal: number | null;
}

/** What the mirror keeps of rows that changed: nothing, or all their versions. */
export type SyncMode = "destructive" | "temporal";

/** What `syncMode` may be. */
export const SYNC_MODES: readonly SyncMode[] = ["destructive", "temporal"];

/** Options of {@linkcode HtapEngine.open}. Exactly one of `oltpPath` and `oltp` is needed. */
export interface OpenOptions {
  /** File of the libSQL/SQLite database, created if missing, or `:memory:`. */
  readonly oltpPath?: string;
  /** A remote libSQL database. */
  readonly oltp?: { readonly url: string; readonly authToken?: string };
  /** The mirror. */
  readonly olap?: {
    /**
     * Default `duckdb`. `arrow` is rhei's own executor: the mirror in memory as columns in Arrow's layout, with checkpoints in the
     * mirror's folder, and queries on worker threads.
     */
    readonly backend?: "duckdb" | "arrow";
    /** Folder of the mirror. Default: `DB.rhei` beside the database file; `:memory:` for a database that is no file. */
    readonly path?: string;
    /** Memory that DuckDB, or one query of the Arrow executor, may use, in bytes. Default: the backend's own. */
    readonly memoryLimit?: number;
  };
  /**
   * `destructive`: the mirror holds the present rows. `temporal`: also every version they had. Default: the mode the database is kept
   * in, `destructive` for one that is not tracked yet; {@linkcode HtapEngine.track} changes it.
   */
  readonly syncMode?: SyncMode;
  /**
   * What temporal mode keeps of the past: an age (`"90d"`, `"12h"`, `"30m"`, `"4w"`: versions that ended longer ago are deleted), or a
   * number of versions of each row (`"10 versions"`, the present one included). Default: all.
   */
  readonly historyRetention?: string;
  /** Pause between two steps of the background loop, in milliseconds; 0 syncs only when asked. Default 100. */
  readonly syncIntervalMs?: number;
  /** Changes staged at a time, in rows. Default 10,000. */
  readonly syncBatchSize?: number;
  /** Default `latest`. */
  readonly freshness?: Freshness;
  /** Default `auto`. */
  readonly route?: Route;
  /** Adds nothing to the database; the mirror is a snapshot. Default `false`. */
  readonly readOnly?: boolean;
  /** Tables whose changes are captured. Default `all`, new ones included. */
  readonly track?: "all" | "none" | readonly string[];
  /** Counts what `HtapEngine.metrics` tells. Default: `true` exactly if `metricsPort` is given; nothing is paid for otherwise. */
  readonly metrics?: boolean;
  /** Port that serves `/metrics` and `/healthz` while the database is open; 0 takes any free one. Default: none. */
  readonly metricsPort?: number;
  /** Address of this machine at which that port is served. Default `127.0.0.1`: reachable from this machine only. */
  readonly metricsHost?: string;
  /** Threads a query may use. Default: the machine's cores. */
  readonly threads?: number;
  /** Called with one line about something the user should know (tracking began, the mirror is rebuilt), and its kind. Default: silent. */
  readonly onNotice?: (text: string, kind: NoticeKind) => void;
  /** Called now and then during long work. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each sync, and when something keeps the background loop from one. It must not throw. */
  readonly onSync?: (event: SyncEvent) => void;
}

/** {@linkcode OpenOptions} checked, with defaults filled in. */
export interface ResolvedOptions {
  readonly source: { readonly path: string } | { readonly url: string; readonly authToken?: string };
  readonly backend: "duckdb" | "arrow";
  /** `null`: in memory. */
  readonly mirrorPath: string | null;
  readonly memoryLimitBytes: number | undefined;
  /** `undefined`: the one on record. */
  readonly syncMode: SyncMode | undefined;
  /** `undefined`: all. */
  readonly historyRetention: HistoryRetention | undefined;
  readonly syncIntervalMs: number;
  readonly syncBatchRows: number;
  readonly freshness: FreshnessBound;
  readonly route: Route;
  readonly readOnly: boolean;
  readonly track: "all" | "none" | readonly string[];
  readonly threads: number | undefined;
  readonly metrics: boolean;
  /** `null`: not served. */
  readonly metricsPort: number | null;
  /** `undefined`: this machine only. */
  readonly metricsHost: string | undefined;
  readonly onNotice: OnNotice;
  readonly onProgress: (progress: Progress) => void;
  readonly onSync: ((event: SyncEvent) => void) | undefined;
}

/** What `route` may be. */
export const ROUTES: readonly Route[] = ["auto", "oltp", "olap"];

const KNOWN_KEYS: readonly (keyof OpenOptions)[] = [
  "oltpPath",
  "oltp",
  "olap",
  "syncMode",
  "historyRetention",
  "syncIntervalMs",
  "syncBatchSize",
  "freshness",
  "route",
  "readOnly",
  "track",
  "metrics",
  "metricsPort",
  "metricsHost",
  "threads",
  "onNotice",
  "onProgress",
  "onSync",
];

function wholeNumber(name: string, value: number | undefined, least: number, fallback: number): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`Option ${name} must be a whole number of at least ${least}, not ${String(value)}`);
  }
  return value;
}

function sourceOf(options: OpenOptions): ResolvedOptions["source"] {
  const { oltpPath, oltp } = options;
  if ((oltpPath === undefined) === (oltp === undefined)) {
    throw new TypeError("HtapEngine.open() needs exactly one of the options oltpPath and oltp");
  }
  if (oltp !== undefined) {
    return { url: oltp.url, ...(oltp.authToken === undefined ? {} : { authToken: oltp.authToken }) };
  }
  if (typeof oltpPath !== "string" || oltpPath === "") {
    throw new TypeError("Option oltpPath must be a path or :memory:");
  }
  return /^(libsql|https?|wss?):\/\//.test(oltpPath) ? { url: oltpPath } : { path: oltpPath };
}

const PORT_MAX = 65_535;

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return;
  throw new RangeError(`Option metricsPort must be a whole number from 0 to ${PORT_MAX}, not ${String(port)}`);
}

function checkHost(host: string): void {
  if (typeof host === "string" && host !== "") return;
  throw new TypeError("Option metricsHost must be the name or the address of a host");
}

function resolveMetrics(options: OpenOptions): Pick<ResolvedOptions, "metrics" | "metricsPort" | "metricsHost"> {
  const { metrics, metricsPort, metricsHost } = options;
  if (metricsPort !== undefined) checkPort(metricsPort);
  if (metricsPort !== undefined && metrics === false) {
    throw new TypeError("Option metricsPort needs metrics, which the option metrics turns off");
  }
  if (metricsHost !== undefined) checkHost(metricsHost);
  return {
    metrics: metrics ?? metricsPort !== undefined,
    metricsPort: metricsPort ?? null,
    metricsHost,
  };
}

function oneOf<T extends string>(name: string, value: T | undefined, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  if (!allowed.includes(value)) {
    throw new RangeError(`Option ${name} must be one of ${allowed.join(", ")}, not ${String(value)}`);
  }
  return value;
}

/**
 * Checks the options and fills in defaults.
 *
 * @throws {TypeError} If an option is unknown or has the wrong type.
 * @throws {RangeError} If a value is outside what the option allows.
 * @throws {RheiError} `CONFIG` for a freshness that cannot be read.
 */
export function resolveOptions(options: OpenOptions): ResolvedOptions {
  for (const key of Object.keys(options)) {
    if ((KNOWN_KEYS as readonly string[]).includes(key)) continue;
    const near = suggest(key, KNOWN_KEYS);
    throw new TypeError(
      `HtapEngine.open() has no option "${key}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
    );
  }
  const source = sourceOf(options);
  const readOnly = options.readOnly ?? false;
  const isFile = "path" in source && source.path !== ":memory:";
  const asked = options.olap?.path;
  // A read-only database gets nothing beside it either, unless a place for the mirror is named.
  const beside = isFile && !readOnly && "path" in source ? `${source.path}.rhei` : null;
  return {
    source,
    backend: oneOf("olap.backend", options.olap?.backend, ["duckdb", "arrow"], "duckdb"),
    mirrorPath: asked === undefined ? beside : asked === ":memory:" ? null : asked,
    memoryLimitBytes: options.olap?.memoryLimit === undefined
      ? undefined
      : wholeNumber("olap.memoryLimit", options.olap.memoryLimit, 1, 0),
    syncMode: options.syncMode === undefined
      ? undefined
      : oneOf("syncMode", options.syncMode, SYNC_MODES, "destructive"),
    historyRetention: options.historyRetention === undefined ? undefined : parseRetention(options.historyRetention),
    syncIntervalMs: wholeNumber("syncIntervalMs", options.syncIntervalMs, 0, 100),
    syncBatchRows: wholeNumber("syncBatchSize", options.syncBatchSize, 1, 10_000),
    freshness: parseFreshness(options.freshness ?? "latest"),
    route: oneOf("route", options.route, ROUTES, "auto"),
    readOnly,
    track: options.track ?? "all",
    threads: options.threads === undefined ? undefined : wholeNumber("threads", options.threads, 1, 1),
    ...resolveMetrics(options),
    onNotice: options.onNotice ?? (() => {}),
    onProgress: options.onProgress ?? (() => {}),
    onSync: options.onSync,
  };
}

/** What `HtapEngine.reconfigure` changes; what is left out stays. */
export interface LiveOptions extends Pick<OpenOptions, "syncIntervalMs" | "freshness" | "route" | "metricsHost"> {
  /** `null` ends serving. Only of a database that was opened with metrics. */
  readonly metricsPort?: number | null;
}

const LIVE_KEYS: readonly (keyof LiveOptions)[] = [
  "syncIntervalMs",
  "freshness",
  "route",
  "metricsPort",
  "metricsHost",
];

/** The options with others in the place of some. @throws As {@linkcode resolveOptions} does. */
export function withLiveOptions(options: ResolvedOptions, live: LiveOptions): ResolvedOptions {
  for (const key of Object.keys(live)) {
    if ((LIVE_KEYS as readonly string[]).includes(key)) continue;
    throw new TypeError(`HtapEngine.reconfigure() cannot change the option "${key}" of an open database`);
  }
  const { metricsPort, metricsHost } = live;
  if (typeof metricsPort === "number" && !options.metrics) {
    throw new TypeError("HtapEngine.reconfigure() can serve metrics only of a database opened with the option metrics");
  }
  if (typeof metricsPort === "number") checkPort(metricsPort);
  if (metricsHost !== undefined) checkHost(metricsHost);
  return {
    ...options,
    metricsPort: metricsPort === undefined ? options.metricsPort : metricsPort,
    metricsHost: metricsHost ?? options.metricsHost,
    syncIntervalMs: wholeNumber("syncIntervalMs", live.syncIntervalMs, 0, options.syncIntervalMs),
    freshness: live.freshness === undefined ? options.freshness : parseFreshness(live.freshness),
    route: oneOf("route", live.route, ROUTES, options.route),
  };
}
