import type { Plan, PlanCte, PlanStatement } from "../plan/plan.ts";
import { Estimator } from "./estimate.ts";
import { factorDisjunctions } from "./rules/factor_disjunctions.ts";
import { foldConstants } from "./rules/fold_constants.ts";
import { orderJoins } from "./rules/order_joins.ts";
import { pruneColumns } from "./rules/prune_columns.ts";
import { pushPredicates } from "./rules/push_predicates.ts";
import type { PlanStatistics } from "./statistics.ts";

/** Rewrites a plan into one that gives the same rows sooner. */
export function optimize(statement: PlanStatement, statistics: PlanStatistics): PlanStatement {
  const simplified = mapPlans(statement, simplify);
  const estimator = new Estimator(statistics);
  const ordered = mapPlans(simplified, (plan) => orderJoins(plan, estimator), (cte) => {
    const plan = cte.kind === "plain" ? cte.plan : cte.initial;
    estimator.addCte(cte.id, plan, cte.kind === "plain" ? cte.columns : plan.columns);
  });
  return pruneColumns(ordered);
}

function simplify(plan: Plan): Plan {
  return pushPredicates(factorDisjunctions(foldConstants(plan)));
}

/** Rewrites every plan of a statement; `done` is told of each common table before the plans that read it are rewritten. */
function mapPlans(
  statement: PlanStatement,
  rewrite: (plan: Plan) => Plan,
  done: (cte: PlanCte) => void = () => {},
): PlanStatement {
  const ctes = statement.ctes.map((cte): PlanCte => {
    const rewritten: PlanCte = cte.kind === "plain"
      ? { ...cte, plan: rewrite(cte.plan) }
      : { ...cte, initial: rewrite(cte.initial), step: rewrite(cte.step) };
    done(rewritten);
    return rewritten;
  });
  return { ...statement, ctes, root: rewrite(statement.root) };
}
