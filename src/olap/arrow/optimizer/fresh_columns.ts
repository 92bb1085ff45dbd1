import type { ValueType } from "../../../sql/mod.ts";
import type { Plan, PlanStatement } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { inputsOf } from "../plan/plan_walk.ts";

/** Ids that a statement's plan does not have yet. */
export class FreshColumns {
  #lastColumn = 0;
  #lastCte = 0;

  constructor(statement: PlanStatement) {
    const visit = (plan: Plan): void => {
      for (const { id } of plan.columns) this.#lastColumn = Math.max(this.#lastColumn, id);
      inputsOf(plan).forEach(visit);
    };
    for (const cte of statement.ctes) {
      this.#lastCte = Math.max(this.#lastCte, cte.id);
      for (const { id } of cte.columns) this.#lastColumn = Math.max(this.#lastColumn, id);
      for (const plan of cte.kind === "plain" ? [cte.plan] : [cte.initial, cte.step]) visit(plan);
    }
    visit(statement.root);
  }

  column(name: string, type: ValueType): PlanColumn {
    return { id: ++this.#lastColumn, name, type };
  }

  copyOf({ name, type }: PlanColumn): PlanColumn {
    return this.column(name, type);
  }

  nextCte(): number {
    return ++this.#lastCte;
  }
}
