import { syntaxError } from "./lexer.ts";
import type { Expr, Query, SystemTime, TableRef } from "./tree.ts";
import { timesOf, walk } from "./walk.ts";

/** What a FOR SYSTEM_TIME clause says once its times are known, in microseconds since 1970 UTC. */
export type SystemPeriod =
  | { readonly kind: "asOf"; readonly at: bigint }
  | { readonly kind: "between"; readonly from: bigint; readonly to: bigint }
  | { readonly kind: "all" };

/** A reference to the versions of a table's rows. */
export type HistoryRef = TableRef & { readonly systemTime: SystemTime };

/** Whether a reference asks for versions of rows. */
export function isHistoryRef(ref: TableRef): ref is HistoryRef {
  return ref.systemTime !== undefined;
}

/** The references to versions of rows in a query, in the order of the text. */
export function historyRefsOf(query: Query): readonly HistoryRef[] {
  const found: HistoryRef[] = [];
  walk(query, (node) => {
    if (node.kind === "table" && isHistoryRef(node)) found.push(node);
  });
  return found;
}

/**
 * The period of a clause.
 *
 * @param timeOf The time an expression gives, in microseconds since 1970 UTC.
 */
export function periodOf(clause: SystemTime, timeOf: (expr: Expr) => bigint): SystemPeriod {
  switch (clause.kind) {
    case "asOf":
      return { kind: "asOf", at: timeOf(clause.at) };
    case "between":
      return { kind: "between", from: timeOf(clause.from), to: timeOf(clause.to) };
    case "all":
      return { kind: "all" };
  }
}

/**
 * The expressions of a clause's times, each a constant.
 *
 * @param text The statement's text, which the error points into.
 * @throws {RheiError} `SQL_SYNTAX` if one reads columns or other tables.
 */
export function constantTimes(clause: SystemTime, text: string): readonly Expr[] {
  const times = timesOf(clause);
  for (const time of times) {
    walk(time, (node) => {
      if (node.kind !== "column" && node.kind !== "query" && node.kind !== "raise") return;
      throw syntaxError(text, time.start, time.end, "a time in FOR SYSTEM_TIME is a constant", CONSTANT_HINT);
    });
  }
  return times;
}

const CONSTANT_HINT = "write a text such as '2026-03-01T12:00:00Z', milliseconds since 1970, or a parameter";
