import type { RheiError } from "../errors/mod.ts";
import type { EngineObserver } from "../metrics/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { CompiledQuery, MirrorCatalog, OlapBackend, QueryRequest } from "../olap/mod.ts";
import {
  type OlapObstacle,
  type PlanStep,
  type Route,
  route,
  type RouteDecision,
  type ScanCost,
  scanCost,
  sourceOrder,
  windowSourceOrder,
} from "../router/mod.ts";
import { type Query, type SourceOrder, type SystemPeriods, tablesOf, walk } from "../sql/mod.ts";
import type { ExactValue, SqlParameters } from "../types/mod.ts";
import { RowEstimates } from "./row_estimates.ts";
import {
  type AnalyzedStatement,
  type CostEstimate,
  exactParameters,
  parametersKey,
  type ReadableSelect,
} from "./statement.ts";

/** How long an estimate is kept, in milliseconds: tables grow. A stale one can only misroute, never change an answer. */
const ESTIMATE_KEPT_MS = 10_000;

/** A SELECT routed, and compiled if it goes to the mirror. */
export interface QueryPlan {
  readonly decision: RouteDecision;
  /** Set exactly if the decision's target is `olap`. */
  readonly compiled: CompiledQuery | null;
}

/** Decides where SELECTs go and compiles those that go to the mirror. Decisions are kept with their statement. */
export class QueryPlanner {
  readonly #oltp: OltpClient;
  readonly #estimates: RowEstimates;
  readonly #observer: EngineObserver | null;
  #schemaEpoch = 0;

  constructor(oltp: OltpClient, observer: EngineObserver | null) {
    this.#oltp = oltp;
    this.#observer = observer;
    this.#estimates = new RowEstimates(oltp);
  }

  /** Forgets decisions after a change of the schema made through this engine. */
  schemaChanged(): void {
    this.#schemaEpoch++;
  }

  /** A decision for libSQL that still stands, if there is one: the short way of a point read. Whoever follows it counts it. */
  keptOltpDecision(statement: AnalyzedStatement, nowMs: number): RouteDecision | null {
    const kept = this.#keptEstimate(statement, nowMs);
    return kept?.decision.target === "oltp" ? kept.decision : null;
  }

  /** Decides by cost alone whether libSQL answers `statement`; `null` means that the mirror is worth a look. */
  async oltpDecision(statement: AnalyzedStatement, params: SqlParameters): Promise<RouteDecision | null> {
    this.#observer?.cacheUsed("decision", this.#keptEstimate(statement, performance.now()) !== null);
    const { decision } = await this.#estimate(statement, params);
    return decision.target === "oltp" ? decision : null;
  }

  /** Forgets the estimate of a statement that turned out to take long. */
  forget(statement: AnalyzedStatement): void {
    statement.estimate = null;
  }

