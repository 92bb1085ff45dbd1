import type { ChangeSource } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { EngineObserver } from "../metrics/mod.ts";
import type { CompiledQuery, MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { OlapObstacle, RouteDecision } from "../router/mod.ts";
import {
  constantTimes,
  type Expr,
  type HistoryRef,
  parametersOf,
  periodOf,
  printByNumber,
  type SystemPeriod,
  type SystemPeriods,
  tablesOf,
} from "../sql/mod.ts";
import type { AnswerLag } from "../sync/mod.ts";
import { type ExactValue, instantText, type PlanNode, readInstant, type RowSet } from "../types/mod.ts";
import { CopyDatabases } from "./copy_databases.ts";
import { answerFromCopies } from "./history_copies.ts";
import { shownPlan } from "./history_plan.ts";
import { answerOf } from "./mirror_answer.ts";
import { declined, obstacleOf } from "./mirror_obstacle.ts";
import { type MissingHistory, missingHistory } from "./missing_history.ts";
import type { QueryPlanner } from "./query_planner.ts";
import { QueryResult } from "./query_result.ts";
import type { QueryCall } from "./query_call.ts";
import { keyOfRows, type RowSource } from "./row_history.ts";
import { IN_TRANSACTION } from "./session_transaction.ts";
import type { AnalyzedStatement, ReadableSelect } from "./statement.ts";

/** Gives the mirror once it is as fresh as a query asks, or why it is not to be had. */
export interface FreshMirrors {
  fresh(
    call: QueryCall,
    reads: () => null,
  ): Promise<{ readonly mirror: FreshMirror; readonly lag: AnswerLag } | { readonly obstacle: OlapObstacle }>;
}

/** What is needed of a mirror. */
export interface FreshMirror {
  readonly catalog: MirrorCatalog;
  readonly backend: OlapBackend;
}

const COPY_HINT = "use route auto to let libSQL answer from a copy of the versions";

/** Runs SELECTs that ask for versions of rows: on the mirror, or where it declines on libSQL over a copy of the versions. */
export class HistoryReads {
  readonly #oltp: OltpClient;
  readonly #copies: CopyDatabases;
  readonly #planner: QueryPlanner;
  readonly #mirrors: FreshMirrors;
  readonly #source: Pick<ChangeSource, "schema">;
  readonly #observer: EngineObserver | null;

  /** @param source Tells why a table has no history. */
  constructor(
    oltp: OltpClient,
    planner: QueryPlanner,
    mirrors: FreshMirrors,
    source: Pick<ChangeSource, "schema">,
    observer: EngineObserver | null,
  ) {
    this.#source = source;
    this.#oltp = oltp;
    this.#copies = new CopyDatabases(oltp);
    this.#planner = planner;
    this.#mirrors = mirrors;
    this.#observer = observer;
  }

  /**
   * @param pinned Why reads must use the connection that writes, if they must.
   * @throws {RheiError} `HISTORY_UNAVAILABLE`, `SQL_SYNTAX` for a time that is none, `OLAP_DECLINED` only for route `olap`.
   */
  async run(
    statement: AnalyzedStatement,
    select: ReadableSelect,
    call: QueryCall,
    pinned: string | null,
  ): Promise<QueryResult> {
    refuseElsewhere(call, pinned);
    const askedMs = performance.now();
    const { mirror, lag } = await this.#access(call);
    const readyMs = performance.now();
    if (call.freshness.kind !== "any") this.#observer?.waited(readyMs - askedMs);
    await this.#requireHistories(statement, select, mirror.catalog);
    const { parameters, periods } = await this.#facts(statement, select, call);
    requireWhole(statement, select, mirror.catalog, periods);
    const { query, obstacle } = await this.#planner.compileHistory(statement, select, { parameters, periods }, mirror);
    const routeMs = askedMs - call.startedMs + (performance.now() - readyMs);
    const outcome = query === null ? obstacle! : await this.#runCompiled(mirror, query, select, call);
    const facts = { syncMs: readyMs - askedMs, routeMs, lagChanges: lag.changes, lagMs: lag.milliseconds };
    // Who asks for the plan is told of the times as they were understood.
    const asked = call.analysis === undefined ? "" : `: ${askedText(select, periods)}`;
    if ("rows" in outcome) {
      // Versions may have been retired while it ran.
      requireWhole(statement, select, mirror.catalog, periods);
      this.#observer?.routed("olap", "history");
      const durationMs = performance.now() - call.startedMs;
      const { name: engine } = mirror.backend;
      return new QueryResult(outcome, { target: "olap", engine, reason: `${REASON}${asked}`, durationMs, ...facts });
    }
    this.#observer?.declined(outcome.cause);
    if (call.route === "olap") throw declined(outcome, COPY_HINT);
    this.#observer?.routed("oltp", "history");
    const rows = await answerFromCopies({
      oltp: this.#oltp,
      copies: this.#copies,
      backend: mirror.backend,
      catalog: mirror.catalog,
      text: statement.text,
      query: select.query,
      parameters,
      periods,
      signal: call.signal,
    });
    requireWhole(statement, select, mirror.catalog, periods);
    const durationMs = performance.now() - call.startedMs;
    const reason = `${outcome.reason}${asked}; libSQL read a copy of the versions`;
    return new QueryResult(rows, { target: "oltp", engine: "libsql", reason, durationMs, ...facts });
  }

  /** Where it would go, and the mirror's plan. */
  async explain(
    statement: AnalyzedStatement,
    select: ReadableSelect,
    call: QueryCall,
    pinned: string | null,
  ): Promise<{ readonly decision: RouteDecision; readonly plan: PlanNode | null }> {
    refuseElsewhere(call, pinned);
    const { mirror } = await this.#access(call);
    await this.#requireHistories(statement, select, mirror.catalog);
    const facts = await this.#facts(statement, select, call);
    requireWhole(statement, select, mirror.catalog, facts.periods);
    const { query, obstacle } = await this.#planner.compileHistory(statement, select, facts, mirror);
    if (obstacle !== null && call.route === "olap") throw declined(obstacle, COPY_HINT);
    const reason = `${obstacle?.reason ?? REASON}: ${askedText(select, facts.periods)}`;
    const target = query === null ? "oltp" : "olap";
    const decision = { target, reason, rule: "history", cheap: false, obstacle, cost: null } as const;
    if (query === null) {
      const text = "libSQL reads a copy of the versions";
      return { decision, plan: { text, rowsEstimated: null, rows: null, durationMs: null, inputs: [] } };
    }
    return { decision, plan: shownPlan(await mirror.backend.explain(query), select.historyRefs, mirror.catalog) };
  }

  /** Removes the copies it keeps. */
  close(): Promise<void> {
    return this.#copies.close();
  }

  /** What is needed to read the history of a row. */
  async rowSource(table: string, call: QueryCall): Promise<RowSource> {
    const { mirror } = await this.#access(call);
    const { catalog } = mirror;
    const history = catalog.history(table);
    if (history !== undefined) {
      return {
        key: keyOfRows(catalog.table(table)?.source ?? history.open.source),
        retiredBefore: () => {
          const beginning = mirror.catalog.historyBeginning(table);
          return beginning?.cause === "retired" ? instantText(beginning.time) : null;
        },
      };
    }
    const { code, reason, hint } = await missingHistory(table, this.#oltp, this.#source);
    throw new RheiError(code, `Cannot read the history of "${table}": ${reason}`, hint === undefined ? {} : { hint });
  }

  async #access(call: QueryCall): Promise<{ readonly mirror: FreshMirror; readonly lag: AnswerLag }> {
    // Versions may be of tables that are gone: nothing less than the whole mirror is known to be fresh enough.
    const access = await this.#mirrors.fresh(call, () => null);
    if ("mirror" in access) return access;
    throw new RheiError("HISTORY_UNAVAILABLE", `Cannot read history: ${access.obstacle.reason}`, {
      hint: "versions of rows are kept in the mirror alone",
      retryable: access.obstacle.cause === "stale",
    });
  }

  /** Refuses what has no versions: views, common tables, subqueries, tables that were never tracked so. */
  async #requireHistories(
    statement: AnalyzedStatement,
    select: ReadableSelect,
    catalog: MirrorCatalog,
  ): Promise<void> {
    const tables = new Set(tablesOf(select.query));
    for (const ref of select.historyRefs) {
      const { name, schema } = ref;
      const refuse = ({ code, reason, hint }: MissingHistory): never => {
        throw new RheiError(code, `Cannot read the history of "${name.text}": ${reason}`, {
          pointer: { text: statement.text, start: name.start, end: name.end },
          details: { name: name.text },
          ...(hint === undefined ? {} : { hint }),
        });
      };
      const code = "HISTORY_UNAVAILABLE";
      if (!tables.has(ref)) refuse({ code, reason: "it is a common table; ask for versions inside of it" });
      if (schema !== null && schema.text.toLowerCase() !== "main") {
        refuse({ code, reason: `"${schema.text}" is outside the main database` });
      }
      if (catalog.history(name.text) !== undefined) continue;
      refuse(await missingHistory(name.text, this.#oltp, this.#source));
    }
  }

  async #runCompiled(
    { backend, catalog }: FreshMirror,
    query: CompiledQuery,
    { historyRefs }: ReadableSelect,
    call: QueryCall,
  ): Promise<RowSet | OlapObstacle> {
    const shown = (plan: PlanNode): PlanNode => shownPlan(plan, historyRefs, catalog);
    try {
      return await answerOf(backend, query, call, shown);
    } catch (error) {
      const obstacle = obstacleOf(error, call.route);
      if (obstacle === null) throw error;
      return obstacle;
    }
  }

  /** The values of the parameters, and what the clauses ask for. */
  async #facts(
    statement: AnalyzedStatement,
    select: ReadableSelect,
    call: QueryCall,
  ): Promise<{ readonly parameters: readonly ExactValue[]; readonly periods: SystemPeriods }> {
    const parameters = await this.#planner.parameterValues(statement, select, call.params);
    const periods = new Map<HistoryRef["systemTime"], SystemPeriod>();
    for (const { systemTime } of select.historyRefs) {
      const times = new Map<Expr, bigint>();
      for (const expr of constantTimes(systemTime, statement.text)) {
        times.set(expr, instantOf(await this.#valueOf(expr, parameters), expr, statement.text));
      }
      periods.set(systemTime, periodOf(systemTime, (expr) => times.get(expr)!));
    }
    return { parameters, periods };
  }

  async #valueOf(expr: Expr, parameters: readonly ExactValue[]): Promise<ExactValue> {
    if (expr.kind === "literal") return expr.value.class === "null" ? null : expr.value.value;
    if (expr.kind === "parameter") return parameters[expr.index - 1] ?? null;
    const sql = `SELECT ${printByNumber(expr)}`;
    const { rows } = await this.#oltp.query(sql, parameters.slice(0, parametersOf(sql).count));
    return rows[0]?.[0] ?? null;
  }
}

const REASON = "versions of rows are kept in the mirror";

/** What is asked for of each table. */
function askedText({ historyRefs }: ReadableSelect, periods: SystemPeriods): string {
  return historyRefs.map((ref) => `${ref.name.text} ${periodText(periods.get(ref.systemTime)!)}`).join(", ");
}

function periodText(period: SystemPeriod): string {
  switch (period.kind) {
    case "asOf":
      return `as of ${instantText(period.at)}`;
    case "between":
      return `between ${instantText(period.from)} and ${instantText(period.to)}`;
    case "all":
      return "at all times";
  }
}

/** The refusal of reading versions where reads must use the connection that writes, because `pinned`. */
export function historyElsewhere(pinned: string): RheiError {
  const where = pinned === IN_TRANSACTION ? "outside of transactions" : "on a connection of their own";
  return new RheiError("HISTORY_UNAVAILABLE", `Cannot read history here: ${pinned}`, {
    hint: `versions of rows are read ${where}`,
  });
}

/** Versions are known to the mirror alone, and once they are committed. */
function refuseElsewhere({ route }: QueryCall, pinned: string | null): void {
  if (pinned !== null) throw historyElsewhere(pinned);
  if (route !== "oltp") return;
  throw new RheiError("HISTORY_UNAVAILABLE", "Cannot read history by route oltp: the mirror keeps it", {
    hint: "use route auto",
  });
}

/** Refuses to read what is known in part only: moments before a table's history is whole. Who asks for all asks for what there is. */
function requireWhole(
  statement: AnalyzedStatement,
  { historyRefs }: ReadableSelect,
  catalog: MirrorCatalog,
  periods: SystemPeriods,
): void {
  for (const { name, systemTime } of historyRefs) {
    const period = periods.get(systemTime)!;
    const beginning = catalog.historyBeginning(name.text);
    if (period.kind === "all" || beginning === undefined) continue;
    const asked = period.kind === "asOf" ? period.at : period.from;
    if (asked >= beginning.time) continue;
    const whole = instantText(beginning.time);
    const why = beginning.cause === "retired"
      ? "versions that ended by then are no longer kept"
      : "its history begins later";
    throw new RheiError(
      "HISTORY_UNAVAILABLE",
      `Cannot read the history of "${name.text}" at ${instantText(asked)}: ${why}`,
      {
        pointer: { text: statement.text, start: name.start, end: name.end },
        hint: `its history is whole from '${whole}' on; FOR SYSTEM_TIME ALL gives every version there is`,
        details: { name: name.text, asked: instantText(asked), wholeSince: whole },
      },
    );
  }
}

function instantOf(value: ExactValue, { start, end }: Expr, text: string): bigint {
  const time = readInstant(value);
  if (time !== null) return time;
  const shown = typeof value === "string" ? `"${value}"` : value instanceof Uint8Array ? "a blob" : String(value);
  throw new RheiError("SQL_SYNTAX", `Cannot read a time of FOR SYSTEM_TIME: ${shown} is none`, {
    pointer: { text, start, end },
    hint: "write a text such as '2026-03-01T12:00:00Z' (UTC unless an offset is given), or milliseconds since 1970",
  });
}
