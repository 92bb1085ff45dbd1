import { RheiError } from "../errors/mod.ts";
import { type Freshness, parseFreshness, type Route } from "../router/mod.ts";
import { parseRetention } from "../types/mod.ts";

/** Every result format, the terminal's default first. */
export const RESULT_FORMATS = [
  "box",
  "csv",
  "tsv",
  "json",
  "jsonl",
  "markdown",
  "line",
  "table",
  "column",
  "list",
  "quote",
  "insert",
  "html",
  "off",
] as const;

/** How a result is printed. */
export type ResultFormat = typeof RESULT_FORMATS[number];

/** All options with their final values. */
export interface RheiConfig {
  /** Backend of the mirror. Default `duckdb`. */
  readonly olap: "duckdb" | "arrow";
  /** Folder of the mirror, or `:memory:`; `null` is `DB.rhei/` beside the database. Default `null`. */
  readonly olapPath: string | null;
  /** What of histories is kept, as `parseRetention` reads it; `null` is all. Default `null`. */
  readonly historyRetention: string | null;
  /** `null` is the mode the database is kept in, `destructive` for one that is not tracked yet. Default `null`. */
  readonly syncMode: "destructive" | "temporal" | null;
  /** Milliseconds between background syncs; 0 syncs only when asked. Default 100. */
  readonly syncIntervalMs: number;
  /** Changes read from the log at a time. Default 10,000. */
  readonly syncBatchSize: number;
  /** Default `latest`. */
  readonly freshness: Freshness;
  /** Default `auto`. */
  readonly route: Route;
  /** `null` is `box` at a terminal and `csv` in a pipe. Default `null`. */
  readonly format: ResultFormat | null;
  /** `true` adds nothing to the database. Default `false`. */
  readonly readOnly: boolean;
  /** Threads of the mirror's backend; `null` is the machine's cores. Default `null`. */
  readonly threads: number | null;
  /** Bytes that DuckDB, or one query of the Arrow executor, may use; `null` is the backend's own. Default `null`. */
  readonly memoryLimit: number | null;
  /** Port of `/metrics` and `/healthz`; `null` serves none. Default `null`. */
  readonly metricsPort: number | null;
  /** Address that port is served at. Default `127.0.0.1`. */
  readonly metricsHost: string;
}

/** One option: its three names, what it accepts and its default. */
export interface OptionSpec<T = unknown> {
  /** Without the leading dashes; the environment variable is `RHEI_` and this in upper case. */
  readonly flag: string;
  /** Key in `rhei.toml`. */
  readonly key: string;
  readonly summary: string;
  /** Stands for the value in help; `null` for a switch. */
  readonly metavar: string | null;
  /** What messages list as allowed. */
  readonly allowed: string;
  /** Values to complete; empty when they are open-ended. */
  readonly choices: readonly string[];
  /** Type a value has in `rhei.toml`. */
  readonly tomlType: "string" | "integer" | "boolean";
  readonly defaultValue: T;
  /** Reads the value's text; `undefined` when it is not allowed. */
  readonly parse: (text: string) => T | undefined;
}

type SpecTable = { readonly [Name in keyof RheiConfig]: OptionSpec<RheiConfig[Name]> };

function choice<const T extends string>(values: readonly T[]): (text: string) => T | undefined {
  return (text) => values.find((value) => value === text);
}

function integer(min: number, max: number): (text: string) => number | undefined {
  return (text) => {
    if (!/^\d{1,15}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  };
}

function freshness(text: string): Freshness | undefined {
  try {
    parseFreshness(text);
  } catch (error) {
    if (error instanceof RheiError) return undefined;
    throw error;
  }
  return text.trim().toLowerCase() as Freshness;
}

function retention(text: string): string | undefined {
  try {
    parseRetention(text);
  } catch {
    // It throws for nothing else than a text it cannot read.
    return undefined;
  }
  return text;
}

/** Bytes of a unit, by its name in lower case. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** A size such as `512MiB` in bytes. */
function bytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? [];
  const size = Math.round(Number(amount) * (UNITS[(unit ?? "").toLowerCase()] ?? NaN));
  return Number.isSafeInteger(size) && size >= 2 ** 20 ? size : undefined;
}

function boolean(text: string): boolean | undefined {
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : undefined;
}

/** Longest interval setInterval-like timers hold, in milliseconds. */
const INTERVAL_MS_MAX = 2 ** 31 - 1;

