import type { SourceOrder } from "../sql/mod.ts";
import type { PlanStep } from "./scan_cost.ts";

/** A loop over the rows of a table in the order of its rowids, or of one row of it. */
const ROWID_LOOP = /^(?:SCAN (\S+)|SEARCH (\S+) USING INTEGER PRIMARY KEY \(.*\))(?: LEFT-JOIN)?$/;

/** Steps that leave the order of rows alone. */
const ORDER_KEPT =
  /^(?:(?:CORRELATED |REUSE )?(?:SCALAR|LIST) SUBQUERY \d+|BLOOM FILTER ON .*|USING (?:INDEX|ROWID SEARCH) .* FOR IN-OPERATOR)$/;

const GROUP_SORTER = "USE TEMP B-TREE FOR GROUP BY";
const ORDER_SORTER = "USE TEMP B-TREE FOR ORDER BY";

/** Reads `EXPLAIN QUERY PLAN`; `null` for a plan whose rows come in an order that it does not tell. */
export function sourceOrder(steps: readonly PlanStep[]): SourceOrder | null {
  const details = steps.filter((step) => step.parent === 0).map((step) => step.detail);
  const sorters = details.filter((detail) => detail.startsWith("USE TEMP B-TREE"));
  const sorted = sorters.includes(ORDER_SORTER);
  const groupsSorted = sorters.includes(GROUP_SORTER);
  const isKnown = (sorter: string) =>
    sorter === ORDER_SORTER || sorter === GROUP_SORTER || /\(DISTINCT\)$/.test(sorter);
  if (!sorters.every(isKnown)) return null;
  const loops = details.filter((detail) => !sorters.includes(detail) && !ORDER_KEPT.test(detail)).map((detail) => {
    const loop = ROWID_LOOP.exec(detail);
    return loop?.[1] ?? loop?.[2] ?? null;
  });
  return { loops: loops.every((name) => name !== null) ? loops : null, groupsSorted, sorted };
}
