import { RheiError } from "../errors/mod.ts";
import { type ExecuteResult, type OltpClient, type OltpTransaction, openOltp, type Statement } from "../oltp/mod.ts";
import { type Freshness, parseFreshness, type Route } from "../router/mod.ts";
import type { StatementClass } from "../sql/mod.ts";
import type { MirrorStatus, SyncReport, VerifyReport } from "../sync/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import { type Explanation, explanationOf, planText } from "./explanation.ts";
import { locateFailure } from "./locate_failure.ts";
import { LruCache } from "./lru_cache.ts";
import { MirrorHost } from "./mirror_host.ts";
import { MirroredTable } from "./mirrored_table.ts";
import { type OpenOptions, type ResolvedOptions, resolveOptions, ROUTES } from "./open_options.ts";
import { QueryPlanner } from "./query_planner.ts";
import { QueryResult } from "./query_result.ts";
import { IN_TRANSACTION, type QueryCall, QueryRunner } from "./query_runner.ts";
import { SessionTransaction } from "./session_transaction.ts";
import { type AnalyzedStatement, analyzeStatement } from "./statement.ts";

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
  readonly route?: Route;
  readonly freshness?: Freshness;
  /** Cancels the query: it rejects with code `CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** Outcome of {@linkcode HtapEngine.run}: rows, or what a statement without rows did. */
export type RunResult =
  | { readonly kind: "rows"; readonly result: QueryResult; readonly class: StatementClass }
  | ({ readonly kind: "done"; readonly class: StatementClass; readonly durationMs: number } & ExecuteResult);

/** What {@linkcode HtapEngine.status} tells. */
export interface EngineStatus extends MirrorStatus {
  /** File or address of the database. */
  readonly database: string;
  /** `duckdb`. */
  readonly backend: string;
  /** Folder of the mirror, or `null` for memory. */
  readonly mirrorPath: string | null;
  readonly readOnly: boolean;
}

