import type { MirrorTable } from "../../../../types/mod.ts";
import type { Plan, PlanCte, PlanStatement } from "../../plan/plan.ts";
import { freeColumns, inputsOf, mapInputs } from "../../plan/plan_walk.ts";
import { commonTable, COPY_COST, LARGE_ROWS, readerOf } from "../common_table.ts";
import { Estimator } from "../estimate.ts";
import type { FreshColumns } from "../fresh_columns.ts";
import { planKey } from "../plan_key.ts";
import type { PlanStatistics } from "../statistics.ts";

/**
 * Computes once, as a common table, what a statement says twice: joins, groups and compounds that are the same but for the ids of their
 * columns, if few rows come of many.
 */
export function shareRepeated(
  statement: PlanStatement,
  statistics: PlanStatistics,
  fresh: FreshColumns,
): PlanStatement {
  let shared = statement;
  while (readsATableTwice(shared)) {
    const next = shareOnce(shared, statistics, fresh);
    // A part of what is shared now may stand elsewhere too.
    if (next === shared) break;
    shared = next;
  }
  return shared;
}

/** The plans of a statement that run once. A recursion's steps are not among them. */
export function plansOf({ ctes, root }: PlanStatement): Plan[] {
  return [...ctes.map((cte) => (cte.kind === "plain" ? cte.plan : cte.initial)), root];
}

/** Makes a statement's common tables known to an estimator. */
export function addCtes({ ctes }: PlanStatement, estimator: Estimator): void {
  for (const cte of ctes) {
    const plan = cte.kind === "plain" ? cte.plan : cte.initial;
    estimator.addCte(cte.id, plan, cte.kind === "plain" ? cte.columns : plan.columns);
  }
}

function readsATableTwice(statement: PlanStatement): boolean {
  const read = new Set<MirrorTable>();
  const again = (plan: Plan): boolean => {
    if (plan.kind !== "scan") return inputsOf(plan).some(again);
    const known = read.has(plan.table);
    read.add(plan.table);
    return known;
  };
  return plansOf(statement).some(again);
}

/** Shares the largest plans that stand in the statement more than once; the statement itself if there are none. */
function shareOnce(statement: PlanStatement, statistics: PlanStatistics, fresh: FreshColumns): PlanStatement {
  const estimator = new Estimator(statistics);
  addCtes(statement, estimator);
  const repeated = repeatedPlans(plansOf(statement), estimator);
  const tables = new Map<string, PlanCte>();
  const replaced = (plan: Plan, made: PlanCte[]): Plan => {
    const key = repeated.get(plan);
    if (key === undefined) return mapInputs(plan, (input) => replaced(input, made));
    let table = tables.get(key);
    if (table === undefined) tables.set(key, table = commonTable(plan, fresh));
    if (!made.includes(table)) made.push(table);
    return readerOf(table, plan.columns);
  };
  return rewritten(statement, replaced);
}

/** The largest plans worth sharing, by what tells which are the same. */
function repeatedPlans(plans: readonly Plan[], estimator: Estimator): ReadonlyMap<Plan, string> {
  const keys = new Map<Plan, string>();
  const uses = new Map<string, number>();
  const count = (plan: Plan): void => {
    if (isCandidate(plan)) {
      const key = planKey(plan);
      keys.set(plan, key);
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
    inputsOf(plan).forEach(count);
  };
  plans.forEach(count);
  const largest = new Map<string, Plan[]>();
  const choose = (plan: Plan): void => {
    const key = keys.get(plan);
    const readers = key === undefined ? 1 : uses.get(key)!;
    if (key === undefined || readers === 1 || !pays(plan, readers, estimator)) return inputsOf(plan).forEach(choose);
    largest.set(key, [...largest.get(key) ?? [], plan]);
  };
  plans.forEach(choose);
  // One that otherwise stands in larger ones only is for the next round.
  return new Map([...largest].flatMap(([key, same]) => same.length === 1 ? [] : same.map((plan) => [plan, key])));
}

/** The statement with its plans replaced, each new common table before the first plan that reads it. */
function rewritten(
  statement: PlanStatement,
  replace: (plan: Plan, made: PlanCte[]) => Plan,
): PlanStatement {
  const ctes: PlanCte[] = [];
  const placed = (plan: Plan): Plan => {
    const made: PlanCte[] = [];
    const result = replace(plan, made);
    for (const table of made) if (!ctes.includes(table)) ctes.push(table);
    return result;
  };
  for (const cte of statement.ctes) {
    const present: PlanCte = cte.kind === "plain"
      ? { ...cte, plan: placed(cte.plan) }
      : { ...cte, initial: placed(cte.initial) };
    ctes.push(present);
  }
  const root = placed(statement.root);
  return ctes.length === statement.ctes.length ? statement : { ...statement, ctes, root };
}

/** Whether a node does enough that its rows may be worth keeping, and depends on nothing outside it. */
function isCandidate(plan: Plan): boolean {
  switch (plan.kind) {
    case "join":
    case "aggregate":
    case "window":
    case "setOperation":
      return freeColumns(plan).size === 0;
    default:
      return false;
  }
}

/** Whether it takes less to keep a plan's rows than to compute them for each of its readers. */
export function pays(plan: Plan, readers: number, estimator: Estimator): boolean {
  const work = workOf(plan, estimator);
  const { rows } = estimator.of(plan);
  return work >= LARGE_ROWS && (readers - 1) * work > rows * (COPY_COST + readers);
}

/** Rows read from tables. */
function workOf(plan: Plan, estimator: Estimator): number {
  if (plan.kind === "scan" || plan.kind === "cteScan") return estimator.of(plan).rows;
  return inputsOf(plan).reduce((sum, input) => sum + workOf(input, estimator), 0);
}
