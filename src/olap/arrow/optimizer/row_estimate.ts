import type { ExactValue } from "../../../types/mod.ts";
import type { ColumnId } from "../plan/plan_expr.ts";

/** What a plan's result is expected to be. */
export interface Estimate {
  /** At least 1, so that nothing is taken for free. */
  readonly rows: number;
  readonly columns: ReadonlyMap<ColumnId, ColumnEstimate>;
  readonly unique: readonly UniqueKey[];
}

export interface ColumnEstimate {
  readonly distinct: number;
  /** Distinct values before any condition took some away. */
  readonly domain: number;
  /** Share of rows where it is NULL. */
  readonly nulls: number;
  readonly range: { readonly least: number; readonly most: number } | null;
  /** Values in sample rows of one table; those of the same origin are of the same rows. */
  readonly sample: Sample | null;
}

export interface Sample {
  readonly origin: object;
  values(): readonly ExactValue[];
}

/** Columns no two rows agree in, and how many combinations of them there are in the whole table. */
export interface UniqueKey {
  readonly columns: readonly ColumnId[];
  readonly domain: number;
}
