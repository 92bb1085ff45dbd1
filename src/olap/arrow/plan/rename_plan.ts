import { columnExpr } from "./build_expr.ts";
import { substitute } from "./expr_walk.ts";
import type { Plan } from "./plan.ts";
import type { ColumnId, PlanColumn } from "./plan_expr.ts";
import { inputsOf, mapExprs, mapInputs } from "./plan_walk.ts";

/** Gives a column that stands for another one in a copy of a plan. */
export type CopyColumn = (column: PlanColumn) => PlanColumn;

/** A copy of a plan that makes columns of its own, and what they stand for. Columns of enclosing queries stay. */
export interface RenamedPlan {
  readonly plan: Plan;
  readonly copies: ReadonlyMap<ColumnId, PlanColumn>;
}

/** Copies a plan, so that both may stand in one statement. */
export function renamePlan(plan: Plan, copyColumn: CopyColumn): RenamedPlan {
  const copies = new Map<ColumnId, PlanColumn>();
  const note = (node: Plan): void => {
    inputsOf(node).forEach(note);
    for (const column of node.columns) if (!copies.has(column.id)) copies.set(column.id, copyColumn(column));
    // A mark is among its join's columns; keys and calls are among their nodes'.
  };
  note(plan);
  const renamed = (column: PlanColumn): PlanColumn => ({ ...column, id: copies.get(column.id)!.id });
  const rename = (node: Plan): Plan => {
    const below = mapInputs(node, rename);
    const mapped = mapExprs(below, (expr) =>
      substitute(expr, (id) => {
        const copy = copies.get(id);
        return copy && columnExpr(copy);
      }));
    const columns = node.columns.map(renamed);
    switch (mapped.kind) {
      case "project":
        return {
          ...mapped,
          columns,
          outputs: mapped.outputs.map((each) => ({ ...each, column: renamed(each.column) })),
        };
      case "aggregate": {
        const keys = mapped.keys.map((each) => ({ ...each, column: renamed(each.column) }));
        return {
          ...mapped,
          columns,
          keys,
          calls: mapped.calls.map((each) => ({ ...each, column: renamed(each.column) })),
        };
      }
      case "window":
        return { ...mapped, columns, calls: mapped.calls.map((each) => ({ ...each, column: renamed(each.column) })) };
      case "join":
        return { ...mapped, columns, mark: mapped.mark === null ? null : renamed(mapped.mark) };
      default:
        return { ...mapped, columns };
    }
  };
  return { plan: rename(plan), copies };
}
