import type { Table } from "apache-arrow";
import { RheiError } from "../errors/mod.ts";
import { type CompiledQuery, type MirrorCatalog, RuntimeDecline } from "../olap/mod.ts";
import type { EngineObserver } from "../metrics/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { FreshnessBound, OlapObstacle, Route, RouteDecision, RouteRule } from "../router/mod.ts";
import { ROWID_COLUMN, type RowSet, type SqlParameters } from "../types/mod.ts";
import type { MirrorHost, OpenMirror } from "./mirror_host.ts";
import type { QueryPlan, QueryPlanner } from "./query_planner.ts";
import { QueryResult } from "./query_result.ts";
import type { SessionTransaction } from "./session_transaction.ts";
import type { AnalyzedStatement } from "./statement.ts";

/** A read on libSQL that took longer than this is routed anew next time, in milliseconds. */
const SLOW_READ_MS = 5;

/** How often a query is planned anew when the schema changes under it, before libSQL answers it. */
const REPLANS_MAX = 3;

/** Why a read inside a transaction stays on libSQL. */
export const IN_TRANSACTION = "inside a transaction, reads see its own writes";

/** One query's options with the engine's defaults filled in. */
export interface QueryCall {
  readonly params: SqlParameters;
  readonly route: Route;
  readonly freshness: FreshnessBound;
  readonly signal: AbortSignal | undefined;
  readonly startedMs: number;
}

/** Runs SELECTs: decides, catches up, runs, and falls back to libSQL where the mirror cannot answer. */
export class QueryRunner {
  readonly #oltp: OltpClient;
  readonly #mirror: MirrorHost;
  readonly #planner: QueryPlanner;
  readonly #session: SessionTransaction;
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
    this.#planner = planner;
    this.#session = session;
  }

  /** From now on all reads use the writing connection, because `reason`. */
  pinToWriter(reason: string): void {
    this.#pinned ??= reason;
  }

  async run(statement: AnalyzedStatement, call: QueryCall): Promise<QueryResult> {
    if (call.signal?.aborted) throw cancelled(call.signal);
    const pinned = this.#session.current === null ? this.#pinned : IN_TRANSACTION;
    if (pinned !== null) {
      if (call.route === "olap") throw declined({ reason: pinned, cause: "transaction" });
      return this.onWriter(statement, call, pinned);
    }
    if (call.route === "oltp") return this.#onReader(statement, call, "route oltp was asked for", "requested", 0);
    if (call.route === "auto") {
      const decision = await this.#planner.oltpDecision(statement, call.params);
      if (decision !== null) {
        if (!decision.cheap) return this.#onReader(statement, call, decision.reason, decision.rule, 0);
        return this.#cheapResult(statement, call, decision, await this.#oltp.query(statement.text, call.params));
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
  #cheapResult(statement: AnalyzedStatement, call: QueryCall, decision: RouteDecision, rows: RowSet): QueryResult {
    this.#observer?.routed("oltp", decision.rule);
    const result = oltpResult(rows, decision.reason, call.startedMs, 0);
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
    return oltpResult(rows, reason, call.startedMs, 0);
  }

  /** Where a SELECT would go now, and for the mirror the backend's plan. */
  async explain(
    statement: AnalyzedStatement,
    call: QueryCall,
  ): Promise<{ decision: RouteDecision; plan: string | null }> {
    const pinned = this.#session.current === null ? this.#pinned : IN_TRANSACTION;
    if (pinned !== null || call.route === "oltp") {
      const reason = pinned ?? "route oltp was asked for";
      const rule: RouteRule = pinned === null ? "requested" : pinned === IN_TRANSACTION ? "transaction" : "connection";
      return { decision: { target: "oltp", reason, rule, cheap: false, obstacle: null, cost: null }, plan: null };
    }
    const mirror = await this.#available();
    if ("obstacle" in mirror) {
      const decision = await this.#planner.withoutMirror(statement, call.params, call.route, mirror.obstacle);
      return { decision, plan: null };
    }
    const { decision, compiled } = await this.#planner.plan(statement, call.params, call.route, mirror);
    return { decision, plan: compiled === null ? null : await mirror.backend.explain(compiled) };
  }

  /** The rows a mirrored table has now. @throws {RheiError} `SQL_UNKNOWN_NAME`, `OLAP_DECLINED`, `CANCELLED`. */
  async readTable(name: string, call: QueryCall): Promise<Table> {
    if (call.signal?.aborted) throw cancelled(call.signal);
    if (this.#session.current !== null) throw declined({ reason: IN_TRANSACTION, cause: "transaction" });
    const mirror = await this.#available();
    if ("obstacle" in mirror) throw declined(mirror.obstacle);
    const stale = await this.#catchUp(mirror, call);
    if (stale !== null) throw declined(stale);
    const { catalog, backend } = mirror;
    const table = catalog.table(name);
    if (table === undefined) throw noSuchTable(name, catalog);
    const rows = await backend.arrowTable(name);
    // The key's extra column is the mirror's own.
    return rows.select(table.columns.map((column) => column.name).filter((column) => column !== ROWID_COLUMN));
  }

  async #onReader(
    statement: AnalyzedStatement,
    call: QueryCall,
    reason: string,
    rule: RouteRule,
    syncMs: number,
  ): Promise<QueryResult> {
    this.#observer?.routed("oltp", rule);
    const options = call.signal === undefined ? {} : { signal: call.signal };
    const rows = await this.#oltp.readInBackground(statement.text, call.params, options);
    return oltpResult(rows, reason, call.startedMs, syncMs);
  }

  async #onMirror(statement: AnalyzedStatement, call: QueryCall): Promise<QueryResult> {
    const mirror = await this.#available();
    if ("obstacle" in mirror) return this.#fallBack(statement, call, mirror.obstacle, 0);
    const catchUpMs = performance.now();
    const stale = await this.#catchUp(mirror, call);
    const syncMs = performance.now() - catchUpMs;
    if (call.freshness.kind !== "any") this.#observer?.waited(syncMs);
    if (stale !== null) return this.#fallBack(statement, call, stale, syncMs);
    for (let attempt = 0; attempt < REPLANS_MAX; attempt++) {
      const version = mirror.catalog.version;
      const plan = await this.#planner.plan(statement, call.params, call.route, mirror);
      if (mirror.catalog.version !== version) continue;
      if (plan.compiled === null) return this.#fallBack(statement, call, plan.decision.obstacle, syncMs, plan);
      return this.#runCompiled(statement, call, mirror, plan.compiled, plan.decision, syncMs);
    }
    return this.#fallBack(statement, call, { reason: "the schema keeps changing", cause: "schema" }, syncMs);
  }

  async #runCompiled(
    statement: AnalyzedStatement,
    call: QueryCall,
    mirror: OpenMirror,
    compiled: CompiledQuery,
    { reason, rule }: RouteDecision,
    syncMs: number,
  ): Promise<QueryResult> {
    try {
      const options = call.signal === undefined ? {} : { signal: call.signal };
      const rows = await mirror.backend.run(compiled, options);
      this.#observer?.routed("olap", rule);
      const lagChanges = call.freshness.kind === "latest" ? 0 : (await mirror.sync.lag()).changes;
      return new QueryResult(rows, {
        target: "olap",
        engine: mirror.backend.name,
        reason,
        durationMs: performance.now() - call.startedMs,
        syncMs,
        lagChanges,
      });
    } catch (error) {
      const obstacle = obstacleOf(error, call.route);
      if (obstacle === null) throw error;
      return this.#fallBack(statement, call, obstacle, syncMs);
    }
  }

  /** libSQL answers, unless the mirror was asked for by force. */
  async #fallBack(
    statement: AnalyzedStatement,
    call: QueryCall,
    obstacle: OlapObstacle | null,
    syncMs: number,
    plan?: QueryPlan,
  ): Promise<QueryResult> {
    if (obstacle !== null) this.#observer?.declined(obstacle.cause);
    if (call.route === "olap") {
      // An unknown name or a syntax error is libSQL's to report: preparing the statement there throws it.
      await this.#oltp.query(`EXPLAIN ${statement.text}`, call.params);
      throw declined(obstacle ?? { reason: "the mirror cannot answer", cause: "unavailable" });
    }
    const { reason, rule } = plan?.decision ?? { reason: obstacle?.reason ?? "", rule: "declined" };
    return this.#onReader(statement, call, reason, rule, syncMs);
  }

  /** The open mirror, or why there is none. */
  async #available(): Promise<OpenMirror | { readonly obstacle: OlapObstacle }> {
    try {
      return await this.#mirror.open();
    } catch (error) {
      if (!(error instanceof RheiError) || error.code === "CANCELLED") throw error;
      return { obstacle: { reason: `the mirror is not available: ${error.message}`, cause: "unavailable" } };
    }
  }

  /** Brings the mirror as far as the query's freshness asks; says why libSQL must answer if that fails. */
  async #catchUp(mirror: OpenMirror, call: QueryCall): Promise<OlapObstacle | null> {
    const { freshness, signal } = call;
    if (freshness.kind === "any") return null;
    if (freshness.kind === "lag" && (await mirror.sync.lag()).milliseconds <= freshness.lagMsMax) return null;
    try {
      const outcome = await mirror.sync.catchUp(signal);
      return outcome.kind === "fresh" ? null : { reason: `the mirror is stale: ${outcome.reason}`, cause: "stale" };
    } catch (error) {
      if (!(error instanceof RheiError) || error.code === "CANCELLED") throw error;
      return { reason: `the mirror is behind: ${error.message}`, cause: "stale" };
    }
  }
}

