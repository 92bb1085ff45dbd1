import { Tally } from "./failure_point.ts";
import type { Action, Plan } from "./plan.ts";
import { simulate } from "./simulation.ts";
import type { Templates } from "./world.ts";

/** A plan with as few actions as can be found quickly that still breaks a promise. */
export async function shrink(plan: Plan, templates: Templates): Promise<Plan> {
  let { actions } = plan;
  for (let size = Math.ceil(actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < actions.length;) {
      const fewer = actions.toSpliced(at, size);
      if (await breaks({ ...plan, actions: fewer }, templates)) actions = fewer;
      else at += size;
    }
  }
  for (const [at, action] of actions.entries()) {
    actions = actions.with(
      at,
      await withFewerStatements(action, (each) => breaks({ ...plan, actions: actions.with(at, each) }, templates)),
    );
  }
  return { ...plan, actions };
}

async function withFewerStatements(action: Action, stillBreaks: (action: Action) => Promise<boolean>): Promise<Action> {
  if (action.kind !== "transaction" && action.kind !== "alone") return action;
  let shortest = action;
  for (let at = action.statements.length - 1; at >= 0; at--) {
    const fewer = { ...shortest, statements: shortest.statements.toSpliced(at, 1) };
    if (await stillBreaks(fewer)) shortest = fewer;
  }
  return shortest;
}

async function breaks(plan: Plan, templates: Templates): Promise<boolean> {
  try {
    await simulate(plan, templates, new Tally());
    return false;
  } catch {
    return true;
  }
}
