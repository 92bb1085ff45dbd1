import { RheiError } from "../errors/mod.ts";
import type { EngineMetrics, SyncHealth } from "../metrics/mod.ts";
import type { EngineActivity } from "./engine_activity.ts";
import { type ExecuteResult, type OltpClient, openOltp, type Statement } from "../oltp/mod.ts";
import { type Freshness, parseFreshness, type Route } from "../router/mod.ts";
import type { StatementClass } from "../sql/mod.ts";
import type { SyncReport, VerifyReport } from "../sync/mod.ts";
import type { PlanNode, SqlParameter, SqlParameters } from "../types/mod.ts";
import { analysisOf, type Explanation, explanationOf, NOT_ROUTED, sourcePlan } from "./explanation.ts";
import type { EngineTransaction } from "./engine_transaction.ts";
import type { EngineStatus } from "./engine_status.ts";
import { MirrorHost } from "./mirror_host.ts";
import { observeSync } from "./mirror_telemetry.ts";
import { MirroredTable } from "./mirrored_table.ts";
import { Monitoring } from "./monitoring.ts";
import {
  type LiveOptions,
  type OpenOptions,
  type ResolvedOptions,
  resolveOptions,
  ROUTES,
  withLiveOptions,
} from "./open_options.ts";
import { QueryPlanner } from "./query_planner.ts";
import { QueryResult } from "./query_result.ts";
import type { QueryAnalysis, QueryCall } from "./query_call.ts";
import { oltpResult } from "./oltp_result.ts";
import { QueryRunner } from "./query_runner.ts";
import { RowHistory, type RowHistoryOptions, rowHistorySql, type RowSource } from "./row_history.ts";
import { SessionTransaction } from "./session_transaction.ts";
import { levelOf } from "./source_capture.ts";
import { type AnalyzedStatement, historyAsked } from "./statement.ts";
import { StatementCache } from "./statement_cache.ts";
import { StatementOutcomes } from "./statement_outcomes.ts";
import { type TableArguments, tableArguments, type TrackOptions, type UntrackOptions } from "./track_options.ts";
import { WriteRunner } from "./write_runner.ts";

/** Why a statement that is no SELECT runs on libSQL. */
const AS_WRITTEN = "only SELECT is routed";

/** Statements that are not routed, and whose mistakes libSQL tells from preparing them, which changes nothing. */
const PREPARED_TO_EXPLAIN: ReadonlySet<StatementClass["kind"]> = new Set(["write", "ddl", "other"]);

/** Options of one query; each falls back to the engine's own. */
export interface QueryOptions {
  /** Which engine answers. */
  readonly route?: Route;
  /** How far behind the mirror may be. */
  readonly freshness?: Freshness;
  /** Cancels the query: it rejects with code `CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode HtapEngine.explain}. */
export interface ExplainOptions extends QueryOptions {
  /** Whether to run the statement, for the rows and times of its plan. Default `false`. */
  readonly analyze?: boolean;
}

/** Outcome of {@linkcode HtapEngine.run}: rows, or what a statement without rows did. */
export type RunResult =
  | { readonly kind: "rows"; readonly result: QueryResult; readonly class: StatementClass }
  | ({ readonly kind: "done"; readonly class: StatementClass; readonly durationMs: number } & ExecuteResult);

/**
 * A libSQL database with a columnar mirror that answers its analytical queries.
 *
 * @example
 * ```ts
 * import { HtapEngine } from "@rhei/rhei";
 *
 * await using db = await HtapEngine.open({ oltpPath: ":memory:" });
 * await db.execute("create table orders (id integer primary key, status text, total real)");
 * await db.execute("insert into orders values (?, ?, ?)", [1, "open", 99.5]);
 * const result = await db.query("select status, sum(total) as total from orders group by 1");
 * console.log(result.rows(), result.target);
 * ```
 */
export class HtapEngine implements AsyncDisposable {
  readonly #oltp: OltpClient;
  #options: ResolvedOptions;
  readonly #mirror: MirrorHost;
  readonly #planner: QueryPlanner;
  readonly #session: SessionTransaction;
  readonly #statements: StatementCache;
  readonly #runner: QueryRunner;
  readonly #writes: WriteRunner;
  readonly #outcomes: StatementOutcomes;
  readonly #monitoring: Monitoring;
  #closing: Promise<void> | null = null;