/** Statements inside {@linkcode HtapEngine.transaction}; reads see the transaction's own writes. */
export interface EngineTransaction {
  execute(sql: string, params?: SqlParameters): Promise<ExecuteResult>;
  query(sql: string, params?: SqlParameters): Promise<QueryResult>;
}

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
  readonly #options: ResolvedOptions;
  readonly #mirror: MirrorHost;
  readonly #planner: QueryPlanner;
  readonly #session: SessionTransaction;
  readonly #statements = new LruCache<string, AnalyzedStatement>(STATEMENTS_KEPT_MAX);
  readonly #runner: QueryRunner;
  #closing: Promise<void> | null = null;

  private constructor(oltp: OltpClient, options: ResolvedOptions) {
    this.#oltp = oltp;
    this.#options = options;
    this.#mirror = new MirrorHost(oltp, options);
    this.#planner = new QueryPlanner(oltp);
    this.#session = new SessionTransaction(oltp);
    this.#runner = new QueryRunner(oltp, this.#mirror, this.#planner, this.#session);
  }

  /**
   * Opens a database, begins to capture its changes unless told otherwise, and starts the background sync.
   *
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If an option's value is out of range.
   * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED`, `REMOTE`, `CONFIG` and what tracking throws.
   */
  static async open(options: OpenOptions): Promise<HtapEngine> {
    const resolved = resolveOptions(options);
    const { source, readOnly } = resolved;
    const oltp = await openOltp(source, { readOnly });
    // A file that may not be written gets nothing beside it either: it is treated as if --read-only had been asked for.
    const fileIsReadOnly = oltp.readOnly && !readOnly;
    const engine = new HtapEngine(oltp, fileIsReadOnly ? resolveOptions({ ...options, readOnly: true }) : resolved);
    if (fileIsReadOnly) resolved.onNotice("the database cannot be written: opened read-only, the mirror is a snapshot");
    try {
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
        const result = this.#runner.runAtOnce(statement, call) ?? this.#runner.run(statement, call);
        return result instanceof QueryResult ? result : await result;
      } catch (error) {
        return await this.#locate(error, sql);
      }
    }
    const { rows } = await this.#execute(statement, call);
    return this.#writerResult(rows, AS_WRITTEN, call.startedMs);
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
      return { kind: "rows", class: statement.class, result: this.#writerResult(rows, AS_WRITTEN, call.startedMs) };
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
   * Runs the statements in one transaction: all or none.
   *
   * @throws {RheiError} What the failing statement throws; nothing is changed then.
   */
  async batch(statements: readonly Statement[]): Promise<ExecuteResult[]> {
    this.#assertOpen();
    if (this.#session.current !== null) throw nestedTransaction();
    const definesSchema = statements.some(({ sql }) => this.#analyzed(sql).class.kind === "ddl");
    try {
      const results = await this.#oltp.batch(statements);
      if (definesSchema) this.#planner.schemaChanged();
      return results;
    } catch (error) {
      const sql = error instanceof RheiError ? error.details["sql"] : undefined;
      if (typeof sql !== "string") throw error;
      return await this.#locate(error, sql);
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
    const result = await this.#oltp.transaction((transaction) =>
      body({
        execute: async (sql, params = []) => {
          definesSchema ||= this.#analyzed(sql).class.kind === "ddl";
          try {
            const { rowsAffected, lastInsertRowid } = await transaction.execute(sql, params);
            return { rowsAffected, lastInsertRowid };
          } catch (error) {
            return await this.#locate(error, sql, transaction);
          }
        },
        query: async (sql, params = []) => {
          const startedMs = performance.now();
          try {
            return this.#writerResult(await transaction.query(sql, params), IN_TRANSACTION, startedMs);
          } catch (error) {
            return await this.#locate(error, sql, transaction);
          }
        },
      })
    );
    if (definesSchema) this.#planner.schemaChanged();
    return result;
  }

  /**
   * Where a statement would go and why, without running it.
   *
   * @throws {RheiError} What preparing the statement on libSQL throws.
   */
  async explain(sql: string, params: SqlParameters = [], options: QueryOptions = {}): Promise<Explanation> {
    const call = this.#call(params, options);
    const statement = this.#analyzed(sql);
    if (statement.class.kind !== "select") {
      const steps = statement.class.kind === "write" ? await this.#planner.planSteps(sql, params) : null;
      const reason = "only SELECT is routed; all else runs on libSQL as written";
      const decision = { target: "oltp", reason, cheap: false, obstacle: null, cost: null } as const;
      return explanationOf(decision, "libsql", planText(steps ?? []));
    }
    // Preparing it on libSQL first reports an unknown name or a syntax error as running it would.
    await this.#oltp.query(`EXPLAIN ${sql}`, params).catch((error) => this.#locate(error, sql));
    const { decision, plan } = await this.#runner.explain(statement, call);
    const engine = decision.target === "oltp" ? "libsql" : this.#mirror.backendName;
    return explanationOf(decision, engine, plan ?? planText(await this.#planner.planSteps(sql, params) ?? []));
  }

  /** Brings the mirror up to date with everything committed so far. */
  async syncNow(options: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    this.#assertOpen();
    return this.#mirror.syncNow(options.signal);
  }

  /** Reads a table anew into the mirror, for instance after its values were repaired. */
  async rebuild(table: string): Promise<void> {
    this.#assertOpen();
    await (await this.#mirror.open()).sync.rebuild(table);
  }

  /** Tables, rows, lag and sizes. */
  async status(): Promise<EngineStatus> {
    this.#assertOpen();
    const { source, mirrorPath, readOnly } = this.#options;
    const status = await (await this.#mirror.open()).sync.status();
    return {
      ...status,
      database: "path" in source ? source.path : source.url,
      backend: this.#mirror.backendName,
      mirrorPath,
      readOnly,
    };
  }

  /** Compares mirror and source by content, table by table, in one committed state. */
  async verify(options: { readonly signal?: AbortSignal } = {}): Promise<VerifyReport> {
    this.#assertOpen();
    return (await this.#mirror.open()).sync.verify(options.signal);
  }

  /**
   * Begins to capture changes of these tables, or of all, later ones included, whatever was untracked before.
   *
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`, `READ_ONLY`.
   */
  async track(...tables: readonly string[]): Promise<void> {
    this.#assertOpen();
    await (await this.#mirror.open()).sync.track(tables.length === 0 ? "all" : tables);
  }

  /**
   * Ends the capture of these tables, which then stay untracked, also when the database is opened again, until {@linkcode track} names
   * them or all. Without names it ends all capture and removes every `_rhei_*` object; the next opening begins anew.
   *
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`, `READ_ONLY`.
   */
  async untrack(...tables: readonly string[]): Promise<void> {
    this.#assertOpen();
    await (await this.#mirror.open()).sync.untrack(tables.length === 0 ? "all" : tables);
  }

  /** Rolls back an open transaction, finishes the sync step in hand and closes everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
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
    if (known !== undefined) return known;
    const statement = analyzeStatement(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  async #execute(
    statement: AnalyzedStatement,
    call: QueryCall,
  ): Promise<ExecuteResult & { readonly rows: RowSet }> {
    try {
      return await this.#executeWhereItBelongs(statement, call);
    } catch (error) {
      return await this.#locate(error, statement.text);
    }
  }

  /** Throws the failure again, pointing at the place in the statement where that can be told. */
  async #locate(
    error: unknown,
    text: string,
    reader: Pick<OltpTransaction, "query"> = this.#session.current ?? this.#oltp,
  ): Promise<never> {
    throw await locateFailure(error, text, (sql, params = []) => reader.query(sql, params));
  }

  /** Runs a statement that is no SELECT where it belongs: the session's transaction, or one of its own. */
  async #executeWhereItBelongs(
    statement: AnalyzedStatement,
    call: QueryCall,
  ): Promise<ExecuteResult & { readonly rows: RowSet }> {
    if (await this.#session.control(statement.class, statement.text)) return NOTHING_DONE;
    const open = this.#session.current;
    if (open === null) {
      const outcome = await this.#oltp.execute(statement.text, call.params);
      this.#noteEffects(statement.class);
      return outcome;
    }
    const outcome = statement.class.kind === "explain" || statement.class.kind === "pragma"
      ? { ...NOTHING_DONE, rows: await open.query(statement.text, call.params) }
      : await open.execute(statement.text, call.params);
    this.#noteEffects(statement.class);
    return outcome;
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

  #writerResult(rows: RowSet, reason: string, startedMs: number): QueryResult {
    const durationMs = performance.now() - startedMs;
    return new QueryResult(rows, { target: "oltp", engine: "libsql", reason, durationMs, syncMs: 0, lagChanges: 0 });
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
