import type { Affinity, ExactValue, MirrorTable, ResultColumn } from "../../types/mod.ts";
import type { Binary, Like, Span, WindowFrame } from "../tree.ts";
import type { ValueType } from "./value_type.ts";

/**
 * The analysed tree: a query whose names are resolved and whose expressions are typed, in terms every backend shares.
 * Views, aliases, ordinals, stars, USING, BETWEEN, row values and COLLATE are gone: what they mean stands in their place.
 */

/** A collating sequence and where it comes from: SQLite lets an explicit COLLATE win over a column's own. */
export interface Collation {
  /** Upper case. */
  readonly name: string;
  readonly explicit: boolean;
}

/** What every analysed expression knows of itself. `affinity` is `null` where SQLite gives an expression none. */
export interface Typed extends Span {
  readonly type: ValueType;
  readonly affinity: Affinity | null;
  readonly collation: Collation | null;
}

/** A column a FROM item offers. */
export interface SourceColumn {
  readonly name: string;
  readonly type: ValueType;
  readonly affinity: Affinity | null;
  readonly collation: Collation | null;
  readonly declaredType: string | null;
  /** Mirror columns that are not part of `select *`: the kept rowid. */
  readonly hidden: boolean;
  /**
   * A VIRTUAL generated column of REAL affinity: an integral value comes out of SQLite's sorter as INTEGER and straight from the table as
   * REAL, so that its class depends on SQLite's plan.
   */
  readonly classByPlan?: true;
  /** Found by its name, but not part of `select *`. */
  readonly unlisted?: true;
  /** Why the column cannot be read at all. */
  readonly unreadable?: string;
}

interface SourceBase {
  /** Unique within the analysed statement. */
  readonly id: number;
  /** The name its columns may be qualified with: its alias, else the table's name; `null` for a bare subquery. */
  readonly name: string | null;
  readonly columns: readonly SourceColumn[];
  /** Index of the column that `rowid` names, or `null`. */
  readonly rowid: number | null;
  /** Whether an outer join may fill its columns with NULL. */
  readonly outerNullable: boolean;
}

/** A FROM item. The columns of a `table` are the mirror table's, in its order. */
export type Source =
  | SourceBase & { readonly kind: "table"; readonly table: MirrorTable }
  | SourceBase & {
    readonly kind: "query";
    readonly query: AnalysedQuery;
    /** Sets of columns no two of its rows agree in, where such are known. */
    readonly keys?: readonly (readonly number[])[];
  }
  | SourceBase & { readonly kind: "cte"; readonly cte: AnalysedCte };

export type AnalysedFrom =
  | { readonly kind: "source"; readonly source: Source }
  | {
    readonly kind: "join";
    readonly type: "inner" | "left" | "right" | "full";
    readonly left: AnalysedFrom;
    readonly right: AnalysedFrom;
    /** `null` joins every row with every row. */
    readonly on: AnalysedExpr | null;
  };

/** A common table or view, analysed once however often it is used. */
export interface AnalysedCte {
  readonly id: number;
  readonly name: string;
  /** Names and types as its users see them. */
  readonly columns: readonly SourceColumn[];
  readonly query: AnalysedQuery;
  /** Set for a recursive one: then `query`'s body is a compound whose right arm reads this table. */
  readonly recursive: boolean;
  /** FROM items that read it, the recursive one not counted. */
  readonly uses: number;
}

/** A query with all it needs: printed or executed on its own, but for the columns of enclosing queries it may read. */
export interface AnalysedQuery {
  readonly kind: "query";
  /** Common tables defined here and used, each before those that read it. */
  readonly ctes: readonly AnalysedCte[];
  readonly body: AnalysedBody;
  /** As an enclosing query sees them, names not yet made unique. */
  readonly columns: readonly SourceColumn[];
  /** As the user sees them when this is the whole statement. */
  readonly resultColumns: readonly ResultColumn[];
  /** Names of the columns when this is a view's SELECT. */
  readonly viewNames: readonly string[];
  readonly orderBy: readonly AnalysedOrder[];
  /** Rows wanted at most; `null` for all. Never negative. */
  readonly limit: bigint | null;
  /** Rows skipped, 0 for none. */
  readonly offset: bigint;
}

export type AnalysedBody = AnalysedSelect | AnalysedValues | AnalysedCompound;

export interface AnalysedSelect {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly outputs: readonly AnalysedExpr[];
  readonly from: AnalysedFrom | null;
  readonly where: AnalysedExpr | null;
  /** Whether rows are grouped: by GROUP BY, or by an aggregate among the outputs. No keys then mean one group of all rows. */
  readonly grouped: boolean;
  readonly groupBy: readonly AnalysedExpr[];
  readonly having: AnalysedExpr | null;
  /** Keys by which SQLite meets the rows that it groups, if that is known; they tell all rows apart. */
  readonly arrival?: readonly AnalysedExpr[];
}

export interface AnalysedValues {
  readonly kind: "values";
  readonly rows: readonly (readonly AnalysedExpr[])[];
}

export interface AnalysedCompound {
  readonly kind: "compound";
  readonly operator: "union" | "unionAll" | "intersect" | "except";
  readonly left: AnalysedBody;
  readonly right: AnalysedBody;
  /** Collations its columns are compared with, by column. */
  readonly collations: readonly (Collation | null)[];
}

