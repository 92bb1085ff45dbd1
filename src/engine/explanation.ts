import type { PlanStep, RouteDecision } from "../router/mod.ts";

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
}

/** A decision with its plan, as users see it. */
export function explanationOf(decision: RouteDecision, engine: string, plan: string): Explanation {
  return {
    target: decision.target,
    engine,
    reason: decision.reason,
    rowsEstimated: decision.cost?.rowsVisited ?? null,
    rowsAreLowerBound: decision.cost?.lowerBound ?? false,
    declined: decision.obstacle,
    plan,
  };
}

/** SQLite's plan as an indented tree, as its own shell prints it. */
export function planText(steps: readonly PlanStep[]): string {
  const depth = new Map<number, number>([[0, 0]]);
  return steps.map((step) => {
    const level = depth.get(step.parent) ?? 0;
    depth.set(step.id, level + 1);
    return `${"  ".repeat(level)}${step.detail}`;
  }).join("\n");
}
