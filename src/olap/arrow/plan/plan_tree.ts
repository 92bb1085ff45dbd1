import type { PlanNode } from "../../../types/mod.ts";
import type { Plan, PlanCte, PlanStatement } from "./plan.ts";
import { inputsOf } from "./plan_walk.ts";
import { describePlan, namesOf } from "./print_plan.ts";

/** What the operators of a statement did, by their place in {@linkcode nodesOf}; `null` for those that worked as part of others. */
export interface PlanProfile {
  readonly rows: readonly (number | null)[];
  readonly durationsMs: readonly (number | null)[];
}

/** All operators of a statement: those of common tables, then the others, each before its inputs. */
export function nodesOf(statement: PlanStatement): Plan[] {
  const nodes: Plan[] = [];
  const visit = (plan: Plan): void => {
    nodes.push(plan);
    inputsOf(plan).forEach(visit);
  };
  for (const cte of statement.ctes) plansOf(cte).forEach(visit);
  visit(statement.root);
  return nodes;
}

function plansOf(cte: PlanCte): readonly Plan[] {
  return cte.kind === "plain" ? [cte.plan] : [cte.initial, cte.step];
}

/** A statement's plan with what its operators did, if that is known. Common tables come as further inputs of the root. */
export function planTree(statement: PlanStatement, profile: PlanProfile | null): PlanNode {
  const names = namesOf(statement);
  const indexes = new Map(nodesOf(statement).map((plan, index) => [plan, index]));
  const nodeOf = (plan: Plan): PlanNode => {
    const index = indexes.get(plan)!;
    return {
      text: describePlan(plan, names),
      rowsEstimated: null,
      rows: profile?.rows[index] ?? null,
      durationMs: profile?.durationsMs[index] ?? null,
      inputs: inputsOf(plan).map(nodeOf),
    };
  };
  const commons = statement.ctes.map((cte): PlanNode => ({
    text: `with ${cte.kind === "recursive" ? "recursive " : ""}${cte.name} #${cte.id}`,
    rowsEstimated: null,
    rows: null,
    durationMs: null,
    inputs: plansOf(cte).map(nodeOf),
  }));
  const root = nodeOf(statement.root);
  return { ...root, inputs: [...root.inputs, ...commons] };
}