  private constructor(oltp: OltpClient, options: ResolvedOptions, metrics: EngineMetrics | null) {
    this.#oltp = oltp;
    this.#options = options;
    this.#mirror = new MirrorHost(oltp, options, metrics === null ? undefined : (event) => observeSync(metrics, event));
    this.#planner = new QueryPlanner(oltp, metrics);
    this.#session = new SessionTransaction(oltp);
    this.#outcomes = new StatementOutcomes(metrics, () => this.#session.current ?? oltp);
    this.#statements = new StatementCache(metrics, this.#outcomes);
    this.#runner = new QueryRunner(oltp, this.#mirror, this.#planner, this.#session, metrics);
    this.#writes = new WriteRunner({
      oltp,
      capture: this.#mirror.capture,
      planner: this.#planner,
      session: this.#session,
      outcomes: this.#outcomes,
      reads: this.#runner,
      // What a sync that fails would have kept apart is found out by a comparison later.
      settle: () => this.#mirror.syncNow(undefined).then(() => {}, () => {}),
      wake: () => this.#mirror.wake(),
      analyzed: (sql) => this.#analyzed(sql),
    });
    this.#monitoring = new Monitoring(metrics, this.#mirror, nameOf(options));
  }

  /**
   * Opens a database, begins to capture its changes unless told otherwise, and starts the background sync.
   *
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If an option's value is out of range.
   * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED`, `REMOTE`, `CONFIG` (also for a metrics port that is in
   * use) and what tracking throws.
   */
  static async open(options: OpenOptions): Promise<HtapEngine> {
    const resolved = resolveOptions(options);
    const { source, readOnly } = resolved;
    const metrics = resolved.metrics ? await (await import("../metrics/mod.ts")).EngineMetrics.open() : null;
    const oltp = await openOltp(source, { readOnly });
    // A file that may not be written gets nothing beside it either: it is treated as if --read-only had been asked for.
    const fileIsReadOnly = oltp.readOnly && !readOnly;
    const effective = fileIsReadOnly ? resolveOptions({ ...options, readOnly: true }) : resolved;
    const engine = new HtapEngine(oltp, effective, metrics);
    if (fileIsReadOnly) {
      resolved.onNotice("the database cannot be written: opened read-only, the mirror is a snapshot", "readOnly");
    }
    try {
      await engine.#monitoring.serve(effective);
      await engine.#mirror.begin();
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  /** Whether a transaction opened by BEGIN is open. */
  get inTransaction(): boolean {
    return this.#session.current !== null;
  }

  /**
   * Runs a statement that gives rows, on the engine that suits it.
   *
   * @param params Values by position, or by name without prefix.
   * @throws {RheiError} `SQL_SYNTAX`, `SQL_UNKNOWN_NAME`, `SQL_PARAMETERS`, `OLAP_DECLINED` (only for route `olap`), `CANCELLED`, ….
   */
  async query(sql: string, params: SqlParameters = [], options: QueryOptions = {}): Promise<QueryResult> {
    const call = this.#call(params, options);
    const statement = this.#analyzed(sql);
    if (statement.class.kind === "select") {
      try {
        const running = this.#runner.runAtOnce(statement, call) ?? this.#runner.run(statement, call);
        const result = running instanceof QueryResult ? running : await running;
        this.#outcomes.succeeded(sql, "select", call.route, result.engine, call.startedMs);
        return result;
      } catch (error) {
        return await this.#outcomes.failed(error, { ...call, text: statement.text, kind: statement.class.kind });
      }
    }
    const { rows } = await this.#writes.execute(statement, call);
    return oltpResult(rows, AS_WRITTEN, call.startedMs);
  }

  /**
   * Runs one statement that writes. DDL and PRAGMA included; the rows of a RETURNING clause are dropped ({@linkcode run} keeps them).
   *
   * @throws {RheiError} `SQL_SYNTAX`, `SQL_CONSTRAINT`, `READ_ONLY`, `DATABASE_LOCKED`, `DISK_FULL`, ….
   */
  async execute(sql: string, params: SqlParameters = []): Promise<ExecuteResult> {
    const { rowsAffected, lastInsertRowid } = await this.#writes.execute(this.#analyzed(sql), this.#call(params, {}));
    return { rowsAffected, lastInsertRowid };
  }

  /**
   * Runs one statement of any kind, as a shell does; BEGIN, COMMIT, ROLLBACK and savepoints hold a transaction open across calls.
   *
   * @throws {RheiError} What {@linkcode query} and {@linkcode execute} throw; `TRANSACTION_STATE` for a COMMIT, ROLLBACK or RELEASE without
   * a transaction, or a BEGIN inside one.
   */
  async run(sql: string, params: SqlParameters = [], options: QueryOptions = {}): Promise<RunResult> {
    const statement = this.#analyzed(sql);
    if (statement.class.kind === "select") {
      return { kind: "rows", class: statement.class, result: await this.query(sql, params, options) };
    }
    const call = this.#call(params, options);
    const { rows, rowsAffected, lastInsertRowid } = await this.#writes.execute(statement, call);
    if (rows.columns.length > 0) {
      return { kind: "rows", class: statement.class, result: oltpResult(rows, AS_WRITTEN, call.startedMs) };
    }
    const durationMs = performance.now() - call.startedMs;
    return { kind: "done", class: statement.class, durationMs, rowsAffected, lastInsertRowid };
  }

  /**
   * A tracked table as the mirror holds it, for reading as a whole.
   *
   * @example
   * ```ts
   * import { HtapEngine } from "@rhei/rhei";
   * await using db = await HtapEngine.open({ oltpPath: ":memory:" });
   * await db.execute("create table orders (id integer primary key, total real)");
   * const orders = await db.table("orders").toArrow();
   * console.log(orders.numRows, orders.getChild("total")?.get(0));
   * ```
   */
  table(name: string): MirroredTable {
    this.#assertOpen();
    return new MirroredTable(name, (options) => this.#runner.readTable(name, this.#call([], options)));
  }

  /**
   * The versions of one row, oldest first, with what changed in each.
   *
   * @param key The row's PRIMARY KEY, an array where it has several columns; the rowid of a table without one.
   * @throws {RheiError} `HISTORY_UNAVAILABLE` if no versions of the table's rows are kept, `SQL_UNKNOWN_NAME`, `SQL_PARAMETERS`.
   *
   * @example
   * ```ts
   * import { HtapEngine } from "@rhei/rhei";
   * await using db = await HtapEngine.open({ oltpPath: ":memory:", syncMode: "temporal" });
   * await db.execute("create table orders (id integer primary key, status text)");
   * await db.execute("insert into orders values (1, 'open')");
   * await db.execute("update orders set status = 'paid'");
   * const { versions } = await db.history("orders", 1);
   * console.log(versions.map(({ operation, changed }) => [operation, changed]));
   * ```
   */
  async history(
    table: string,
    key: SqlParameter | readonly SqlParameter[],
    options: RowHistoryOptions = {},
  ): Promise<RowHistory> {
    const values = Array.isArray(key) ? key : [key];
    const { sql, retiredBefore } = await this.#rowSource(table, values.length, this.#call([], options));
    const result = await this.query(sql, values, options);
    return new RowHistory(result, retiredBefore());
  }

  async #rowSource(table: string, values: number, call: QueryCall): Promise<RowSource & { readonly sql: string }> {
    try {
      const source = await this.#runner.rowSource(table, call);
      return { ...source, sql: rowHistorySql(table, source.key, values) };
    } catch (error) {
      return await this.#outcomes.failed(error, { ...call, text: null, kind: "select" });
    }
  }

  /**
   * Runs the statements in one transaction: all or none.
   *
   * @throws {RheiError} What the failing statement throws; nothing is changed then.
   */
  async batch(statements: readonly Statement[]): Promise<ExecuteResult[]> {
    this.#assertOpen();
    return this.#writes.batch(statements);
  }

  /**
   * Runs `body` in one write transaction: committed when it resolves, rolled back when it throws; the error is rethrown.
   *
   * @throws {RheiError} `TRANSACTION_STATE` when called inside another transaction.
   */
  async transaction<T>(body: (transaction: EngineTransaction) => Promise<T>): Promise<T> {
    this.#assertOpen();
    return this.#writes.transaction(body);
  }

  /**
   * Where a statement would go and why. It is not run, unless `analyze` asks for it and it is a SELECT: then the plan tells the rows and
   * the time of each step as far as the engine that answered knows them.
   *
   * @throws {RheiError} What preparing the statement on libSQL throws; `OLAP_DECLINED` for route `olap` where the mirror cannot answer; with
   * `analyze` what running it throws.
   */
  async explain(sql: string, params: SqlParameters = [], options: ExplainOptions = {}): Promise<Explanation> {
    const call = this.#call(params, options);
    const statement = this.#analyzed(sql);
    if (statement.class.kind !== "select") {
      if (PREPARED_TO_EXPLAIN.has(statement.class.kind)) await this.#prepared(sql, params);
      const steps = statement.class.kind === "write" ? await this.#planner.planSteps(sql, params) : null;
      return explanationOf(NOT_ROUTED, "libsql", sourcePlan(steps ?? []));
    }
    // Preparing it on libSQL first reports an unknown name or a syntax error as running it would; libSQL knows nothing of versions.
    if (historyAsked(statement) === null) await this.#prepared(sql, params);
    const analysis: QueryAnalysis = { plan: null };
    const result = options.analyze === true
      ? await this.#runner.run(statement, { ...call, startedMs: performance.now(), analysis })
      : null;
    const { decision, plan } = await this.#runner.explain(statement, call);
    if (result !== null) return analysisOf(decision, result, analysis.plan ?? await this.#sourcePlan(sql, params));
    const engine = decision.target === "oltp" ? "libsql" : this.#mirror.backendName;
    return explanationOf(decision, engine, plan ?? await this.#sourcePlan(sql, params));
  }

  /** Has libSQL prepare a statement, for the failure that running it would have. */
  async #prepared(sql: string, params: SqlParameters): Promise<void> {
    await this.#oltp.query(`EXPLAIN ${sql}`, params).catch((error) => this.#outcomes.locate(error, sql));
  }

  /**
   * Brings the mirror up to date with everything committed so far.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE`, `SYNC_FAILED`, `CANCELLED`; what was committed is synced by the next call that succeeds.
   */
  async syncNow(options: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    this.#assertOpen();
    return this.#mirror.syncNow(options.signal);
  }

  /**
   * Reads these tables anew into the mirror, for instance after their values were repaired; without names all of them.
   *
   * @throws {RheiError} `SQL_UNKNOWN_NAME`, `NOT_TRACKABLE` for a table that is not tracked or cannot be.
   */
  async rebuild(...tables: readonly string[]): Promise<SyncReport> {
    this.#assertOpen();
    return (await this.#mirror.require()).sync.rebuild(tables.length === 0 ? "all" : tables);
  }

  /**
   * Tables, rows, lag and sizes. Where another process has the mirror, what the database alone tells.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE`, `SYNC_FAILED` where the mirror cannot be opened for another reason.
   */
  async status(): Promise<EngineStatus> {
    this.#assertOpen();
    const { mirrorPath, readOnly } = this.#options;
    return {
      ...await this.#mirror.status(),
      database: nameOf(this.#options),
      backend: this.#mirror.backendName,
      syncMode: await this.#mirror.capture.syncMode(),
      mirrorPath,
      readOnly,
    };
  }

  /**
   * All metrics in Prometheus's text format.
   *
   * @throws {RheiError} `CONFIG` unless the database was opened with `metrics` or `metricsPort`.
   */
  async metrics(): Promise<string> {
    this.#assertOpen();
    return this.#monitoring.text();
  }

  /**
   * What this process has been doing with the database, and how the mirror stands: what `/activity` gives as JSON, and `rhei top` shows.
   *
   * @throws {RheiError} `CONFIG` unless the database was opened with `metrics` or `metricsPort`.
   */
  async activity(): Promise<EngineActivity> {
    this.#assertOpen();
    return this.#monitoring.activity();
  }

  /** Whether the sync does its work, and in a few words how it stands: what `/healthz` tells. */
  async health(): Promise<SyncHealth> {
    this.#assertOpen();
    return this.#monitoring.health();
  }

  /** Where `/metrics` and `/healthz` are served, such as `http://127.0.0.1:9464`; `null` if they are not. */
  get metricsUrl(): string | null {
    return this.#monitoring.url;
  }

  /**
   * Changes options while the database is open, for statements and syncs that begin later.
   *
   * @throws {TypeError} If an option is one that only {@linkcode HtapEngine.open} takes.
   * @throws {RangeError} If a value is out of range.
   * @throws {RheiError} `CONFIG` for a freshness that cannot be read, or a metrics port that is in use. Nothing is changed then.
   */
  async reconfigure(options: LiveOptions): Promise<void> {
    this.#assertOpen();
    const changed = withLiveOptions(this.#options, options);
    await this.#monitoring.serve(changed);
    this.#options = changed;
    await this.#mirror.setInterval(changed.syncIntervalMs);
  }

  /**
   * Compares mirror and source by content, table by table, in one committed state. A difference is no error: see the report.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE`, `SYNC_FAILED`, `CANCELLED`.
   */
  async verify(options: { readonly signal?: AbortSignal } = {}): Promise<VerifyReport> {
    this.#assertOpen();
    return (await this.#mirror.require()).sync.verify(options.signal);
  }

  /**
   * Begins to capture changes of these tables, or of all, later ones included, whatever was untracked before. With options after a list
   * of names (none: all), it also changes the mode the database is kept in.
   *
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`, `READ_ONLY`, and `CONFIG` where it is left open what becomes of history.
   */
  async track(...tables: TableArguments<TrackOptions>): Promise<void> {
    this.#assertOpen();
    const { names, options: { syncMode, history } } = tableArguments("track", tables);
    await (await this.#mirror.require()).sync.track(names, {
      ...(syncMode === undefined ? {} : { level: levelOf(syncMode) }),
      ...(history === undefined ? {} : { history }),
    });
  }

  /**
   * Ends the capture of these tables, which then stay untracked, also when the database is opened again, until {@linkcode track} names
   * them or all. Without names it ends all capture and removes every `_rhei_*` object, also where the mirror cannot be used, which is then
   * left as it is; the next opening begins anew.
   *
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`, `READ_ONLY`, and `CONFIG` where it is left open what becomes of history.
   */
  async untrack(...tables: TableArguments<UntrackOptions>): Promise<void> {
    this.#assertOpen();
    const { names, options: { history } } = tableArguments("untrack", tables);
    await this.#mirror.untrack(names, history);
  }

  /** Rolls back an open transaction, finishes the sync step in hand and closes everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes it, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#monitoring.close();
    await this.#session.abandon();
    await this.#mirror.close();
    await this.#runner.close();
    await this.#oltp.close();
  }

  #call(params: SqlParameters, options: QueryOptions): QueryCall {
    if (this.#closing !== null) throw closed();
    const { route, freshness, signal } = options;
    if (route !== undefined && !ROUTES.includes(route)) {
      throw new RangeError(`Option route must be one of ${ROUTES.join(", ")}, not ${String(route)}`);
    }
    return {
      params,
      route: route ?? this.#options.route,
      freshness: freshness === undefined ? this.#options.freshness : parseFreshness(freshness),
      signal,
      startedMs: performance.now(),
    };
  }

  #analyzed(sql: string): AnalyzedStatement {
    return this.#statements.analyzed(sql, this.#options.route);
  }

  async #sourcePlan(sql: string, params: SqlParameters): Promise<PlanNode | null> {
    return sourcePlan(await this.#planner.planSteps(sql, params) ?? []);
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw closed();
  }
}

function closed(): RheiError {
  return new RheiError("CLOSED", "Cannot use the database: it is closed");
}

/** File or address of the database. */
function nameOf({ source }: ResolvedOptions): string {
  return "path" in source ? source.path : source.url;
}
