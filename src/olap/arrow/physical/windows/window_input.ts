import { isTrueExpr } from "../../plan/build_expr.ts";
import { passedOn, projected } from "../../plan/build_plan.ts";
import { exprKey } from "../../plan/expr_key.ts";
import type { PlanOutput, PlanWindowCall, WindowPlan } from "../../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../../plan/plan_expr.ts";
import { NO_VALUES, type Relation, type StoredColumn } from "../relation.ts";
import type { Needed, Run } from "../run.ts";

/** The rows windows look at, with all that their calls read. */
export class WindowInput {
  readonly relation: Relation;
  /** Rows are numbered below this. */
  readonly capacity: number;
  /** The rows, in the order they came. */
  readonly rows: Int32Array;
  readonly #columns: ReadonlyMap<string, ColumnId>;

  constructor(relation: Relation, columns: ReadonlyMap<string, ColumnId>) {
    this.relation = relation;
    this.#columns = columns;
    this.rows = relation.order ?? Int32Array.from({ length: relation.rowCount }, (_, row) => row);
    this.capacity = this.rows.reduce((most, row) => Math.max(most, row + 1), 0);
  }

  /** The values of an expression some call reads. */
  column(expr: PlanExpr): StoredColumn {
    return this.relation.columns.get(this.#columns.get(exprKey(expr))!) ?? NO_VALUES;
  }

  /** Which rows pass a call's filter, 1 or 0; `null` without one. */
  filter(call: PlanWindowCall): StoredColumn | null {
    return call.filter === null ? null : this.column(isTrueExpr(call.filter));
  }
}

/** Collects the rows below a window, with the columns needed above it and those its calls compute from. */
export function readInput(run: Run, plan: WindowPlan, needed: Needed): WindowInput {
  const outputs: PlanOutput[] = plan.input.columns.filter(({ id }) => needed.has(id)).map(passedOn);
  const columns = new Map<string, ColumnId>();
  for (const expr of plan.calls.flatMap(exprsOfCall)) {
    const key = exprKey(expr);
    if (columns.has(key)) continue;
    // Ids below 0 are not in use in plans; they end with this window.
    const id = -1 - columns.size;
    columns.set(key, id);
    outputs.push({ column: { id, name: "", type: expr.type }, expr });
  }
  const relation = run.materialise(projected(plan.input, outputs), outputs.map(({ column }) => column.id));
  return new WindowInput(relation, columns);
}

function exprsOfCall({ arguments: args, filter, partitionBy, orderBy, arrival }: PlanWindowCall): PlanExpr[] {
  const tests = filter === null ? [] : [isTrueExpr(filter)];
  return [...args, ...tests, ...partitionBy, ...[...orderBy, ...(arrival ?? [])].map((key) => key.expr)];
}
