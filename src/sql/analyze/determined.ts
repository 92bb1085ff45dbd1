import type { MirrorTable } from "../../types/mod.ts";
import type { AnalysedExpr, AnalysedFrom, AnalysedSelect, Source } from "./analysed.ts";
import { conjuncts, sourcesOf } from "./walk.ts";

type ColumnKey = string;

function keyOf(source: Source, column: number): ColumnKey {
  return `${source.id}.${column}`;
}

/** The column an expression is, if it is one of this SELECT's own. */
function ownColumn(expr: AnalysedExpr): ColumnKey | null {
  return expr.kind === "column" && expr.depth === 0 ? keyOf(expr.source, expr.column) : null;
}

/**
 * The columns that are the same for all rows which agree in `keys`: the keys, what an inner join or WHERE equates with them, and
 * every column of a table whose key is among them.
 */
export function determinedColumns(select: AnalysedSelect, keys: readonly AnalysedExpr[]): Set<ColumnKey> {
  const determined = new Set<ColumnKey>();
  for (const key of keys) {
    const column = ownColumn(key);
    if (column !== null) determined.add(column);
  }
  const equalities = [...conjuncts(select.where), ...innerConditions(select.from)].flatMap(equality);
  const sources = sourcesOf(select.from);
  for (let size = -1; size !== determined.size;) {
    size = determined.size;
    for (const [left, right] of equalities) {
      if (left === null || determined.has(left)) { if (right !== null) determined.add(right); }
      if (right === null || determined.has(right)) { if (left !== null) determined.add(left); }
    }
    for (const source of sources) {
      if (keysOf(source).some((key) => key.every((column) => determined.has(keyOf(source, column))))) {
        source.columns.forEach((_, column) => determined.add(keyOf(source, column)));
      }
    }
  }
  return determined;
}

/** Whether rows that agree in `keys` are one and the same row of the FROM clause. */
export function determinesRow(select: AnalysedSelect, keys: readonly AnalysedExpr[]): boolean {
  const determined = determinedColumns(select, keys);
  return sourcesOf(select.from).every((source) =>
    keysOf(source).some((key) => key.every((column) => determined.has(keyOf(source, column))))
  );
}

/** Conditions every row satisfies: those of outer joins only decide what is joined. */
function innerConditions(from: AnalysedFrom | null): AnalysedExpr[] {
  if (from === null || from.kind === "source") return [];
  const own = from.type === "inner" ? conjuncts(from.on) : [];
  const left = from.type === "inner" || from.type === "left" ? innerConditions(from.left) : [];
  const right = from.type === "inner" || from.type === "right" ? innerConditions(from.right) : [];
  return [...own, ...left, ...right];
}

/**
 * `a = b`, `null` standing for a constant. Only where equal means the same value: not for text folded by a collation, nor for
 * numbers of different classes.
 */
function equality(expr: AnalysedExpr): [ColumnKey | null, ColumnKey | null][] {
  if (expr.kind !== "compare" || (expr.operator !== "=" && expr.operator !== "is")) return [];
  const { left, right } = expr;
  const sameClass = left.type.classes === right.type.classes && Number.isInteger(Math.log2(left.type.classes));
  if (!sameClass || expr.compareCollation !== "BINARY") return [];
  const l = ownColumn(left);
  const r = ownColumn(right);
  if (l === null && r === null) return [];
  if (l !== null && r !== null) return [[l, r]];
  const other = l === null ? left : right;
  const constant = other.kind === "literal" || (other.kind === "column" && other.depth > 0);
  return constant ? [[l, r]] : [];
}

/** Sets of columns no two rows of the source agree in (NULLs taken as equal). */
function keysOf(source: Source): readonly (readonly number[])[] {
  if (source.kind === "query") return source.keys ?? [];
  if (source.kind !== "table") return [];
  const { table } = source;
  if (table.history !== undefined) return [mirrorKey(table)];
  const keys: number[][] = source.rowid === null ? [] : [[source.rowid]];
  const primary = table.source.columns.filter((column) => column.primaryKeyPosition > 0);
  const unique = primary.length > 0 &&
    primary.every((column) => column.notNull || table.source.key.kind === "primaryKey");
  if (unique) keys.push(primary.map((column) => table.columns.findIndex((mirror) => mirror.name === column.name)));
  return keys;
}

/** A row's key stands in all its versions: what tells the rows of a part of a history apart is the mirror's own key. */
function mirrorKey({ keyColumns, columns }: MirrorTable): number[] {
  return keyColumns.map((key) => columns.findIndex(({ name }) => name === key));
}
