import type { ExactValue, MirrorTable, TableHistory } from "../../types/mod.ts";
import type { SystemPeriod } from "../system_time.ts";
import type { Query, SystemTime } from "../tree.ts";
import type { AnalysedQuery } from "./analysed.ts";
import { CteScope } from "./cte.ts";
import type { Scope } from "./scope.ts";

/** The tables and views a statement may name. Names compare as SQLite's do, ignoring ASCII case. */
export interface AnalysisCatalog {
  table(name: string): MirrorTable | undefined;
  /** The CREATE VIEW text of a view, or `undefined`. */
  view(name: string): string | undefined;
  /** Why a table that exists is not there, or `undefined`. */
  absence(name: string): string | undefined;
  /** Where the versions of a table's rows are kept, or `undefined` if there are none. */
  history?(name: string): TableHistory | undefined;
}

/** What the FOR SYSTEM_TIME clauses of a statement ask for. */
export type SystemPeriods = ReadonlyMap<SystemTime, SystemPeriod>;

/** Analyses a query that stands inside `scope`. */
export type AnalyseQuery = (
  analysis: Analysis,
  query: Query,
  scope: Scope | null,
  ctes: CteScope | null,
) => AnalysedQuery;

/** Nesting of subqueries, views and common tables beyond which a statement is not taken on. */
export const DEPTH_MAX = 60;

/** What the analysis of one statement shares. */
export class Analysis {
  readonly catalog: AnalysisCatalog;
  readonly parameters: readonly ExactValue[];
  readonly periods: SystemPeriods;
  /** Passed in, because expressions hold queries and queries hold expressions. */
  readonly analyseQuery: AnalyseQuery;
  /** Views read so far, as common tables of the whole statement. */
  readonly views = new CteScope(null);
  /** Mirror tables read, lower case. */
  readonly tables = new Set<string>();
  depth = 0;
  #lastId = 0;

  constructor(
    catalog: AnalysisCatalog,
    parameters: readonly ExactValue[],
    periods: SystemPeriods,
    analyseQuery: AnalyseQuery,
  ) {
    this.catalog = catalog;
    this.parameters = parameters;
    this.periods = periods;
    this.analyseQuery = analyseQuery;
  }

  nextId(): number {
    return ++this.#lastId;
  }
}
