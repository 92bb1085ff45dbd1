import type { AnalysedExpr } from "./analysed.ts";

const cache = new WeakMap<AnalysedExpr, string>();
const queryIds = new WeakMap<object, number>();
let nextQueryId = 1;

/**
 * A text that is equal for expressions that mean the same, as SQLite compares them for GROUP BY and ORDER BY: same operators
 * over the same columns and constants. Subqueries equal only themselves.
 */
export function fingerprint(expr: AnalysedExpr): string {
  let text = cache.get(expr);
  if (text === undefined) {
    text = write(expr);
    cache.set(expr, text);
  }
  return text;
}

function write(expr: AnalysedExpr): string {
  if (expr.kind === "column") return `c${expr.source.id}.${expr.column}`;
  if (expr.kind === "literal") return `'${typeof expr.value}:${String(expr.value).replaceAll("'", "''")}'`;
  const { start: _start, end: _end, type: _type, affinity: _affinity, collation, ...meaning } = expr;
  const suffix = collation?.explicit ? `~${collation.name}` : "";
  return writeValue(meaning) + suffix + windowCollations(expr);
}

/** By what text the rows of a window are told apart and ordered, which columns by themselves do not say. */
function windowCollations(expr: AnalysedExpr): string {
  if (expr.kind !== "window") return "";
  const keys = [...expr.partitionBy, ...expr.orderBy.map((key) => key.expr)];
  return keys.map(({ collation }) => `~${collation?.name ?? "BINARY"}`).join("");
}

function writeValue(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(writeValue).join()}]`;
  if ("type" in value && "kind" in value && "affinity" in value) return fingerprint(value as AnalysedExpr);
  if ("kind" in value && value.kind === "query") return `q${queryId(value)}`;
  return `{${Object.entries(value).map(([key, part]) => `${key}:${writeValue(part)}`).join()}}`;
}

function queryId(query: object): number {
  let id = queryIds.get(query);
  if (id === undefined) queryIds.set(query, id = nextQueryId++);
  return id;
}
