import type { CteScanPlan, Plan, PlanCte } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { renamePlan } from "../plan/rename_plan.ts";
import type { FreshColumns } from "./fresh_columns.ts";

/** Rows below which nothing is worth a further table. */
export const LARGE_ROWS = 10_000;

/** What keeping one row for several readers costs, in rows passed on. */
export const COPY_COST = 6;

/** A plan as a table that several places of a statement can read. */
export function commonTable(plan: Plan, fresh: FreshColumns): Extract<PlanCte, { kind: "plain" }> {
  const { plan: copy } = renamePlan(plan, (column) => fresh.copyOf(column));
  return { id: fresh.nextCte(), name: "shared", kind: "plain", plan: copy, columns: copy.columns };
}

/** What reads such a table, under ids of its own: one for each of the table's columns. */
export function readerOf({ id }: PlanCte, columns: readonly PlanColumn[]): CteScanPlan {
  return { kind: "cteScan", cte: id, indexes: columns.map((_, index) => index), columns };
}