  /** Routes a SELECT with full knowledge of the mirror. Nothing is thrown for what the mirror cannot do: see the decision's obstacle. */
  async plan(
    statement: AnalyzedStatement,
    params: SqlParameters,
    requested: Route,
    mirror: { readonly catalog: MirrorCatalog; readonly backend: OlapBackend },
  ): Promise<QueryPlan> {
    const { cost, decision } = requested === "auto" ? await this.#estimate(statement, params) : {
      cost: null,
      decision: route({ requested, inTransaction: false, obstacle: null, recursive: false, cost: null }),
    };
    if (decision.target === "oltp") return { decision, compiled: null };
    const { query, obstacle } = await this.#compile(statement, params, mirror);
    if (obstacle === null) return { decision, compiled: query };
    return { decision: route({ requested, inTransaction: false, obstacle, recursive: false, cost }), compiled: null };
  }

  /** Routes a SELECT when there is no mirror to ask. */
  async withoutMirror(
    statement: AnalyzedStatement,
    params: SqlParameters,
    requested: Route,
    obstacle: OlapObstacle,
  ): Promise<RouteDecision> {
    const { cost } = await this.#estimate(statement, params);
    return route({ requested, inTransaction: false, obstacle, recursive: statement.recursive, cost });
  }

  async #compile(
    statement: AnalyzedStatement,
    params: SqlParameters,
    mirror: { readonly catalog: MirrorCatalog; readonly backend: OlapBackend },
  ): Promise<{ query: CompiledQuery | null; obstacle: OlapObstacle | null }> {
    const { select } = statement;
    if (select === null || "refusal" in select) return { query: null, obstacle: refused(select?.refusal) };
    const parameters = await this.parameterValues(statement, select, params);
    return this.#compiled(statement, select.query, mirror, {
      parameters,
      ...await this.#sourceOrders(select, statement.text, params),
    });
  }

  /** Compiles a SELECT that asks for versions of rows. */
  compileHistory(
    statement: AnalyzedStatement,
    { query }: ReadableSelect,
    facts: Required<Pick<QueryRequest, "parameters" | "periods">>,
    mirror: { readonly catalog: MirrorCatalog; readonly backend: OlapBackend },
  ): Promise<{ query: CompiledQuery | null; obstacle: OlapObstacle | null }> {
    return this.#compiled(statement, query, mirror, { ...facts, sourceOrder: historyOrder(query), windowOrder: null });
  }

  async #compiled(
    statement: AnalyzedStatement,
    query: Query,
    { catalog, backend }: { readonly catalog: MirrorCatalog; readonly backend: OlapBackend },
    facts: Omit<QueryRequest, "text" | "query" | "catalog">,
  ): Promise<{ query: CompiledQuery | null; obstacle: OlapObstacle | null }> {
    const { sourceOrder, windowOrder, parameters } = facts;
    const key = parametersKey(parameters);
    const orderKey = JSON.stringify([sourceOrder, windowOrder, ...periodTimes(facts.periods)]);
    const kept = statement.compilation;
    const isKept = kept !== null && kept.catalogVersion === catalog.version && kept.parametersKey === key &&
      kept.sourceOrder === orderKey;
    this.#observer?.cacheUsed("compilation", isKept);
    if (isKept) return kept;
    const outcome = await backend.compile({ text: statement.text, query, catalog, ...facts });
    const compilation = outcome.kind === "compiled"
      ? { query: outcome.query, obstacle: null }
      : { query: null, obstacle: { reason: `declined: ${outcome.reason}`, cause: outcome.cause } };
    const { version: catalogVersion } = catalog;
    statement.compilation = { ...compilation, catalogVersion, parametersKey: key, sourceOrder: orderKey };
    return compilation;
  }

  /** The parameters with what the statement reads off the clock, all at one moment. */
  async parameterValues(
    statement: AnalyzedStatement,
    { clock }: ReadableSelect,
    params: SqlParameters,
  ): Promise<readonly ExactValue[]> {
    const parameters = exactParameters(statement, params);
    if (clock === null) return parameters;
    const { rows } = await this.#oltp.query(clock.sql, parameters.slice(0, clock.parameterCount));
    return [...parameters, ...rows[0] ?? []];
  }

  /** Asked anew for every run: an old order would keep other rows of those that tie than libSQL keeps now. */
  async #sourceOrders(
    { query, followsSourceOrder }: ReadableSelect,
    text: string,
    params: SqlParameters,
  ): Promise<Required<Pick<QueryRequest, "sourceOrder" | "windowOrder">>> {
    const windows = hasWindows(query);
    const steps = windows || followsSourceOrder ? await this.planSteps(text, params) : null;
    if (steps === null) return { sourceOrder: null, windowOrder: null };
    return {
      sourceOrder: followsSourceOrder ? sourceOrder(steps) : null,
      windowOrder: windows ? windowSourceOrder(steps) : null,
    };
  }

  #keptEstimate(statement: AnalyzedStatement, nowMs: number): CostEstimate | null {
    const kept = statement.estimate;
    if (kept === null || kept.schemaEpoch !== this.#schemaEpoch) return null;
    return nowMs - kept.takenAtMs > ESTIMATE_KEPT_MS ? null : kept;
  }

  /** The cost of a statement and where it goes by that alone, kept with the statement. */
  async #estimate(statement: AnalyzedStatement, params: SqlParameters): Promise<CostEstimate> {
    const kept = this.#keptEstimate(statement, performance.now());
    if (kept !== null) return kept;
    const schemaEpoch = this.#schemaEpoch;
    const cost = await this.#cost(statement, params);
    const facts = {
      requested: "auto",
      inTransaction: false,
      obstacle: null,
      recursive: statement.recursive,
      cost,
    } as const;
    const estimate = { cost, decision: route(facts), takenAtMs: performance.now(), schemaEpoch };
    statement.estimate = estimate;
    return estimate;
  }

  /** What libSQL would have to read, by its own plan; `null` when it cannot plan the statement (running it will say why). */
  async #cost(statement: AnalyzedStatement, params: SqlParameters): Promise<ScanCost | null> {
    const steps = await this.planSteps(statement.text, params);
    if (steps === null) return null;
    const { select } = statement;
    const tables = select !== null && "query" in select ? tablesByAlias(select.query) : new Map<string, Set<string>>();
    const rows = new Map<string, number>();
    for (const name of new Set(steps.map((step) => stepSubject(step.detail)).filter((name) => name !== null))) {
      const candidates = tables.get(name.toLowerCase()) ?? new Set([name]);
      const counts = await Promise.all([...candidates].map((table) => this.#estimates.rowsOf(table)));
      rows.set(name, Math.max(...counts));
    }
    return scanCost(steps, (name) => rows.get(name) ?? 1);
  }

  /** `EXPLAIN QUERY PLAN` of a statement, or `null` when libSQL cannot prepare it. */
  async planSteps(text: string, params: SqlParameters): Promise<readonly PlanStep[] | null> {
    try {
      const { rows } = await this.#oltp.query(`EXPLAIN QUERY PLAN ${text}`, params);
      return rows.map((row) => ({ id: Number(row[0]), parent: Number(row[1]), detail: String(row[3]) }));
    } catch {
      // The statement itself is about to be run and reports the same failure with its own text.
      return null;
    }
  }
}

