import { RheiError } from "../errors/mod.ts";
import type { EngineMetrics, MetricsServer, SyncHealth } from "../metrics/mod.ts";
import type { EngineActivity } from "./engine_activity.ts";
import { type ExecuteResult, type OltpClient, type OltpTransaction, openOltp, type Statement } from "../oltp/mod.ts";
import { type Freshness, parseFreshness, type Route } from "../router/mod.ts";
import type { StatementClass } from "../sql/mod.ts";
import type { SyncReport, VerifyReport } from "../sync/mod.ts";
import type { PlanNode, RowSet, SqlParameter, SqlParameters } from "../types/mod.ts";
import { analysisOf, type Explanation, explanationOf, NOT_ROUTED, sourcePlan } from "./explanation.ts";
import { type EngineTransaction, TransactionStatements } from "./engine_transaction.ts";
import type { EngineStatus } from "./engine_status.ts";
import { LruCache } from "./lru_cache.ts";
import { levelOf, MirrorHost } from "./mirror_host.ts";
import { MirrorTelemetry, observeSync } from "./mirror_telemetry.ts";
import { MirroredTable } from "./mirrored_table.ts";
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
import { RowHistory, type RowHistoryOptions, rowHistorySql } from "./row_history.ts";
import { SessionTransaction } from "./session_transaction.ts";
import { type AnalyzedStatement, analyzeStatement, historyAsked } from "./statement.ts";
import { StatementOutcomes } from "./statement_outcomes.ts";
import { type TableArguments, tableArguments, type TrackOptions, type UntrackOptions } from "./track_options.ts";

/** Statement texts whose analysis is kept. */
const STATEMENTS_KEPT_MAX = 1_000;

/** Pragmas that change what a SELECT answers on their connection only: afterwards all reads use that connection. */
const CONNECTION_PRAGMAS: ReadonlySet<string> = new Set([
  "case_sensitive_like",
  "full_column_names",
  "short_column_names",
  "count_changes",
  "empty_result_callbacks",
]);

