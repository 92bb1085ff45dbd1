import type { AnalysedExpr, AnalysedQuery, AnalysedSelect } from "../../../sql/mod.ts";
import type { BoundsOf, RangesOf } from "../column_bounds.ts";
import type { Exclusion } from "./empty_arm.ts";
import type { SqlValue } from "./sql_value.ts";

/** What the rows of a grouped SELECT are grouped by, and what that determines. */
export interface Grouping {
  /** By fingerprint: the key expressions as GROUP BY prints them. */
  readonly keys: ReadonlyMap<string, SqlValue>;
  /** `source.column` of every column that has one value within a group. */
  readonly determined: ReadonlySet<string>;
  /** Conditions under which SQLite fails for a group, wanted or not; added as aggregates are printed, to go into HAVING. */
  readonly risks: Set<string>;
}

/** Prints DuckDB aggregates over the rows a call takes in. */
export interface Aggregate {
  (name: string, argument: string, distinct?: boolean): string;
  /** Takes what {@linkcode Grouping.risks} holds; absent over windows. */
  risks?: Set<string>;
}

/** A query as DuckDB text, and what its columns hold. */
export interface PrintedQuery {
  readonly sql: string;
  /** By column: where a reader finds it, `null` qualifier left to the reader. */
  readonly columns: readonly PrintedColumn[];
}

/** A column of a printed query, without the values' text: that depends on the name the reader gives the query. */
export type PrintedColumn = Pick<SqlValue, "rep" | "nan" | "range" | "bounds" | "stored">;

/** What the translation of one statement shares. */
export interface Translation {
  /** The values of each FROM item's columns, by source. */
  readonly sources: Map<number, readonly SqlValue[]>;
  /** What the numbers in mirror tables are bounded by. */
  readonly boundsOf: BoundsOf;
  /** What the integers in mirror tables lie within. */
  readonly rangesOf: RangesOf;
  /** What the text counts on, gathered while it is printed. */
  readonly exclusions: Exclusion[];
  /** Columns of the common tables printed so far. */
  readonly ctes: Map<number, readonly PrintedColumn[]>;
  /** Passed in, because expressions hold queries and queries hold expressions. */
  readonly printQuery: (translation: Translation, query: AnalysedQuery, role: QueryRole) => PrintedQuery;
  readonly translate: (expr: AnalysedExpr, printing: Printing) => SqlValue;
}

/** What the reader of a query wants of it. */
export type QueryRole =
  /** All rows, order immaterial. */
  | "rows"
  /** At most one row: more end the query. */
  | "scalar"
  /** Only whether there are rows. */
  | "exists";

/** Where an expression is printed. */
export interface Printing {
  readonly translation: Translation;
  /** The SELECT whose rows the expression reads; `null` for VALUES. */
  readonly select: AnalysedSelect | null;
  /** `null` where expressions are evaluated row by row. */
  readonly grouping: Grouping | null;
  /**
   * Whether sums of REAL are needed to the last bit, because something is decided by them. Otherwise they are only shown, and
   * an error of some 1e-13 relative does not matter.
   */
  readonly exactSums: boolean;
  /** Whether the SELECT is the statement itself, so that DuckDB computes all it shows. Of one inside it leaves out what is not used. */
  readonly outermost: boolean;
}

/** The printing of what an expression decides by. */
export function exactly(printing: Printing): Printing {
  return printing.exactSums ? printing : { ...printing, exactSums: true };
}

/** The printing of an aggregate's arguments: the rows of a group, one by one. */
export function perRow(printing: Printing): Printing {
  return { ...printing, grouping: null, exactSums: true };
}

/** DuckDB names of a printed query's columns: `c0`, `c1`, …, and `c0t` for the class beside a tagged one. */
export function columnName(index: number): string {
  return `c${index}`;
}

/** The columns of a printed query as the reader that calls it `qualifier` sees them. */
export function columnValues(columns: readonly PrintedColumn[], qualifier: string): SqlValue[] {
  return columns.map(({ rep, nan, range, bounds, stored }, index) => ({
    rep,
    nan,
    range,
    bounds,
    stored,
    sql: rep === "null" ? "NULL" : `${qualifier}.${columnName(index)}`,
    tag: rep === "tagged" ? `${qualifier}.${columnName(index)}t` : null,
    constant: rep === "null" ? { value: null } : null,
  }));
}