/**
 * The order of the versions of one table, where the statement leaves it open: that of their keys and times, which is the order they have
 * in the copy that libSQL reads when the mirror declines. Of several tables, and of rows that windows have sorted, only SQLite's plan of
 * the copies would tell.
 */
function historyOrder(query: Query): SourceOrder | null {
  const { body, orderBy } = query;
  if (hasWindows(query)) return null;
  if (body.kind !== "select" || body.from?.kind !== "table" || body.from.systemTime === undefined) return null;
  const name = (body.from.alias ?? body.from.name).text;
  return { loops: [name], groupsSorted: body.groupBy.length > 0, sorted: orderBy.length > 0 };
}

function periodTimes(periods: SystemPeriods = new Map()): string[] {
  return [...periods.values()].map((period) => {
    switch (period.kind) {
      case "asOf":
        return `${period.at}`;
      case "between":
        return `${period.from} ${period.to}`;
      case "all":
        return "all";
    }
  });
}

function refused(refusal: RheiError | undefined): OlapObstacle {
  return { reason: `declined: ${refusal?.message ?? "not a SELECT"}`, cause: "syntax" };
}

function stepSubject(detail: string): string | null {
  const match = /^(?:SCAN|SEARCH) (\S+)/.exec(detail);
  return match === null || match[1] === "CONSTANT" ? null : match[1]!;
}

/** The tables each name may stand for in a plan, by lower-case alias or name. */
function tablesByAlias(query: Query): Map<string, Set<string>> {
  const tables = new Map<string, Set<string>>();
  for (const reference of tablesOf(query)) {
    const shown = (reference.alias ?? reference.name).text.toLowerCase();
    const known = tables.get(shown) ?? new Set<string>();
    tables.set(shown, known.add(reference.name.text.toLowerCase()));
  }
  return tables;
}

function hasWindows(query: Query): boolean {
  let found = false;
  walk(query, (node) => {
    if (node.kind === "function" && node.over !== null) found = true;
    return !found;
  });
  return found;
}
