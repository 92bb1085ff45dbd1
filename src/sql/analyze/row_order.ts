import type { AnalysedExpr, AnalysedOrder, AnalysedQuery, AnalysedSelect } from "./analysed.ts";
import { determinedColumns, determinesRow } from "./determined.ts";
import { fingerprint } from "./fingerprint.ts";

/** How many rows a query can have at most, where that is plain to see; `null` otherwise. */
export function rowsAtMost({ body }: AnalysedQuery): bigint | null {
  switch (body.kind) {
    case "select":
      return body.grouped && body.groupBy.length === 0 ? 1n : body.from === null && !body.grouped ? 1n : null;
    case "values":
      return BigInt(body.rows.length);
    case "compound":
      return null;
  }
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
