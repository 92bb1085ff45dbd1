import { foldName } from "./fold_name.ts";
import { printExpr } from "./print_query.ts";
import type { Expr, FunctionCall, Parameter, Query } from "./tree.ts";
import { forEachChild, type TreeNode } from "./walk.ts";

/** A SELECT whose readings of the clock were taken out. */
export interface TimedQuery {
  /** The query with parameters in their places, numbered on from the statement's own. */
  readonly query: Query;
  /** What was there, in the order of those parameters, as SQL that names the statement's own parameters `?1`, `?2`, …. */
  readonly readings: readonly string[];
}

const DATE_FUNCTIONS: ReadonlySet<string> = new Set(
  ["date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"],
);

/**
 * Takes out of a query every expression that reads the clock and nothing else but constants: `date('now', '-1 month')`,
 * `CURRENT_TIMESTAMP`. SQLite reads the clock once in a statement, so they are constants of each run.
 *
 * @param parameterCount Parameters the statement has.
 */
export function takeOutClock(query: Query, parameterCount: number): TimedQuery {
  const found = new Map<Expr, Parameter>();
  const readings: string[] = [];
  const look = (node: TreeNode): void => {
    if (!readsClock(node)) return forEachChild(node, look);
    const sql = printByNumber(node);
    const known = readings.indexOf(sql);
    const place = known < 0 ? readings.push(sql) : known + 1;
    const { start, end } = node;
    found.set(node, { kind: "parameter", index: parameterCount + place, name: null, start, end });
  };
  look(query);
  return { query: found.size === 0 ? query : replaced(query, (node) => found.get(node as Expr)), readings };
}

/** Whether an expression can be computed without rows, and reads the clock. */
function readsClock(node: TreeNode): node is Expr {
  if (node.kind === "currentTime") return true;
  return node.kind === "function" && isDateCall(node) && node.arguments.every(isConstant) && dependsOnClock(node);
}

type DateCall = FunctionCall & { readonly arguments: readonly Expr[] };

function isDateCall(call: FunctionCall): call is DateCall {
  const plain = !call.distinct && call.orderBy.length === 0 && call.filter === null && call.over === null;
  return plain && call.arguments !== "star" && DATE_FUNCTIONS.has(foldName(call.name.text));
}

function isConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case "literal":
    case "parameter":
    case "currentTime":
      return true;
    case "unary":
      return isConstant(expr.operand);
    case "binary":
      return isConstant(expr.left) && isConstant(expr.right);
    case "function":
      return isDateCall(expr) && expr.arguments.every(isConstant);
    default:
      return false;
  }
}

/** Whether a call of constants reads the clock: it, or one inside it, names the present, or no time at all. */
function dependsOnClock(call: DateCall): boolean {
  const times = foldName(call.name.text) === "strftime" ? call.arguments.slice(1) : call.arguments;
  return times.length === 0 || call.arguments.some(namesPresent);
}

function namesPresent(expr: Expr): boolean {
  if (expr.kind === "currentTime") return true;
  if (expr.kind === "literal") return expr.value.class === "text" && foldName(expr.value.value) === "now";
  if (expr.kind === "function") return isDateCall(expr) && dependsOnClock(expr);
  let found = false;
  forEachChild(expr, (child) => found ||= namesPresent(child as Expr));
  return found;
}

/** An expression as SQL that names the statement's parameters `?1`, `?2`, …. */
export function printByNumber(expr: Expr): string {
  return printExpr(byNumber(expr));
}

/** The expression with parameters that print as their numbers. */
function byNumber(expr: Expr): Expr {
  return replaced(expr, (node) => node.kind === "parameter" ? { ...node, name: null } : undefined);
}

/** A copy of a tree in which some nodes are others. What holds none of them is shared with the original. */
function replaced<T>(part: T, replacement: (node: TreeNode) => TreeNode | undefined): T {
  if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return part;
  const other = "kind" in part ? replacement(part as unknown as TreeNode) : undefined;
  if (other !== undefined) return other as T;
  const entries = Object.entries(part).map(([key, value]) => [key, replaced(value, replacement), value] as const);
  if (entries.every(([, now, before]) => now === before)) return part;
  const values = entries.map(([key, now]) => [key, now] as const);
  return (Array.isArray(part) ? values.map(([, now]) => now) : Object.fromEntries(values)) as T;
}
