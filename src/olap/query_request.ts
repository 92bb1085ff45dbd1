import type { ExactValue, HistoryBeginning, MirrorTable, TableHistory } from "../types/mod.ts";
import type { Query, SourceOrder, SystemPeriods } from "../sql/mod.ts";

/** The tables and views a statement may name, as the mirror has them. Names compare as SQLite's do, ignoring ASCII case. */
export interface MirrorCatalog {
  /** Changes whenever the answer of another method may. */
  readonly version: number;
  table(name: string): MirrorTable | undefined;
  /** The history of a table by its present or last name; the one still added to where several tables bore the name. */
  history(name: string): TableHistory | undefined;
  /** From when on that history is whole; `undefined` where it is from the table's first row on. */
  historyBeginning(name: string): HistoryBeginning | undefined;
  /** The CREATE VIEW text of a view in the source, or `undefined`. */
  view(name: string): string | undefined;
  /** Why a table that exists in the source is not in the mirror (`"not tracked"`, `"column b holds text and integers"`). */
  absence(name: string): string | undefined;
}

/** A statement to compile. Parameters come as values: their storage classes are part of a statement's meaning in SQLite. */
export interface QueryRequest {
  readonly text: string;
  readonly query: Query;
  /** By parameter index, from 1 at position 0. */
  readonly parameters: readonly ExactValue[];
  readonly catalog: MirrorCatalog;
  /** In which order SQLite would meet the rows of the statement now; it decides ties at a LIMIT and what group_concat() gives. Unknown if left out. */
  readonly sourceOrder?: SourceOrder | null;
  /** In which order SQLite would meet the rows that the statement's windows sort; it matters for rows that tie. Unknown if left out. */
  readonly windowOrder?: SourceOrder | null;
  /** What the statement's FOR SYSTEM_TIME clauses ask for: an entry for each. */
  readonly periods?: SystemPeriods;
}
