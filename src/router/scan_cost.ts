/** One row of `EXPLAIN QUERY PLAN`. */
export interface PlanStep {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** What libSQL would have to do for a statement. */
export interface ScanCost {
  /** Estimated rows visited. */
  readonly rowsVisited: number;
  /** Whether it rests on a count that stopped at {@linkcode ROWS_KNOWN_MAX}: then it is the least that would be visited. */
  readonly lowerBound: boolean;
  /** The step that costs most, as SQLite words it, for `explain`. */
  readonly costliestStep: string;
}

/** Row counts are asked for only up to this many: beyond it every statement that scans is expensive anyway. */
export const ROWS_KNOWN_MAX = 5_001;

/** Rows one equality on a non-unique index is assumed to find; SQLite's own guess without statistics is 10. */
const ROWS_PER_INDEX_MATCH = 10;

const SCAN = /^SCAN (\S+)/;
const SEARCH = /^SEARCH (\S+)(?: USING (.*))?$/;

/** Rows a single SCAN or SEARCH step visits each time it runs, or `null` for steps that visit none themselves. */
function rowsOfStep(detail: string, rowsOf: (name: string) => number): number | null {
  const scan = SCAN.exec(detail);
  if (scan !== null) return detail === "SCAN CONSTANT ROW" ? 1 : rowsOf(scan[1] ?? "");
  const search = SEARCH.exec(detail);
  if (search === null) return null;
  const using = search[2] ?? "";
  if (using.includes("(rowid=?)")) return 1;
  if (using.includes("=?")) return ROWS_PER_INDEX_MATCH;
  return Math.max(1, Math.ceil(rowsOf(search[1] ?? "") / 4));
}

/**
 * Estimates the rows SQLite visits from its own plan: steps under one parent form a nested loop, so their rows multiply; a
 * correlated subquery runs once per row of the loop around it; everything else adds up. Source: the description of the
 * EXPLAIN QUERY PLAN output in SQLite's documentation.
 *
 * @param rowsOf Rows of the table or alias a step names (a view's or subquery's name falls back to what the caller decides).
 */
export function scanCost(steps: readonly PlanStep[], rowsOf: (name: string) => number): ScanCost {
  const children = Map.groupBy(steps, (step) => step.parent);
  let costliestStep = steps[0]?.detail ?? "no table is read";
  let costliestRows = 0;
  let lowerBound = false;
  const counted = (name: string): number => {
    const rows = rowsOf(name);
    lowerBound ||= rows >= ROWS_KNOWN_MAX;
    return rows;
  };

  function visit(parent: number): number {
    let loop = 1;
    let total = 0;
    for (const step of children.get(parent) ?? []) {
      const rows = rowsOfStep(step.detail, counted);
      if (rows === null) {
        const nested = visit(step.id);
        total += step.detail.startsWith("CORRELATED") ? loop * nested : nested;
        continue;
      }
      // SQLite builds an automatic index for a join it would otherwise scan again and again; building it reads every row.
      if (step.detail.includes("USING AUTOMATIC")) total += counted(SEARCH.exec(step.detail)?.[1] ?? "");
      loop *= Math.max(1, rows);
      total += loop;
      if (loop > costliestRows) {
        costliestRows = loop;
        costliestStep = step.detail;
      }
      total += visit(step.id);
    }
    return total;
  }

  const rowsVisited = visit(0);
  return { rowsVisited, lowerBound, costliestStep };
}
