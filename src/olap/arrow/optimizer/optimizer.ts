import type { Plan, PlanCte, PlanStatement } from "../plan/plan.ts";
import { Estimator } from "./estimate.ts";
import { FreshColumns } from "./fresh_columns.ts";
import { aggregateBeforeJoin } from "./rules/aggregate_before_join.ts";
import { distinctByGrouping } from "./rules/distinct_by_grouping.ts";
import { factorDisjunctions } from "./rules/factor_disjunctions.ts";
import { foldConstants } from "./rules/fold_constants.ts";
import { orderJoins } from "./rules/order_joins.ts";
import { pruneColumns } from "./rules/prune_columns.ts";
import { reduceGroupKeys } from "./rules/reduce_group_keys.ts";
import { ReduceJoinInputs } from "./rules/reduce_join_inputs.ts";
import { reuseReductions } from "./rules/reuse_reductions.ts";
import { shareRepeated } from "./rules/share_repeated.ts";
import { pushPredicates } from "./rules/push_predicates.ts";
import type { PlanStatistics } from "./statistics.ts";

/**
 * Rewrites a plan into one that gives the same rows sooner. Stages, each a list of rules: what holds whatever the data, then what pays
 * by the statistics, then the columns nobody reads.
 */
export function optimize(statement: PlanStatement, statistics: PlanStatistics): PlanStatement {
  const simple = mapPlans(statement, simplify);
  const fresh = new FreshColumns(simple);
  const grouped = mapPlans(simple, (plan) => distinctByGrouping(plan, fresh));
  const simplified = shareRepeated(grouped, statistics, fresh);
  const estimator = new Estimator(statistics);
  const reduction = new ReduceJoinInputs(estimator, fresh);
  const arrange = (plan: Plan): Plan => orderJoins(aggregateBeforeJoin(plan, estimator, fresh), estimator);
  const arranged = mapPlans(simplified, (plan, role) => {
    // What a step of a recursion reads changes from step to step: no part of it can be computed once.
    return role === "step" ? arrange(plan) : reduction.rewrite(arrange(plan));
  }, (cte) => {
    const plan = cte.kind === "plain" ? cte.plan : cte.initial;
    estimator.addCte(cte.id, plan, cte.kind === "plain" ? cte.columns : plan.columns);
  }, reduction.ctes);
  return pruneColumns(shareRepeated(reuseReductions(arranged, statistics, fresh), statistics, fresh));
}

function simplify(plan: Plan): Plan {
  // Conditions that were pushed through a projection may have become constant.
  return reduceGroupKeys(foldConstants(pushPredicates(factorDisjunctions(foldConstants(plan)))));
}

/** Rewrites every plan of a statement; `done` is told of each common table before its readers, `made` holds those that rules add. */
function mapPlans(
  statement: PlanStatement,
  rewrite: (plan: Plan, role: "whole" | "step") => Plan,
  done: (cte: PlanCte) => void = () => {},
  made: PlanCte[] = [],
): PlanStatement {
  const ctes = statement.ctes.flatMap((cte): PlanCte[] => {
    const rewritten: PlanCte = cte.kind === "plain"
      ? { ...cte, plan: rewrite(cte.plan, "whole") }
      : { ...cte, initial: rewrite(cte.initial, "whole"), step: rewrite(cte.step, "step") };
    done(rewritten);
    return [...made.splice(0), rewritten];
  });
  const root = rewrite(statement.root, "whole");
  return { ...statement, ctes: [...ctes, ...made], root };
}
