import type { MirrorTable, ResultColumn } from "../../../types/mod.ts";
import type { AnalysedFrame } from "../../../sql/mod.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "./plan_expr.ts";

/**
 * A relational plan: a tree of nodes, each producing `columns`. Nodes are immutable plain data (they are cloned into worker threads).
 * A column is made by exactly one node and passed up unchanged; `project`, `aggregate`, `setOperation` and the scans make new ones,
 * joins, filters, sorts and limits pass on their inputs'. Rows have no order but above a `sort` or `limit` that nothing reorders.
 */
export type Plan =
  | ScanPlan
  | ValuesPlan
  | CteScanPlan
  | FilterPlan
  | ProjectPlan
  | JoinPlan
  | AggregatePlan
  | WindowPlan
  | SortPlan
  | LimitPlan
  | SetOperationPlan;

interface PlanBase {
  /** What the node produces, in order. */
  readonly columns: readonly PlanColumn[];
}

/** Rows of a mirror table. `indexes[i]` is the mirror column that `columns[i]` shows; columns not needed are left out. */
export interface ScanPlan extends PlanBase {
  readonly kind: "scan";
  readonly table: MirrorTable;
  readonly indexes: readonly number[];
}

/** Constant rows; one row without columns is what a SELECT without FROM reads. */
export interface ValuesPlan extends PlanBase {
  readonly kind: "values";
  readonly rows: readonly (readonly PlanExpr[])[];
}

/** Rows of a common table of the statement, by position: `columns[i]` shows the common table's column `indexes[i]`. */
export interface CteScanPlan extends PlanBase {
  readonly kind: "cteScan";
  readonly cte: number;
  readonly indexes: readonly number[];
}

/** Rows for which the predicate is true. */
export interface FilterPlan extends PlanBase {
  readonly kind: "filter";
  readonly input: Plan;
  readonly predicate: PlanExpr;
}

/** New columns; a column passed on unchanged is a `column` expression with the same id. Produces exactly `outputs`. */
export interface ProjectPlan extends PlanBase {
  readonly kind: "project";
  readonly input: Plan;
  readonly outputs: readonly PlanOutput[];
}

export interface PlanOutput {
  readonly column: PlanColumn;
  readonly expr: PlanExpr;
}

/**
 * - `inner`, `left`, `full`: as in SQL; columns of left, then of right. A right join is a left one with its sides changed and a project.
 * - `semi`, `anti`: left rows for which `on` is true for some, for no right row; left's columns.
 * - `mark`: left rows with one more column, `mark`: 1 when `on` is true for some right row; otherwise, if `threeValued`, NULL when it
 *   is unknown for some; otherwise 0.
 * - `single`: as `left`, but a second match of a left row ends the query with a RuntimeDecline: SQLite would take its first row.
 */
export interface JoinPlan extends PlanBase {
  readonly kind: "join";
  readonly type: "inner" | "left" | "full" | "semi" | "anti" | "mark" | "single";
  readonly left: Plan;
  readonly right: Plan;
  /** `null` joins every row with every row. Conjuncts `left = right` are the keys of a hash join; the rest is checked per pair. */
  readonly on: PlanExpr | null;
  readonly mark: PlanColumn | null;
  readonly threeValued: boolean;
}

/** One row per group; without keys one row in all. DISTINCT is an aggregate without calls. */
export interface AggregatePlan extends PlanBase {
  readonly kind: "aggregate";
  readonly input: Plan;
  readonly keys: readonly PlanOutput[];
  readonly calls: readonly PlanAggregate[];
}

export interface PlanAggregate {
  readonly column: PlanColumn;
  /** SQLite's name, lower case, or `any`: the value of any row of the group, all being the same. */
  readonly name: string;
  /** Empty for `count(*)`. */
  readonly arguments: readonly PlanExpr[];
  readonly distinct: boolean;
  readonly filter: PlanExpr | null;
  readonly orderBy: readonly PlanSortKey[];
}

export interface PlanSortKey {
  readonly expr: PlanExpr;
  readonly descending: boolean;
  readonly nulls: "first" | "last";
}

/** Its input's columns and one per call. */
export interface WindowPlan extends PlanBase {
  readonly kind: "window";
  readonly input: Plan;
  readonly calls: readonly PlanWindowCall[];
}

export interface PlanWindowCall {
  readonly column: PlanColumn;
  readonly name: string;
  readonly arguments: readonly PlanExpr[];
  readonly filter: PlanExpr | null;
  readonly partitionBy: readonly PlanExpr[];
  readonly orderBy: readonly PlanSortKey[];
  readonly frame: AnalysedFrame | null;
  /** The order of rows that tie in `orderBy`, as SQLite meets them; `null` where it is not known. */
  readonly arrival: readonly PlanSortKey[] | null;
}

/** Sorted rows, cut to `limit` after `offset` when given (a top-N). */
export interface SortPlan extends PlanBase {
  readonly kind: "sort";
  readonly input: Plan;
  readonly keys: readonly PlanSortKey[];
  readonly limit: number | null;
  readonly offset: number;
  /** Rows on both sides of a cut that are equal in all keys end the query with a RuntimeDecline: SQLite might keep others. */
  readonly refusesTies: boolean;
}

/** The first rows of whatever order the input has. */
export interface LimitPlan extends PlanBase {
  readonly kind: "limit";
  readonly input: Plan;
  readonly limit: number | null;
  readonly offset: number;
}

/** Compounds: `columns[i]` takes the i-th column of either side. Rows compare as SQLite's compounds do: NULLs equal, 1 = 1.0. */
export interface SetOperationPlan extends PlanBase {
  readonly kind: "setOperation";
  readonly operator: "union" | "unionAll" | "intersect" | "except";
  readonly left: Plan;
  readonly right: Plan;
}

/** A common table used more than once, or recursive. */
export type PlanCte =
  | {
    readonly id: number;
    readonly name: string;
    readonly columns: readonly PlanColumn[];
    readonly kind: "plain";
    readonly plan: Plan;
  }
  | {
    readonly id: number;
    readonly name: string;
    readonly columns: readonly PlanColumn[];
    readonly kind: "recursive";
    readonly initial: Plan;
    /** Reads the rows of the step before through a `cteScan` of this common table. */
    readonly step: Plan;
    /** UNION drops rows that were met before. */
    readonly distinct: boolean;
    /** Rows wanted at most over all steps, `null` for all. */
    readonly limit: number | null;
  };

/** A whole statement. */
export interface PlanStatement {
  /** Each before those that read it. */
  readonly ctes: readonly PlanCte[];
  readonly root: Plan;
  /** Result columns in order, by the id of the root's column. */
  readonly outputs: readonly ColumnId[];
  readonly columns: readonly ResultColumn[];
  /** Mirror tables read, lower case. */
  readonly tables: readonly string[];
}
