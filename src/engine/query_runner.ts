import type { Table } from "apache-arrow";
import { RheiError } from "../errors/mod.ts";
import type { CompiledQuery, MirrorCatalog } from "../olap/mod.ts";
import type { EngineObserver } from "../metrics/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { OlapObstacle, RouteDecision, RouteRule } from "../router/mod.ts";
import type { AnswerLag } from "../sync/mod.ts";
import { type PlanNode, ROWID_COLUMN, type RowSet } from "../types/mod.ts";
import { cancelled } from "./cancelled.ts";
import { HistoryReads } from "./history_reads.ts";
import { MirrorAccess } from "./mirror_access.ts";
import { answerOf } from "./mirror_answer.ts";
import type { AttachedMirror, MirrorHost, OpenMirror } from "./mirror_host.ts";
import { declined, obstacleOf, unavailable } from "./mirror_obstacle.ts";
import { NO_TIME, oltpResult, type TimesSpent } from "./oltp_result.ts";
import { PatientAccess } from "./patient_access.ts";
import type { QueryCall } from "./query_call.ts";
import type { RowSource } from "./row_history.ts";
import type { QueryPlan, QueryPlanner } from "./query_planner.ts";
import { QueryResult } from "./query_result.ts";
import { IN_TRANSACTION, type SessionTransaction } from "./session_transaction.ts";
import { type AnalyzedStatement, historyAsked } from "./statement.ts";

/** A read on libSQL that took longer than this is routed anew next time, in milliseconds. */
const SLOW_READ_MS = 5;

/** How often a query is planned anew when the schema changes under it, before libSQL answers it. */
const REPLANS_MAX = 3;

/** Runs SELECTs: decides, catches up, runs, and falls back to libSQL where the mirror cannot answer. */
export class QueryRunner {
  readonly #oltp: OltpClient;
  readonly #mirror: MirrorHost;
  readonly #access: MirrorAccess;
  readonly #patient: PatientAccess;
  readonly #planner: QueryPlanner;
  readonly #session: SessionTransaction;
  readonly #history: HistoryReads;
  readonly #observer: EngineObserver | null;
  /** Why all reads must use the writing connection, once something lives on that connection only. */
  #pinned: string | null = null;

  constructor(
    oltp: OltpClient,
    mirror: MirrorHost,
    planner: QueryPlanner,
    session: SessionTransaction,
    observer: EngineObserver | null,
  ) {
    this.#oltp = oltp;
    this.#observer = observer;
    this.#mirror = mirror;
    this.#access = new MirrorAccess(mirror);
    this.#patient = new PatientAccess(this.#access, oltp, () => mirror.intervalMs > 0, observer);
    this.#planner = planner;
    this.#session = session;
    this.#history = new HistoryReads(oltp, planner, this.#access, mirror.capture.log, observer);
  }

  /** From now on all reads use the writing connection, because `reason`. */
  pinToWriter(reason: string): void {
    this.#pinned ??= reason;
  }

