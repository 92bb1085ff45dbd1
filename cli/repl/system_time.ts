import type { Token } from "../../src/sql/mod.ts";
import { HISTORY_COLUMNS } from "../../src/types/mod.ts";

/** Columns that versions of rows have besides the table's own. */
export const VERSION_COLUMNS: readonly string[] = [
  HISTORY_COLUMNS.validFrom,
  HISTORY_COLUMNS.validTo,
  HISTORY_COLUMNS.operation,
];

/** What may follow `FOR SYSTEM_TIME`. */
export const PERIODS = ["as of", "between", "all"] as const;

const OPERATORS: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "||"]);

/** Whether `FOR SYSTEM_TIME` stands at a position. */
export function atSystemTime(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.code === "FOR" && tokens[at + 1]?.text.toLowerCase() === "system_time";
}

/** The position after a clause `FOR SYSTEM_TIME …`, finished or not; `at` itself where there is none. */
export function afterSystemTime(tokens: readonly Token[], at: number): number {
  if (!atSystemTime(tokens, at)) return at;
  const period = at + 2;
  switch (tokens[period]?.code) {
    case "ALL":
      return period + 1;
    case "AS":
      return afterTime(tokens, period + 2);
    case "BETWEEN": {
      const and = afterTime(tokens, period + 1);
      return tokens[and]?.code === "AND" ? afterTime(tokens, and + 1) : and;
    }
    default:
      return period;
  }
}

/** The position after a time: values and calls with operators between them. */
function afterTime(tokens: readonly Token[], from: number): number {
  let at = from;
  for (;;) {
    if (tokens[at]?.code !== "(") at++;
    if (tokens[at]?.code === "(") at = afterGroup(tokens, at);
    if (!OPERATORS.has(tokens[at]?.code ?? "")) return Math.min(at, tokens.length);
    at++;
  }
}

function afterGroup(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const { code } = tokens[at]!;
    if (code === "(") depth++;
    else if (code === ")" && --depth === 0) return at + 1;
  }
  return tokens.length;
}
