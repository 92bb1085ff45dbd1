import type { PlanStep, RouteDecision } from "../router/mod.ts";
import { planLines, type PlanNode } from "../types/mod.ts";
import type { QueryResult } from "./query_result.ts";

/** Where a statement would go and why. */
export interface Explanation {
  /** Whether libSQL or the mirror would answer. */
  readonly target: "oltp" | "olap";
  /** `libsql`, or the mirror's backend. */
  readonly engine: string;
  /** Why it would, in words for people. */
  readonly reason: string;
  /** Rows libSQL would read by its own plan, `null` when that is not known or did not matter. */
  readonly rowsEstimated: number | null;
  /** Whether libSQL would read at least that many, the tables being too large to count. */
  readonly rowsAreLowerBound: boolean;
  /** Why the mirror cannot answer, `null` if it can or was not asked. */
  readonly declined: { readonly reason: string; readonly cause: string } | null;
  /** The plan of the engine it goes to, as printable text. */
  readonly plan: string;
  /** The same as a tree; `null` when there is none. */
  readonly tree: PlanNode | null;
  /** What running it took; `null` when it was not run. */
  readonly run: ExplainedRun | null;
}

/** How a statement was run for its plan. */
export interface ExplainedRun {
  /** Rows it gave. */
  readonly rowCount: number;
  /** Wall time of the whole call, in milliseconds. */
  readonly durationMs: number;
  /** Part of it spent bringing the mirror up to date, in milliseconds. */
  readonly syncMs: number;
  /** Part of it spent deciding which engine answers, and rewriting the statement for it, in milliseconds. */
  readonly routeMs: number;
}

/** The decision for all that is no SELECT. */
export const NOT_ROUTED: RouteDecision = {
  target: "oltp",
  reason: "only SELECT is routed; all else runs on libSQL as written",
  rule: "not_select",
  cheap: false,
  obstacle: null,
  cost: null,
};

/** A decision with its plan, as users see it. */
export function explanationOf(decision: RouteDecision, engine: string, tree: PlanNode | null): Explanation {
  return {
    target: decision.target,
    engine,
    reason: decision.reason,
    rowsEstimated: decision.cost?.rowsVisited ?? null,
    rowsAreLowerBound: decision.cost?.lowerBound ?? false,
    declined: decision.obstacle,
    plan: tree === null ? "" : planLines(tree).map(({ line }) => line).join("\n"),
    tree,
    run: null,
  };
}

/** The same after a run, which may have gone elsewhere than was expected. */
export function analysisOf(decision: RouteDecision, result: QueryResult, tree: PlanNode | null): Explanation {
  const { target, engine, reason, durationMs, syncMs, routeMs } = result;
  // The mirror keeps no rows of such a run; those of its last step are the result's.
  const rowCount = target === "olap" ? tree?.rows ?? 0 : result.rowCount;
  return {
    ...explanationOf(decision, engine, tree),
    target,
    reason,
    run: { rowCount, durationMs, syncMs, routeMs },
  };
}

/** SQLite's plan as a tree; `null` for one without steps. */
export function sourcePlan(steps: readonly PlanStep[]): PlanNode | null {
  const children = (parent: number): PlanNode[] =>
    steps.filter((step) => step.parent === parent).map(({ id, detail }) => node(detail, children(id)));
  const [only, ...more] = children(0);
  if (only === undefined) return null;
  return more.length === 0 ? only : node("QUERY PLAN", [only, ...more]);
}

function node(text: string, inputs: readonly PlanNode[]): PlanNode {
  return { text, rowsEstimated: null, rows: null, durationMs: null, inputs };
}
