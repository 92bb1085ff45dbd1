import {
  classify,
  type HistoryRef,
  historyRefsOf,
  parametersOf,
  parseSelect,
  type Query,
  type StatementClass,
  tablesOf,
  takeOutClock,
  walk,
} from "../sql/mod.ts";
import { bindParameters } from "../oltp/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { ExactValue, SqlParameters } from "../types/mod.ts";
import type { CompiledQuery } from "../olap/mod.ts";
import { refuseReservedNames } from "./refuse_reserved_names.ts";
import type { OlapObstacle, RouteDecision, ScanCost } from "../router/mod.ts";

/** What a statement would cost on libSQL and where it goes by that; taken again once what it rests on has changed. */
export interface CostEstimate {
  readonly cost: ScanCost | null;
  readonly decision: RouteDecision;
  /** By `performance.now()`. */
  readonly takenAtMs: number;
  /** Schema changes made through this engine before it was taken. */
  readonly schemaEpoch: number;
}

/** A statement compiled for the mirror, with the catalog and the parameters it was compiled for. */
export interface CachedCompilation {
  readonly query: CompiledQuery | null;
  readonly obstacle: OlapObstacle | null;
  readonly catalogVersion: number;
  /** As JSON: it changes with the indexes and statistics that libSQL plans by. */
  readonly sourceOrder: string;
  readonly parametersKey: string;
}

/** The mirror's tables and views that a statement reads, by one catalog; `null` where that does not know all its names. */
export interface CachedReads {
  readonly catalogVersion: number;
  readonly names: readonly string[] | null;
}

/** A SELECT that was parsed. */
export interface ReadableSelect {
  /** What reads the clock is a parameter here, behind the statement's own. */
  readonly query: Query;
  /** How to ask libSQL for those readings, all at one moment, with the first of the statement's parameters; `null` if there are none. */
  readonly clock: { readonly sql: string; readonly parameterCount: number } | null;
  readonly tables: readonly string[];
  /** Where it asks for versions of rows. */
  readonly historyRefs: readonly HistoryRef[];
  /** Whether the answer may depend on the order in which libSQL meets the rows, windows aside. */
  readonly followsSourceOrder: boolean;
}

/** A statement text with everything learned of it; kept in the statement cache. */
export interface AnalyzedStatement {
  readonly text: string;
  readonly class: StatementClass;
  /** The tree of a SELECT, or why there is none. */
  readonly select:
    | ReadableSelect
    | { readonly refusal: RheiError }
    | null;
  readonly parameters: { readonly count: number; readonly names: readonly (string | null)[] };
  /** Whether it is a SELECT with a recursive common table. */
  readonly recursive: boolean;
  estimate: CostEstimate | null;
  compilation: CachedCompilation | null;
  reads: CachedReads | null;
}

/**
 * Learns what can be told from a statement's text alone.
 *
 * @throws {RheiError} `SQL_SYNTAX` if the text is not made of SQL's tokens; `SQL_ERROR` if it would change what rhei keeps in the database.
 */
export function analyzeStatement(text: string): AnalyzedStatement {
  const statementClass = classify(text);
  refuseReservedNames(text, statementClass);
  const { count, names } = parametersOf(text);
  const select = statementClass.kind === "select" ? readSelect(text, count) : null;
  return {
    text,
    class: statementClass,
    select,
    parameters: { count, names: names.map((name) => (name === null ? null : name.slice(1))) },
    recursive: select !== null && "query" in select && hasRecursion(select.query),
    estimate: null,
    compilation: null,
    reads: null,
  };
}

function readSelect(text: string, parameterCount: number): AnalyzedStatement["select"] {
  try {
    const { query, readings } = takeOutClock(parseSelect(text), parameterCount);
    const sql = `SELECT ${readings.join(", ")}`;
    const clock = readings.length === 0 ? null : { sql, parameterCount: parametersOf(sql).count };
    const tables = new Set(tablesOf(query).map((table) => table.name.text.toLowerCase()));
    const historyRefs = /system_time/i.test(text) ? historyRefsOf(query) : [];
    const followsSourceOrder = query.limit !== null || concatenates(query);
    return { query, clock, tables: [...tables], historyRefs, followsSourceOrder };
  } catch (error) {
    // libSQL has the last word on what is valid SQL: a refusal only keeps the statement away from the mirror.
    if (error instanceof RheiError) return { refusal: error };
    throw error;
  }
}

/** Whether texts of several rows are put together. */
function concatenates(query: Query): boolean {
  let found = false;
  walk(query, (node) => {
    found ||= node.kind === "function" && /^(group_concat|string_agg)$/i.test(node.name.text);
  });
  return found;
}

/** Whether a common table anywhere in the query may refer to itself. */
function hasRecursion(query: Query): boolean {
  let found = false;
  walk(query, (node) => {
    found ||= node.kind === "query" && node.with?.recursive === true;
  });
  return found;
}

/** A statement that asks for versions of rows; `null` for any other. */
export function historyAsked({ select }: AnalyzedStatement): ReadableSelect | null {
  return select !== null && "query" in select && select.historyRefs.length > 0 ? select : null;
}

/** The values of a statement's parameters, by index, for a backend. */
export function exactParameters(statement: AnalyzedStatement, given: SqlParameters): readonly ExactValue[] {
  return bindParameters(statement.parameters, given);
}

/** Tells two parameter lists apart where it matters for a compilation: by storage class and value. */
export function parametersKey(values: readonly ExactValue[]): string {
  return values.map((value) => {
    if (value === null) return "n";
    if (typeof value === "bigint") return `i${value}`;
    if (typeof value === "number") return Object.is(value, -0) ? "r-0" : `r${value}`;
    if (typeof value === "string") return `t${value.length}:${value}`;
    return `b${value.length}:${Array.from(value).join(",")}`;
  }).join("|");
}