/** Why a statement that is no SELECT runs on libSQL. */
const AS_WRITTEN = "only SELECT is routed";

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
  readonly #statements = new LruCache<string, AnalyzedStatement>(STATEMENTS_KEPT_MAX);
  readonly #runner: QueryRunner;
  /** `null` when nothing is counted. */
  readonly #metrics: EngineMetrics | null;
  readonly #outcomes: StatementOutcomes;
  readonly #telemetry: MirrorTelemetry;
  #metricsServer: MetricsServer | null = null;
  #closing: Promise<void> | null = null;

  private constructor(oltp: OltpClient, options: ResolvedOptions, metrics: EngineMetrics | null) {
    this.#oltp = oltp;
    this.#options = options;
    this.#metrics = metrics;
    this.#mirror = new MirrorHost(oltp, options, metrics === null ? undefined : (event) => observeSync(metrics, event));
    this.#telemetry = new MirrorTelemetry(this.#mirror);
    this.#planner = new QueryPlanner(oltp, metrics);
    this.#session = new SessionTransaction(oltp);
    this.#outcomes = new StatementOutcomes(metrics, () => this.#session.current ?? oltp);
    this.#runner = new QueryRunner(oltp, this.#mirror, this.#planner, this.#session, metrics);
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
    if (fileIsReadOnly) resolved.onNotice("the database cannot be written: opened read-only, the mirror is a snapshot");
    try {
      await engine.#serveMetrics(effective);
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
    const { rows } = await this.#execute(statement, call);
    return oltpResult(rows, AS_WRITTEN, call.startedMs);
  }

  /**
   * Runs one statement that writes. DDL and PRAGMA included; the rows of a RETURNING clause are dropped ({@linkcode run} keeps them).
   *
   * @throws {RheiError} `SQL_SYNTAX`, `SQL_CONSTRAINT`, `READ_ONLY`, `DATABASE_LOCKED`, `DISK_FULL`, ….
   */
  async execute(sql: string, params: SqlParameters = []): Promise<ExecuteResult> {
    const { rowsAffected, lastInsertRowid } = await this.#execute(this.#analyzed(sql), this.#call(params, {}));
    return { rowsAffected, lastInsertRowid };
  }

  /** Runs one statement of any kind, as a shell does; BEGIN, COMMIT, ROLLBACK and savepoints hold a transaction open across calls. */
  async run(sql: string, params: SqlParameters = [], options: QueryOptions = {}): Promise<RunResult> {
    const statement = this.#analyzed(sql);
    if (statement.class.kind === "select") {
      return { kind: "rows", class: statement.class, result: await this.query(sql, params, options) };
    }
    const call = this.#call(params, options);
    const { rows, rowsAffected, lastInsertRowid } = await this.#execute(statement, call);
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
    const sql = await this.#rowHistorySql(table, values.length, this.#call([], options));
    return new RowHistory(await this.query(sql, values, options));
  }

  async #rowHistorySql(table: string, values: number, call: QueryCall): Promise<string> {
    try {
      return rowHistorySql(table, await this.#runner.rowKey(table, call), values);
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
    if (this.#session.current !== null) throw nestedTransaction();
    const definesSchema = statements.some(({ sql }) => this.#analyzed(sql).class.kind === "ddl");
    const startedMs = performance.now();
    try {
      const results = definesSchema && await this.#mirror.renewsCapture()
        ? await this.#oltp.transaction((transaction) => this.#runEach(transaction, statements))
        : await this.#oltp.batch(statements);
      this.#mirror.wake();
      if (definesSchema) this.#planner.schemaChanged();
      this.#outcomes.succeeded(null, "batch", "oltp", "libsql", startedMs);
      return results;
    } catch (error) {
      const sql = error instanceof RheiError ? error.details["sql"] : undefined;
      const text = typeof sql === "string" ? sql : null;
      return await this.#outcomes.failed(error, { text, kind: "batch", route: "oltp", startedMs });
    }
  }

  /**
   * Runs `body` in one write transaction: committed when it resolves, rolled back when it throws; the error is rethrown.
   *
   * @throws {RheiError} `TRANSACTION_STATE` when called inside another transaction.
   */
  async transaction<T>(body: (transaction: EngineTransaction) => Promise<T>): Promise<T> {
    this.#assertOpen();
    if (this.#session.current !== null) throw nestedTransaction();
    let definesSchema = false;
    const result = await this.#oltp.transaction(async (transaction) => {
      const statements = new TransactionStatements(
        transaction,
        this.#outcomes,
        (sql) => this.#analyzed(sql),
        this.#mirror,
      );
      const outcome = await body(statements);
      definesSchema = statements.definesSchema;
      return outcome;
    });
    this.#mirror.wake();
    if (definesSchema) this.#planner.schemaChanged();
    return result;
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
      const steps = statement.class.kind === "write" ? await this.#planner.planSteps(sql, params) : null;
      return explanationOf(NOT_ROUTED, "libsql", sourcePlan(steps ?? []));
    }
    // Preparing it on libSQL first reports an unknown name or a syntax error as running it would; libSQL knows nothing of versions.
    if (historyAsked(statement) === null) {
      await this.#oltp.query(`EXPLAIN ${sql}`, params).catch((error) => this.#outcomes.locate(error, sql));
    }
    const analysis: QueryAnalysis = { plan: null };
    const result = options.analyze === true
      ? await this.#runner.run(statement, { ...call, startedMs: performance.now(), analysis })
      : null;
    const { decision, plan } = await this.#runner.explain(statement, call);
    if (result !== null) return analysisOf(decision, result, analysis.plan ?? await this.#sourcePlan(sql, params));
    const engine = decision.target === "oltp" ? "libsql" : this.#mirror.backendName;
    return explanationOf(decision, engine, plan ?? await this.#sourcePlan(sql, params));
  }

  /** Brings the mirror up to date with everything committed so far. */
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

  /** Tables, rows, lag and sizes. Where another process has the mirror, what the database alone tells. */
  async status(): Promise<EngineStatus> {
    this.#assertOpen();
    const { source, mirrorPath, readOnly } = this.#options;
    return {
      ...await this.#mirror.status(),
      database: "path" in source ? source.path : source.url,
      backend: this.#mirror.backendName,
      syncMode: await this.#mirror.syncMode(),
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
    return this.#counted("metrics").text(this.#telemetry);
  }

  /**
   * What this process has been doing with the database, and how the mirror stands: what `/activity` gives as JSON, and `rhei top` shows.
   *
   * @throws {RheiError} `CONFIG` unless the database was opened with `metrics` or `metricsPort`.
   */
  async activity(): Promise<EngineActivity> {
    this.#assertOpen();
    const counted = this.#counted("activity");
    const { source } = this.#options;
    return {
      takenAtMs: Date.now(),
      database: "path" in source ? source.path : source.url,
      backend: this.#mirror.backendName,
      health: await this.#telemetry.health(),
      // Health tells what is wrong when they cannot be read.
      mirror: await this.#telemetry.figures().catch(() => null),
      totals: counted.activity.totals(),
    };
  }

  /** @throws {RheiError} `CONFIG` when nothing is counted. */
  #counted(what: string): EngineMetrics {
    if (this.#metrics !== null) return this.#metrics;
    throw new RheiError("CONFIG", `Cannot show ${what}: nothing is counted`, {
      hint: "open the database with the option metrics or metricsPort",
    });
  }

  /** Whether the sync does its work, and in a few words how it stands: what `/healthz` tells. */
  async health(): Promise<SyncHealth> {
    this.#assertOpen();
    return this.#telemetry.health();
  }

  /** Where `/metrics` and `/healthz` are served, such as `http://127.0.0.1:9464`; `null` if they are not. */
  get metricsUrl(): string | null {
    return this.#metricsServer?.url ?? null;
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
    const { metricsPort, metricsHost } = this.#options;
    const moves = changed.metricsPort !== metricsPort || changed.metricsHost !== metricsHost;
    if (moves) await this.#serveMetrics(changed);
    this.#options = changed;
    await this.#mirror.setInterval(changed.syncIntervalMs);
  }

  /** Compares mirror and source by content, table by table, in one committed state. */
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
    await this.#metricsServer?.close();
    await this.#session.abandon();
    await this.#mirror.close();
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
    const known = this.#statements.get(sql);
    this.#metrics?.cacheUsed("statement", known !== undefined);
    if (known !== undefined) return known;
    const startedMs = performance.now();
    try {
      const statement = analyzeStatement(sql);
      this.#statements.set(sql, statement);
      return statement;
    } catch (error) {
      this.#outcomes.count(error, { text: sql, kind: "other", route: this.#options.route, startedMs });
      throw error;
    }
  }

  async #sourcePlan(sql: string, params: SqlParameters): Promise<PlanNode | null> {
    return sourcePlan(await this.#planner.planSteps(sql, params) ?? []);
  }

  /** Serves metrics as these options say; where they were served before, that ends then. A failure leaves them served as they were. */
  async #serveMetrics({ metricsPort, metricsHost }: ResolvedOptions): Promise<void> {
    const former = this.#metricsServer;
    if (former?.port !== metricsPort) {
      this.#metricsServer = await this.#listen(metricsPort, metricsHost);
      await former?.close();
      return;
    }
    // A port cannot be had twice, not even for a moment.
    await former.close();
    this.#metricsServer = null;
    try {
      this.#metricsServer = await this.#listen(metricsPort, metricsHost);
    } catch (error) {
      // Should somebody have taken the port meanwhile, the first failure tells more.
      this.#metricsServer = await this.#listen(former.port, this.#options.metricsHost).catch(() => null);
      throw error;
    }
  }

  async #listen(port: number | null, host: string | undefined): Promise<MetricsServer | null> {
    if (port === null) return null;
    const { MetricsServer } = await import("../metrics/mod.ts");
    const source = { text: () => this.metrics(), health: () => this.health(), activity: () => this.activity() };
    return await MetricsServer.listen(source, port, host);
  }

  async #execute(
    statement: AnalyzedStatement,
    call: QueryCall,
  ): Promise<ExecuteResult & { readonly rows: RowSet }> {
    try {
      const outcome = await this.#executeWhereItBelongs(statement, call);
      this.#mirror.wake();
      this.#outcomes.succeeded(statement.text, statement.class.kind, call.route, "libsql", call.startedMs);
      return outcome;
    } catch (error) {
      return await this.#outcomes.failed(error, { ...call, text: statement.text, kind: statement.class.kind });
    }
  }

  /** Runs a statement that is no SELECT where it belongs: the session's transaction, or one of its own. */
  async #executeWhereItBelongs(
    statement: AnalyzedStatement,
    call: QueryCall,
  ): Promise<ExecuteResult & { readonly rows: RowSet }> {
    if (await this.#session.control(statement.class, statement.text)) return NOTHING_DONE;
    const open = this.#session.current;
    if (open === null) {
      const outcome = statement.class.kind === "ddl" && await this.#mirror.renewsCapture()
        ? await this.#oltp.transaction((transaction) => this.#mirror.executeIn(transaction, statement, call.params))
        : await this.#oltp.execute(statement.text, call.params);
      this.#noteEffects(statement.class);
      return outcome;
    }
    const outcome = statement.class.kind === "explain" || statement.class.kind === "pragma"
      ? { ...NOTHING_DONE, rows: await open.query(statement.text, call.params) }
      : await this.#mirror.executeIn(open, statement, call.params);
    this.#noteEffects(statement.class);
    return outcome;
  }

  async #runEach(transaction: OltpTransaction, statements: readonly Statement[]): Promise<ExecuteResult[]> {
    const results: ExecuteResult[] = [];
    for (const { sql, params = [] } of statements) {
      const { rowsAffected, lastInsertRowid } = await this.#mirror.executeIn(transaction, this.#analyzed(sql), params);
      results.push({ rowsAffected, lastInsertRowid });
    }
    return results;
  }

  /** Learns from a statement that succeeded what later statements must know. */
  #noteEffects(statement: StatementClass): void {
    switch (statement.kind) {
      case "ddl":
        this.#planner.schemaChanged();
        if (statement.temporary) this.#runner.pinToWriter("temporary objects live on the writing connection only");
        break;
      case "attach":
        this.#runner.pinToWriter("attached databases live on the writing connection only");
        break;
      case "pragma":
        if (statement.writing && CONNECTION_PRAGMAS.has(statement.name)) {
          this.#runner.pinToWriter(`PRAGMA ${statement.name} changes answers on the writing connection only`);
        }
        break;
      case "vacuum":
      case "analyze":
      case "reindex":
        this.#planner.schemaChanged();
        break;
      default:
        break;
    }
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw closed();
  }
}

const NOTHING_DONE = { rowsAffected: 0, lastInsertRowid: null, rows: { columns: [], rows: [] } } as const;

function closed(): RheiError {
  return new RheiError("CLOSED", "Cannot use the database: it is closed");
}

function nestedTransaction(): RheiError {
  return new RheiError("TRANSACTION_STATE", "Cannot begin a transaction: one opened by BEGIN is open", {
    hint: "end it with COMMIT or ROLLBACK first",
  });
}
