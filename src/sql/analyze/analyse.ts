import type { ExactValue } from "../../types/mod.ts";
import type { Query } from "../tree.ts";
import { Analysis, type AnalysisCatalog, type SystemPeriods } from "./analysis.ts";
import type { AnalysedCte, AnalysedQuery } from "./analysed.ts";
import { analyseQuery } from "./query.ts";
import { inSourceOrder, type SourceOrder } from "./source_order.ts";
import { Unanalysable } from "./unanalysable.ts";

/** A statement with its names resolved and its expressions typed. */
export interface AnalysedStatement {
  readonly kind: "analysed";
  readonly query: AnalysedQuery;
  /** Views it reads, each before those that read it; to be treated as common tables of the whole statement. */
  readonly views: readonly AnalysedCte[];
  /** Mirror tables it reads, lower case. */
  readonly tables: readonly string[];
}

export type AnalysisOutcome =
  | AnalysedStatement
  | { readonly kind: "declined"; readonly reason: string; readonly cause: string };

/** What is known beside a statement's text. */
export interface AnalysisFacts {
  /** In which order SQLite meets the rows, where that is known: it decides ties at a LIMIT and what group_concat() gives. */
  readonly order?: SourceOrder | null | undefined;
  /** What the statement's FOR SYSTEM_TIME clauses ask for; needed where it has any. */
  readonly periods?: SystemPeriods | undefined;
}

/** Analyses a statement by SQLite's rules, or says what keeps it from being understood. */
export function analyse(
  query: Query,
  catalog: AnalysisCatalog,
  parameters: readonly ExactValue[],
  { order = null, periods = new Map() }: AnalysisFacts = {},
): AnalysisOutcome {
  const analysis = new Analysis(catalog, parameters, periods, analyseQuery);
  try {
    const analysed = analyseQuery(analysis, query, null, null);
    const ordered = order === null ? analysed : inSourceOrder(analysed, order);
    return { kind: "analysed", query: ordered, views: analysis.views.used(), tables: [...analysis.tables] };
  } catch (error) {
    if (error instanceof Unanalysable) return { kind: "declined", reason: error.reason, cause: error.declineCause };
    throw error;
  }
}