/** A sort key: an output column, or an expression over the rows the body reads (only for a body of kind `select`). */
export interface AnalysedOrder {
  readonly key: { readonly kind: "output"; readonly index: number } | {
    readonly kind: "expr";
    readonly expr: AnalysedExpr;
  };
  readonly type: ValueType;
  readonly collation: Collation | null;
  readonly descending: boolean;
  readonly nulls: "first" | "last";
}

/** A sort key inside an aggregate or window. */
export interface SortKey {
  readonly expr: AnalysedExpr;
  readonly descending: boolean;
  readonly nulls: "first" | "last";
}

export type CompareOperator = "=" | "<>" | "<" | "<=" | ">" | ">=" | "is" | "isNot";

/** The conversion SQLite applies to both operands of a comparison. */
export type CompareAffinity = "numeric" | "text" | "none";

export type AnalysedExpr =
  & Typed
  & (
    | { readonly kind: "literal"; readonly value: ExactValue }
    /** `depth` counts enclosing queries outward, 0 for the expression's own. */
    | { readonly kind: "column"; readonly source: Source; readonly column: number; readonly depth: number }
    | {
      readonly kind: "logic";
      readonly operator: "and" | "or";
      readonly left: AnalysedExpr;
      readonly right: AnalysedExpr;
    }
    | { readonly kind: "not"; readonly operand: AnalysedExpr }
    /** `x IS [NOT] TRUE/FALSE`: never NULL. */
    | {
      readonly kind: "truthTest";
      readonly operand: AnalysedExpr;
      readonly wanted: boolean;
      readonly negated: boolean;
    }
    | { readonly kind: "nullTest"; readonly operand: AnalysedExpr; readonly negated: boolean }
    | { readonly kind: "unary"; readonly operator: "-" | "+" | "~"; readonly operand: AnalysedExpr }
    | {
      readonly kind: "arithmetic";
      readonly operator: Extract<Binary["operator"], "+" | "-" | "*" | "/" | "%" | "&" | "|" | "<<" | ">>" | "||">;
      readonly left: AnalysedExpr;
      readonly right: AnalysedExpr;
    }
    | {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly left: AnalysedExpr;
      readonly right: AnalysedExpr;
      readonly conversion: CompareAffinity;
      /** Collating sequence for text against text, upper case. */
      readonly compareCollation: string;
    }
    | {
      readonly kind: "like";
      readonly operator: Like["operator"];
      readonly operand: AnalysedExpr;
      readonly pattern: AnalysedExpr;
      readonly escape: AnalysedExpr | null;
      readonly negated: boolean;
    }
    /** Empty lists are constants and never get here. */
    | {
      readonly kind: "inList";
      readonly operand: AnalysedExpr;
      readonly items: readonly AnalysedExpr[];
      readonly conversion: CompareAffinity;
      readonly compareCollation: string;
      readonly negated: boolean;
    }
    /** One operand per column of the query. */
    | {
      readonly kind: "inQuery";
      readonly operands: readonly AnalysedExpr[];
      readonly query: AnalysedQuery;
      readonly conversions: readonly CompareAffinity[];
      readonly compareCollations: readonly string[];
      readonly negated: boolean;
    }
    | { readonly kind: "exists"; readonly query: AnalysedQuery }
    | { readonly kind: "scalarQuery"; readonly query: AnalysedQuery }
    /** `CASE x WHEN y` has become comparisons. */
    | {
      readonly kind: "case";
      readonly branches: readonly { readonly when: AnalysedExpr; readonly then: AnalysedExpr }[];
      readonly else: AnalysedExpr | null;
    }
    | { readonly kind: "cast"; readonly operand: AnalysedExpr; readonly to: Affinity }
    | { readonly kind: "function"; readonly name: string; readonly arguments: readonly AnalysedExpr[] }
    | AggregateCall
    | WindowCall
  );

/** A call of an aggregate function over the rows of a group. `arguments` is empty for `count(*)`. */
export interface AggregateCall {
  readonly kind: "aggregate";
  readonly name: string;
  readonly arguments: readonly AnalysedExpr[];
  readonly distinct: boolean;
  readonly filter: AnalysedExpr | null;
  readonly orderBy: readonly SortKey[];
}

/** A call over a window: a ranking function or an aggregate. */
export interface WindowCall {
  readonly kind: "window";
  readonly name: string;
  readonly arguments: readonly AnalysedExpr[];
  readonly filter: AnalysedExpr | null;
  readonly partitionBy: readonly AnalysedExpr[];
  readonly orderBy: readonly SortKey[];
  /** `null` for SQLite's default: RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW. Offsets are analysed literals. */
  readonly frame: AnalysedFrame | null;
}

export interface AnalysedFrame {
  readonly unit: WindowFrame["unit"];
  readonly from: AnalysedBound;
  readonly to: AnalysedBound;
  readonly exclude: WindowFrame["exclude"];
}

export type AnalysedBound =
  | { readonly kind: "unboundedPreceding" | "currentRow" | "unboundedFollowing" }
  | { readonly kind: "preceding" | "following"; readonly offset: ExactValue };

/** An expression of one kind. */
export type ExprOf<K extends AnalysedExpr["kind"]> = Extract<AnalysedExpr, { readonly kind: K }>;
