/** A metric: its name by Prometheus's rules, what it says, and the labels it is told apart by. */
export interface MetricDefinition {
  readonly type: "counter" | "gauge" | "histogram";
  /** With prefix, base unit and, for a counter, `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/** From a point read to a query of minutes. */
const STATEMENT_SECONDS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** From a few changes to a first load of hours. */
const SYNC_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60, 300, 3_600];

/** Every metric, in the order they are shown. */
export const METRICS = {
  statements: {
    type: "counter",
    name: "rhei_statements_total",
    help: "Statements by kind, route asked for, engine that answered and outcome (ok or failed).",
    labels: ["kind", "route", "engine", "outcome"],
  },
  errors: {
    type: "counter",
    name: "rhei_errors_total",
    help: "Statements that failed, by error code.",
    labels: ["code"],
  },
  statementSeconds: {
    type: "histogram",
    name: "rhei_statement_duration_seconds",
    help: "Time of statements that succeeded, by kind and engine.",
    labels: ["kind", "engine"],
    buckets: STATEMENT_SECONDS,
  },
  routed: {
    type: "counter",
    name: "rhei_routing_decisions_total",
    help: "SELECTs by where they went and why.",
    labels: ["target", "reason"],
  },
  declined: {
    type: "counter",
    name: "rhei_declines_total",
    help: "SELECTs that the mirror could not answer, by cause.",
    labels: ["cause"],
  },
  waitSeconds: {
    type: "histogram",
    name: "rhei_freshness_wait_seconds",
    help: "Time queries waited for the mirror to catch up.",
    labels: [],
    buckets: STATEMENT_SECONDS,
  },
  cache: {
    type: "counter",
    name: "rhei_cache_requests_total",
    help: "Look-ups in the caches of statements, decisions and compilations, by result (hit or miss).",
    labels: ["cache", "result"],
  },
  captured: {
    type: "counter",
    name: "rhei_changes_captured_total",
    help: "Entries written to the log of changes since capture began, its own marks included.",
    labels: [],
  },
  applied: {
    type: "counter",
    name: "rhei_changes_applied_total",
    help: "Changes this process has applied to the mirror.",
    labels: [],
  },
  syncRows: {
    type: "counter",
    name: "rhei_sync_rows_total",
    help: "Rows written to or removed from the mirror, by how (loaded: whole tables; changed: from the log).",
    labels: ["action"],
  },
  syncs: {
    type: "counter",
    name: "rhei_syncs_total",
    help: "Sync steps by outcome (ok or failed).",
    labels: ["outcome"],
  },
  syncErrors: {
    type: "counter",
    name: "rhei_sync_errors_total",
    help: "Sync steps that failed, by error code.",
    labels: ["code"],
  },
  syncSeconds: {
    type: "histogram",
    name: "rhei_sync_duration_seconds",
    help: "Time of sync steps that succeeded and had something to do.",
    labels: [],
    buckets: SYNC_SECONDS,
  },
  syncLastSuccess: {
    type: "gauge",
    name: "rhei_sync_last_success_timestamp_seconds",
    help: "When a sync step last succeeded, in seconds since 1970; 0 before the first.",
    labels: [],
  },
  stuck: {
    type: "gauge",
    name: "rhei_sync_stuck",
    help: "1 while the sync makes no progress although there is something to do: /healthz fails then.",
    labels: [],
  },
  failuresInRow: {
    type: "gauge",
    name: "rhei_sync_consecutive_failures",
    help: "Failures of the background sync since its last success.",
    labels: [],
  },
  retrySeconds: {
    type: "gauge",
    name: "rhei_sync_retry_delay_seconds",
    help: "Pause before the background sync tries again after a failure; 0 while there is none.",
    labels: [],
  },
  standby: {
    type: "gauge",
    name: "rhei_sync_standby",
    help:
      "1 while another process has the mirror: libSQL answers here, and this process takes over when that one ends.",
    labels: [],
  },
  ready: {
    type: "gauge",
    name: "rhei_mirror_ready",
    help: "1 once the mirror is open and loaded, by backend.",
    labels: ["backend"],
  },
  lagChanges: {
    type: "gauge",
    name: "rhei_lag_changes",
    help: "Committed changes that are not yet in the mirror.",
    labels: [],
  },
  lagSeconds: {
    type: "gauge",
    name: "rhei_lag_seconds",
    help: "Time since the oldest change that is not yet in the mirror was noticed.",
    labels: [],
  },
  logRows: {
    type: "gauge",
    name: "rhei_log_rows",
    help: "Rows in the log of changes.",
    labels: [],
  },
  logBytes: {
    type: "gauge",
    name: "rhei_log_bytes",
    help: "Size of the log of changes.",
    labels: [],
  },
  tables: {
    type: "gauge",
    name: "rhei_mirror_tables",
    help: "Tables by state (mirrored, absent, untracked).",
    labels: ["state"],
  },
  tableRows: {
    type: "gauge",
    name: "rhei_mirror_table_rows",
    help: "Rows of a table in the mirror; (other) sums up the smallest where there are very many tables.",
    labels: ["table"],
  },
  tableBytes: {
    type: "gauge",
    name: "rhei_mirror_table_bytes",
    help: "Size of a table in the mirror, where the backend can tell.",
    labels: ["table"],
  },
  unreadable: {
    type: "counter",
    name: "rhei_metrics_read_failures_total",
    help: "Times the mirror's figures could not be read; its gauges are missing then.",
    labels: [],
  },
  memoryBytes: {
    type: "gauge",
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    labels: [],
  },
  cpuSeconds: {
    type: "counter",
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, user and system.",
    labels: [],
  },
  startSeconds: {
    type: "gauge",
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since 1970.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Names of {@linkcode METRICS} of a type. */
export type MetricKey<Type extends MetricDefinition["type"]> = {
  [Key in keyof typeof METRICS]: (typeof METRICS)[Key]["type"] extends Type ? Key : never;
}[keyof typeof METRICS];

/** The labels of a metric, each with its value. */
export type LabelsOf<Key extends keyof typeof METRICS> = Readonly<
  Record<(typeof METRICS)[Key]["labels"][number], string>
>;
