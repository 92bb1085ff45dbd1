import type { SourceOrder } from "../sql/mod.ts";
import type { PlanStep } from "./scan_cost.ts";

/** A loop over the rows of a table in the order of its rowids, or of one row of it. */
const ROWID_LOOP = /^(?:SCAN (\S+)|SEARCH (\S+) USING INTEGER PRIMARY KEY \(.*\))(?: LEFT-JOIN)?$/;

/** Steps that leave the order of rows alone. */
const ORDER_KEPT =
  /^(?:(?:CORRELATED |REUSE )?(?:SCALAR|LIST) SUBQUERY \d+|BLOOM FILTER ON .*|USING (?:INDEX|ROWID SEARCH) .* FOR IN-OPERATOR)$/;

const GROUP_SORTER = "USE TEMP B-TREE FOR GROUP BY";
const ORDER_SORTER = "USE TEMP B-TREE FOR ORDER BY";

/** What SQLite makes of a SELECT with windows: the rows they look at come sorted from a subquery without a name. */
const UNNAMED_ROUTINE = /^(?:CO-ROUTINE|MATERIALIZE) \(/;

/** Sorts only within rows that agree in the first terms. */
const PART_SORTER = /^USE TEMP B-TREE FOR .*(?:TERM|PART).* OF /;

/** Steps below which a SELECT is run once: subqueries in FROM, common tables, arms of a compound. */
const RUN_ONCE =
  /^(?:(?:CO-ROUTINE|MATERIALIZE) .*|COMPOUND QUERY|LEFT-MOST SUBQUERY|UNION ALL|(?:UNION|INTERSECT|EXCEPT) USING TEMP B-TREE)$/;

/**
 * Reads from `EXPLAIN QUERY PLAN` in which order rows come to the windows of a statement of which one SELECT alone has windows; `null`
 * where the plan does not tell.
 */
export function windowSourceOrder(steps: readonly PlanStep[]): SourceOrder | null {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const routines = steps.filter((step) => UNNAMED_ROUTINE.test(step.detail));
  const innermost = routines.filter((routine) => !routines.some((other) => isBelow(other, routine, byId)));
  const [only] = innermost;
  if (only === undefined || innermost.length > 1) return null;
  for (let above = byId.get(only.parent); above !== undefined; above = byId.get(above.parent)) {
    if (!RUN_ONCE.test(above.detail)) return null;
  }
  const isOdd = ({ parent, detail }: PlanStep): boolean =>
    PART_SORTER.test(detail) && routines.some((routine) => routine.id === parent);
  return steps.some(isOdd) ? null : sourceOrder(steps, only.id);
}

function isBelow(step: PlanStep, above: PlanStep, byId: ReadonlyMap<number, PlanStep>): boolean {
  for (let at = byId.get(step.parent); at !== undefined; at = byId.get(at.parent)) if (at === above) return true;
  return false;
}

/**
 * Reads `EXPLAIN QUERY PLAN`; `null` for a plan whose rows come in an order that it does not tell.
 *
 * @param query The step of the subquery that is meant, 0 for the statement itself.
 */
export function sourceOrder(steps: readonly PlanStep[], query = 0): SourceOrder | null {
  const details = steps.filter((step) => step.parent === query).map((step) => step.detail);
  const sorters = details.filter((detail) => detail.startsWith("USE TEMP B-TREE"));
  const sorted = sorters.includes(ORDER_SORTER);
  const groupsSorted = sorters.includes(GROUP_SORTER);
  const isKnown = (sorter: string) =>
    sorter === ORDER_SORTER || sorter === GROUP_SORTER || /\((?:DISTINCT|ORDER BY)\)$/.test(sorter);
  if (!sorters.every(isKnown)) return null;
  const loops = details.filter((detail) => !sorters.includes(detail) && !ORDER_KEPT.test(detail)).map((detail) => {
    const loop = ROWID_LOOP.exec(detail);
    return loop?.[1] ?? loop?.[2] ?? null;
  });
  return { loops: loops.every((name) => name !== null) ? loops : null, groupsSorted, sorted };
}