/**
 * What to tell when the mirror could not finish a statement, or `null` when its failure is the user's to see. A failure of the backend's
 * own goes to libSQL too unless the mirror was asked for by force: it answers, or fails with SQLite's own error.
 */
function obstacleOf(error: unknown, requested: Route): OlapObstacle | null {
  if (error instanceof RuntimeDecline) return { reason: `declined: ${error.message}`, cause: "runtime" };
  if (requested === "olap" || !(error instanceof RheiError) || error.code !== "SQL_ERROR") return null;
  return { reason: `the mirror failed: ${error.message}`, cause: "failed" };
}

/** The result of a statement that libSQL answered. */
export function oltpResult(rows: RowSet, reason: string, startedMs: number, syncMs: number): QueryResult {
  const durationMs = performance.now() - startedMs;
  return new QueryResult(rows, { target: "oltp", engine: "libsql", reason, durationMs, syncMs, lagChanges: 0 });
}

function declined(obstacle: OlapObstacle): RheiError {
  const reason = obstacle.reason.replace(/^declined: /, "");
  return new RheiError("OLAP_DECLINED", `Cannot answer from the mirror: ${reason}`, {
    hint: "use route auto to let libSQL answer",
    details: { reason, cause: obstacle.cause },
  });
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

/** The error of a query whose signal aborted. */
export function cancelled(signal: AbortSignal): RheiError {
  return new RheiError("CANCELLED", "Cancelled the statement", { cause: signal.reason });
}
