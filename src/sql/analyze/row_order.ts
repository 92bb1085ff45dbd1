import type { AnalysedExpr, AnalysedFrom, AnalysedOrder, AnalysedQuery, AnalysedSelect } from "./analysed.ts";
import { determinedColumns, determinesRow } from "./determined.ts";
import { fingerprint } from "./fingerprint.ts";

/** How many rows a query can have at most, where that is plain to see; `null` otherwise. */
export function rowsAtMost({ body }: AnalysedQuery): bigint | null {
  switch (body.kind) {
    case "select":
      if (body.grouped) return body.groupBy.length === 0 ? 1n : null;
      return body.from === null ? 1n : rowsOfFrom(body.from);
    case "values":
      return BigInt(body.rows.length);
    case "compound":
      return null;
  }
}

function rowsOfFrom(from: AnalysedFrom): bigint | null {
  if (from.kind === "source") return from.source.kind === "query" ? rowsAtMost(from.source.query) : null;
  const [left, right] = [rowsOfFrom(from.left), rowsOfFrom(from.right)];
  if (left === null || right === null) return null;
  // Outer joins keep each row at least once.
  return from.type === "inner" ? left * right : (left + 1n) * (right + 1n);
}

/** Whether ORDER BY leaves no two rows equal that are not the same in every column shown. */
export function orderIsTotal({ body, orderBy, columns }: AnalysedQuery): boolean {
  if (orderBy.length === 0 || orderBy.some(foldsValues)) return false;
  const sorted = new Set(orderBy.flatMap(({ key }) => (key.kind === "output" ? [key.index] : [])));
  if (columns.every((_, index) => sorted.has(index))) return true;
  if (body.kind !== "select" || body.distinct) return false;
  return identifyRow(body, orderBy.map(({ key }) => (key.kind === "output" ? body.outputs[key.index]! : key.expr)));
}

/** Whether no two rows of a SELECT (before DISTINCT) agree in all of `keys`. */
export function identifyRow(select: AnalysedSelect, keys: readonly AnalysedExpr[]): boolean {
  if (!select.grouped) return determinesRow(select, keys);
  const determined = determinedColumns(select, keys);
  const printed = new Set(keys.map(fingerprint));
  return select.groupBy.every((key) =>
    printed.has(fingerprint(key)) ||
    (key.kind === "column" && key.depth === 0 && determined.has(`${key.source.id}.${key.column}`))
  );
}

/** Values that differ but sort as equals: text under a folding collation, INTEGER and REAL. */
function foldsValues({ type, collation }: AnalysedOrder): boolean {
  const text = (type.classes & 4) !== 0 && collation !== null && collation.name !== "BINARY";
  return text || ((type.classes & 3) === 3 && !type.canonical);
}