/** Every option that takes part in {@linkcode RheiConfig}, in the order help shows them. */
export const OPTION_SPECS: SpecTable = {
  olap: {
    flag: "olap",
    key: "olap_backend",
    summary: "Backend of the columnar mirror: DuckDB, or the executor of rhei's own.",
    metavar: "BACKEND",
    allowed: "duckdb or arrow",
    choices: ["duckdb", "arrow"],
    tomlType: "string",
    defaultValue: "duckdb",
    parse: choice(["duckdb", "arrow"]),
  },
  olapPath: {
    flag: "olap-path",
    key: "olap_path",
    summary: "Folder of the mirror, or :memory: (default: DB.rhei/ beside the database).",
    metavar: "PATH",
    allowed: "a folder or :memory:",
    choices: [":memory:"],
    tomlType: "string",
    defaultValue: null,
    parse: (text) => text === "" ? undefined : text,
  },
  syncMode: {
    flag: "sync-mode",
    key: "sync_mode",
    summary:
      "What the mirror keeps: the present rows, or in temporal mode every version of them (default: as the database is tracked, destructive at first).",
    metavar: "MODE",
    allowed: "destructive, temporal",
    choices: ["destructive", "temporal"],
    tomlType: "string",
    defaultValue: null,
    parse: choice(["destructive", "temporal"]),
  },
  historyRetention: {
    flag: "history-retention",
    key: "history_retention",
    summary: "What temporal mode keeps of the past: an age such as 90d or 12h, or a number of versions (default: all).",
    metavar: "RETENTION",
    allowed: "an age such as 90d, 12h or 30m, or a number such as 10 versions",
    choices: [],
    tomlType: "string",
    defaultValue: null,
    parse: retention,
  },
  syncIntervalMs: {
    flag: "sync-interval",
    key: "sync_interval_ms",
    summary: "Milliseconds between background syncs; 0 syncs only when asked (default: 100).",
    metavar: "MS",
    allowed: `a whole number from 0 to ${INTERVAL_MS_MAX}`,
    choices: [],
    tomlType: "integer",
    defaultValue: 100,
    parse: integer(0, INTERVAL_MS_MAX),
  },
  syncBatchSize: {
    flag: "sync-batch",
    key: "sync_batch_size",
    summary: "Changes read from the log at a time (default: 10000).",
    metavar: "CHANGES",
    allowed: "a whole number from 1 to 10000000",
    choices: [],
    tomlType: "integer",
    defaultValue: 10_000,
    parse: integer(1, 10_000_000),
  },
  freshness: {
    flag: "freshness",
    key: "freshness",
    summary: "How fresh answers must be: latest, any, or the largest lag allowed such as 500ms (default: latest).",
    metavar: "FRESHNESS",
    allowed: "latest, any, or a duration such as 500ms, 5s or 1m",
    choices: ["latest", "any"],
    tomlType: "string",
    defaultValue: "latest",
    parse: freshness,
  },
  route: {
    flag: "route",
    key: "route",
    summary: "Engine that answers: auto, oltp or olap (default: auto).",
    metavar: "ROUTE",
    allowed: "auto, oltp, olap",
    choices: ["auto", "oltp", "olap"],
    tomlType: "string",
    defaultValue: "auto",
    parse: choice(["auto", "oltp", "olap"]),
  },
  format: {
    flag: "format",
    key: "format",
    summary: "How results are printed (default: box at a terminal, csv in a pipe).",
    metavar: "FORMAT",
    allowed: RESULT_FORMATS.join(", "),
    choices: RESULT_FORMATS,
    tomlType: "string",
    defaultValue: null,
    parse: choice(RESULT_FORMATS),
  },
  readOnly: {
    flag: "read-only",
    key: "read_only",
    summary: "Add nothing to the database: the mirror is a snapshot.",
    metavar: null,
    allowed: "true, false",
    choices: ["true", "false"],
    tomlType: "boolean",
    defaultValue: false,
    parse: boolean,
  },
  threads: {
    flag: "threads",
    key: "threads",
    summary: "Threads of the mirror's backend (default: the machine's cores).",
    metavar: "N",
    allowed: "a whole number from 1 to 1024",
    choices: [],
    tomlType: "integer",
    defaultValue: null,
    parse: integer(1, 1024),
  },
  memoryLimit: {
    flag: "memory-limit",
    key: "memory_limit",
    summary: "Memory DuckDB, or a query of the Arrow executor, may use, such as 2GB (default: the backend's own).",
    metavar: "SIZE",
    allowed: "a size from 1MiB up, such as 512MiB or 2GB",
    choices: [],
    tomlType: "string",
    defaultValue: null,
    parse: bytes,
  },
  metricsPort: {
    flag: "metrics-port",
    key: "metrics_port",
    summary: "Port where rhei serve shows /metrics and /healthz; 0 takes any free one (default: off).",
    metavar: "PORT",
    allowed: "a whole number from 0 to 65535, or off",
    choices: ["off"],
    tomlType: "integer",
    defaultValue: null,
    parse: (text) => text === "off" ? null : integer(0, 65_535)(text),
  },
  metricsHost: {
    flag: "metrics-host",
    key: "metrics_host",
    summary:
      "Address of this machine that serves the metrics port (default: 127.0.0.1, which only this machine reaches).",
    metavar: "ADDRESS",
    allowed: "a host name or an address",
    choices: ["127.0.0.1", "0.0.0.0"],
    tomlType: "string",
    defaultValue: "127.0.0.1",
    parse: (text) => /^[\w.:%-]+$/.test(text) ? text : undefined,
  },
};

/** Environment variable of an option. */
export function environmentName(flag: string): string {
  return `RHEI_${flag.toUpperCase().replaceAll("-", "_")}`;
}