  async run(statement: AnalyzedStatement, call: QueryCall): Promise<QueryResult> {
    if (call.signal?.aborted) throw cancelled(call.signal);
    const pinned = this.#session.current === null ? this.#pinned : IN_TRANSACTION;
    const asked = historyAsked(statement);
    if (asked !== null) return this.#history.run(statement, asked, call, pinned);
    if (pinned !== null) {
      if (call.route === "olap") throw declined({ reason: pinned, cause: "transaction" });
      return this.onWriter(statement, call, pinned);
    }
    if (call.route === "oltp") return this.#onReader(statement, call, "route oltp was asked for", "requested", NO_TIME);
    if (call.route === "auto") {
      const decision = await this.#planner.oltpDecision(statement, call.params);
      if (decision !== null) {
        const routeMs = performance.now() - call.startedMs;
        if (!decision.cheap) {
          return this.#onReader(statement, call, decision.reason, decision.rule, { syncMs: 0, routeMs });
        }
        return this.#cheapResult(
          statement,
          call,
          decision,
          await this.#oltp.query(statement.text, call.params),
          routeMs,
        );
      }
    }
    return this.#onMirror(statement, call);
  }

  /**
   * Runs a statement that is known to be a cheap read on libSQL, without a promise where nothing has to be waited for: the way of every
   * point read but the first. `null` for any other, which {@linkcode run} runs.
   */
  runAtOnce(statement: AnalyzedStatement, call: QueryCall): QueryResult | Promise<QueryResult> | null {
    if (call.route !== "auto" || call.signal !== undefined) return null;
    if (this.#pinned !== null || this.#session.current !== null) return null;
    const decision = this.#planner.keptOltpDecision(statement, call.startedMs);
    if (!decision?.cheap) return null;
    this.#observer?.cacheUsed("decision", true);
    const rows = this.#oltp.queryAtOnce(statement.text, call.params);
    if (!(rows instanceof Promise)) return this.#cheapResult(statement, call, decision, rows);
    return rows.then((waitedFor) => this.#cheapResult(statement, call, decision, waitedFor));
  }

  /** A read meant to be cheap that was not is routed anew next time. */
  #cheapResult(
    statement: AnalyzedStatement,
    call: QueryCall,
    decision: RouteDecision,
    rows: RowSet,
    routeMs = 0,
  ): QueryResult {
    this.#observer?.routed("oltp", decision.rule);
    const result = oltpResult(rows, decision.reason, call.startedMs, { syncMs: 0, routeMs });
    if (result.durationMs > SLOW_READ_MS) this.#planner.forget(statement);
    return result;
  }

  /** Runs a statement on the connection that writes, inside the session's transaction if one is open. */
  async onWriter(statement: AnalyzedStatement, call: QueryCall, reason: string): Promise<QueryResult> {
    const open = this.#session.current;
    this.#observer?.routed("oltp", open === null ? "connection" : "transaction");
    const rows = open === null
      ? (await this.#oltp.execute(statement.text, call.params)).rows
      : await open.query(statement.text, call.params);
    return oltpResult(rows, reason, call.startedMs);
  }

  /**
   * Where a SELECT would go now, and for the mirror the backend's plan.
   *
   * @throws {RheiError} `OLAP_DECLINED` where the mirror was asked for by force and cannot answer, as running it would.
   */
  async explain(
    statement: AnalyzedStatement,
    call: QueryCall,
  ): Promise<{ decision: RouteDecision; plan: PlanNode | null }> {
    const pinned = this.#session.current === null ? this.#pinned : IN_TRANSACTION;
    const asked = historyAsked(statement);
    if (asked !== null) return this.#history.explain(statement, asked, call, pinned);
    if (pinned !== null && call.route === "olap") throw declined({ reason: pinned, cause: "transaction" });
    if (pinned !== null || call.route === "oltp") {
      const reason = pinned ?? "route oltp was asked for";
      const rule: RouteRule = pinned === null ? "requested" : pinned === IN_TRANSACTION ? "transaction" : "connection";
      return { decision: { target: "oltp", reason, rule, cheap: false, obstacle: null, cost: null }, plan: null };
    }
    const mirror = await this.#available();
    if ("obstacle" in mirror) {
      if (call.route === "olap") throw declined(mirror.obstacle);
      const decision = await this.#planner.withoutMirror(statement, call.params, call.route, mirror.obstacle);
      return { decision, plan: null };
    }
    const { decision, compiled } = await this.#planner.plan(statement, call.params, call.route, mirror);
    if (call.route === "olap" && decision.obstacle !== null) throw declined(decision.obstacle);
    return { decision, plan: compiled === null ? null : await mirror.backend.explain(compiled) };
  }

  /** The rows a mirrored table has now. @throws {RheiError} `SQL_UNKNOWN_NAME`, `OLAP_DECLINED`, `CANCELLED`. */
  async readTable(name: string, call: QueryCall): Promise<Table> {
    if (call.signal?.aborted) throw cancelled(call.signal);
    if (this.#session.current !== null) throw declined({ reason: IN_TRANSACTION, cause: "transaction" });
    const access = await this.#access.fresh(call, (catalog) => catalog.table(name) === undefined ? null : [name]);
    if ("obstacle" in access) throw declined(access.obstacle);
    const { catalog, backend } = access.mirror;
    const table = catalog.table(name);
    if (table === undefined) throw noSuchTable(name, catalog);
    const rows = await backend.arrowTable(name);
    // The key's extra column is the mirror's own.
    return rows.select(table.columns.map((column) => column.name).filter((column) => column !== ROWID_COLUMN));
  }

  /** Gives up what it keeps between queries. */
  close(): Promise<void> {
    return this.#history.close();
  }

  /** What is needed to read the history of a row. @throws {RheiError} `HISTORY_UNAVAILABLE`, `SQL_UNKNOWN_NAME`. */
  rowSource(table: string, call: QueryCall): Promise<RowSource> {
    return this.#history.rowSource(table, call);
  }

  async #onReader(
    statement: AnalyzedStatement,
    call: QueryCall,
    reason: string,
    rule: RouteRule,
    spent: TimesSpent,
  ): Promise<QueryResult> {
    this.#observer?.routed("oltp", rule);
    const options = call.signal === undefined ? {} : { signal: call.signal };
    const rows = await this.#oltp.readInBackground(statement.text, call.params, options);
    return oltpResult(rows, reason, call.startedMs, spent);
  }

  async #onMirror(statement: AnalyzedStatement, call: QueryCall): Promise<QueryResult> {
    const askedMs = performance.now();
    const access = await this.#patient.mirrorOrAnswer(statement, call);
    const readyMs = performance.now();
    const syncMs = readyMs - askedMs;
    const spent = (): TimesSpent => ({ syncMs, routeMs: askedMs - call.startedMs + (performance.now() - readyMs) });
    if (call.freshness.kind !== "any") this.#observer?.waited(syncMs);
    if ("answer" in access) return oltpResult(access.answer, access.reason, call.startedMs, spent());
    if ("obstacle" in access) return this.#fallBack(statement, call, access.obstacle, spent());
    const { mirror, lag } = access;
    for (let attempt = 0; attempt < REPLANS_MAX; attempt++) {
      const version = mirror.catalog.version;
      const plan = await this.#planner.plan(statement, call.params, call.route, mirror);
      if (mirror.catalog.version !== version) continue;
      if (plan.compiled === null) return this.#fallBack(statement, call, plan.decision.obstacle, spent(), plan);
      return this.#runCompiled(statement, call, mirror, lag, plan.compiled, plan.decision, spent());
    }
    return this.#fallBack(statement, call, { reason: "the schema keeps changing", cause: "schema" }, spent());
  }

  async #runCompiled(
    statement: AnalyzedStatement,
    call: QueryCall,
    mirror: AttachedMirror,
    lag: AnswerLag,
    compiled: CompiledQuery,
    { reason, rule }: RouteDecision,
    spent: TimesSpent,
  ): Promise<QueryResult> {
    try {
      const rows = await answerOf(mirror.backend, compiled, call);
      this.#observer?.routed("olap", rule);
      return new QueryResult(rows, {
        target: "olap",
        engine: mirror.backend.name,
        reason,
        durationMs: performance.now() - call.startedMs,
        ...spent,
        lagChanges: lag.changes,
        lagMs: lag.milliseconds,
      });
    } catch (error) {
      const obstacle = obstacleOf(error, call.route);
      if (obstacle === null) throw error;
      return this.#fallBack(statement, call, obstacle, spent);
    }
  }

  /** libSQL answers, unless the mirror was asked for by force. */
  async #fallBack(
    statement: AnalyzedStatement,
    call: QueryCall,
    obstacle: OlapObstacle | null,
    spent: TimesSpent,
    plan?: QueryPlan,
  ): Promise<QueryResult> {
    if (obstacle !== null) this.#observer?.declined(obstacle.cause);
    if (call.route === "olap") {
      // An unknown name or a syntax error is libSQL's to report: preparing the statement there throws it.
      await this.#oltp.query(`EXPLAIN ${statement.text}`, call.params);
      throw declined(obstacle ?? { reason: "the mirror cannot answer", cause: "unavailable" });
    }
    const { reason, rule } = plan?.decision ?? { reason: obstacle?.reason ?? "", rule: "declined" };
    return this.#onReader(statement, call, reason, rule, spent);
  }

  /** The open mirror, or why there is none. */
  async #available(): Promise<OpenMirror | { readonly obstacle: OlapObstacle }> {
    try {
      return await this.#mirror.open();
    } catch (error) {
      if (!(error instanceof RheiError) || error.code === "CANCELLED") throw error;
      return { obstacle: unavailable(error.message) };
    }
  }
}

/** Why there is no such table in the mirror. */
function noSuchTable(name: string, catalog: MirrorCatalog): RheiError {
  const reason = catalog.absence(name) ?? (catalog.view(name) === undefined ? undefined : "it is a view");
  if (reason === undefined) {
    return new RheiError("SQL_UNKNOWN_NAME", `Cannot read table "${name}": there is no such table`);
  }
  return new RheiError("OLAP_DECLINED", `Cannot read table "${name}" from the mirror: ${reason}`, {
    hint: "read it with a query",
    details: { reason, cause: "table" },
  });
}
