import type { ScanCost } from "./scan_cost.ts";

/** Where a statement may be told to go. */
export type Route = "auto" | "oltp" | "olap";

/** Why a statement cannot be answered by the mirror, and whether asking for it by force is an error. */
export interface OlapObstacle {
  /** Completes "declined: …". */
  readonly reason: string;
  /** Groups reasons for statistics. */
  readonly cause: string;
}

/** What decided where a statement goes, in one word. */
export type RouteRule =
  /** It runs in a transaction, or what it needs lives on the writing connection only. */
  | "transaction"
  | "connection"
  /** The route was asked for. */
  | "requested"
  /** The mirror cannot answer it. */
  | "declined"
  /** The mirror takes long to catch up. */
  | "waiting"
  | "recursion"
  /** libSQL has little to read, much to read, or nobody knows. */
  | "cheap"
  | "scan"
  | "unplanned"
  /** It asks for versions of rows, which only the mirror has. */
  | "history"
  /** It is no SELECT. */
  | "not_select";

/** Where a statement goes, with the reason `explain` prints. */
export interface RouteDecision {
  readonly target: "oltp" | "olap";
  readonly reason: string;
  /** The kind of reason, for statistics. */
  readonly rule: RouteRule;
  /** Whether libSQL is known to answer at once; a read that is not cheap must not hold up the calling thread. */
  readonly cheap: boolean;
  /** Set when the mirror cannot answer. */
  readonly obstacle: OlapObstacle | null;
  /** The estimate the decision rests on, `null` when it did not matter. */
  readonly cost: ScanCost | null;
}

/**
 * Rows libSQL visits in about the time a query through the mirror takes at least (about 2 ms for planning and dispatch in DuckDB,
 * at roughly two million rows visited per second): below it libSQL answers sooner.
 */
export const CHEAP_ROWS_MAX = 4_000;

/** What the router weighs for a SELECT. */
export interface RouteFacts {
  readonly requested: Route;
  readonly inTransaction: boolean;
  /** Why the mirror cannot answer, or `null` as far as is known before compiling. */
  readonly obstacle: OlapObstacle | null;
  /** Whether it has a recursive common table. */
  readonly recursive: boolean;
  /** `null` when the statement's plan could not be read. */
  readonly cost: ScanCost | null;
}

/** Decides where a SELECT goes: pure, so that a decision can be cached with its statement. */
export function route(facts: RouteFacts): RouteDecision {
  const { obstacle, cost } = facts;
  const oltp = (rule: RouteRule, reason: string): RouteDecision => {
    return { target: "oltp", reason, rule, cheap: rule === "cheap", obstacle, cost };
  };
  const olap = (rule: RouteRule, reason: string): RouteDecision => {
    return { target: "olap", reason, rule, cheap: false, obstacle, cost };
  };
  if (facts.inTransaction) return oltp("transaction", "inside a transaction, reads see its own writes");
  if (facts.requested === "oltp") return oltp("requested", "route oltp was asked for");
  if (obstacle !== null) return oltp("declined", obstacle.reason);
  if (facts.requested === "olap") return olap("requested", "route olap was asked for");
  // A step of a recursion is one row or a few: vectors gain nothing there, and a columnar engine pays its overhead at every step.
  // How many steps there are no plan tells, so it is never cheap.
  if (facts.recursive) return oltp("recursion", "a recursion goes step by step, which libSQL does faster");
  if (cost !== null && cost.rowsVisited <= CHEAP_ROWS_MAX) {
    return oltp("cheap", `reads ${formatRows(cost)} (${cost.costliestStep})`);
  }
  if (cost === null) return olap("unplanned", "its plan on libSQL is not known");
  return olap("scan", `would read ${formatRows(cost)} on libSQL (${cost.costliestStep})`);
}

const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

function formatRows({ rowsVisited, lowerBound }: ScanCost): string {
  const rows = Math.round(rowsVisited);
  return `${lowerBound ? "at least" : "about"} ${COMPACT.format(rows)} ${rows === 1 ? "row" : "rows"}`;
}
