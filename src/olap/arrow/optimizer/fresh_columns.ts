import type { Plan, PlanStatement } from "../plan/plan.ts";
import { PlanIds } from "../plan/plan_ids.ts";
import { inputsOf } from "../plan/plan_walk.ts";

/** Ids that a statement's plan does not have yet. */
export class FreshColumns extends PlanIds {
  constructor({ ctes, root }: PlanStatement) {
    let lastColumn = 0;
    const note = (plan: Pick<Plan, "columns">): void => {
      for (const { id } of plan.columns) lastColumn = Math.max(lastColumn, id);
    };
    const visit = (plan: Plan): void => {
      note(plan);
      inputsOf(plan).forEach(visit);
    };
    for (const cte of ctes) {
      note(cte);
      for (const plan of cte.kind === "plain" ? [cte.plan] : [cte.initial, cte.step]) visit(plan);
    }
    visit(root);
    super(lastColumn, ctes.reduce((last, { id }) => Math.max(last, id), 0));
  }
}
