import { foldName } from "../../../sql/mod.ts";
import type { Plan, PlanStatement } from "./plan.ts";
import { inputsOf } from "./plan_walk.ts";

/** The mirror columns a statement reads, by table (its folded name): indexes into the table's columns. */
export function columnsScanned({ ctes, root }: PlanStatement): Map<string, Set<number>> {
  const scanned = new Map<string, Set<number>>();
  const visit = (plan: Plan) => {
    if (plan.kind === "scan") {
      const name = foldName(plan.table.name);
      const indexes = scanned.get(name) ?? new Set();
      for (const index of plan.indexes) indexes.add(index);
      scanned.set(name, indexes);
    }
    inputsOf(plan).forEach(visit);
  };
  for (const cte of ctes) {
    if (cte.kind === "plain") visit(cte.plan);
    else [cte.initial, cte.step].forEach(visit);
  }
  visit(root);
  return scanned;
}
