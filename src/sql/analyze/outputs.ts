import type { Expr, Name, Select, SelectItem } from "../tree.ts";
import type { AnalysedExpr, SourceColumn } from "./analysed.ts";
import { columnExpr } from "./columns.ts";
import type { ExprContext } from "./expr_context.ts";
import { foldName } from "../fold_name.ts";
import type { OutputAlias, Scope, ScopedSource } from "./scope.ts";
import { Unanalysable } from "./unanalysable.ts";

/** The names a SELECT's column goes by, depending on who reads it. All are the alias where there is one. */
export interface OutputNames {
  /** As a result column of the whole statement: a column's own name, else the expression's text. */
  readonly result: string;
  /** For an enclosing query: a column as it is written here, COLLATE left out. */
  readonly inner: string;
  /** For readers of the view whose SELECT this is: a column's own name, COLLATE left out. */
  readonly view: string;
}

/** One column of a SELECT's result. */
export interface Output {
  readonly expr: AnalysedExpr;
  readonly names: OutputNames;
  readonly alias: string | null;
  readonly declaredType: string | null;
}

/** Expands stars and names the columns as SQLite does with its default settings. */
export function analyseOutputs(context: ExprContext, select: Select): Output[] {
  return select.columns.flatMap((item) => {
    switch (item.kind) {
      case "star":
        return expandAll(context.scope, item);
      case "tableStar":
        return expandTable(context.scope, item.table);
      case "item":
        return [analyseItem(context, item)];
    }
  });
}

function expandAll(scope: Scope, item: Extract<SelectItem, { kind: "star" }>): Output[] {
  if (scope.sources.length === 0) throw new Unanalysable("construct", "no tables specified");
  requireDistinctNames(scope);
  return scope.sources.flatMap((entry) => expand(entry, item, (name) => !entry.merged.has(foldName(name))));
}

/** SQLite expands a star to qualified names, which are ambiguous where two FROM items are called alike. */
function requireDistinctNames(scope: Scope): void {
  const seen = new Set<string>();
  for (const { source } of scope.sources) {
    if (source.name === null) continue;
    const folded = foldName(source.name);
    if (seen.has(folded)) throw new Unanalysable("name", `two FROM items are called "${source.name}"`);
    seen.add(folded);
  }
}

function expandTable(scope: Scope, table: Name): Output[] {
  const wanted = foldName(table.text);
  const entries = scope.sources.filter(({ source }) => source.name !== null && foldName(source.name) === wanted);
  if (entries.length === 0) throw new Unanalysable("name", `no FROM item "${table.text}"`);
  return entries.flatMap((entry) => expand(entry, table, () => true));
}

function expand(
  { source }: ScopedSource,
  span: { start: number; end: number },
  shown: (name: string) => boolean,
): Output[] {
  return source.columns.flatMap((column, index) => {
    if (column.hidden || column.unlisted || !shown(column.name)) return [];
    const expr = columnExpr(source, index, 0, span);
    const { name, declaredType } = column;
    return [{ expr, names: { result: name, inner: name, view: name }, alias: name, declaredType }];
  });
}

function analyseItem(context: ExprContext, item: Extract<SelectItem, { kind: "item" }>): Output {
  const expr = context.analyse(context, item.expr);
  const alias = item.alias?.text ?? null;
  // SQLite shows COLLATE as an expression, but names a subquery's column after what it collates.
  const shown = item.expr.kind === "collate" ? null : columnOf(expr);
  const written = skipCollate(item.expr);
  const names = {
    result: alias ?? shown?.name ?? item.text,
    inner: alias ?? (written.kind === "column" ? written.name.text : item.text),
    view: alias ?? columnOf(expr)?.name ?? item.text,
  };
  return { expr, names, alias, declaredType: item.expr.kind === "collate" ? null : declaredTypeOf(expr) };
}

function skipCollate(expr: Expr): Expr {
  return expr.kind === "collate" ? skipCollate(expr.operand) : expr;
}

/** The column an expression shows as it is. A literal `true` is none, however it is written. */
function columnOf(expr: AnalysedExpr): SourceColumn | null {
  return expr.kind === "column" ? expr.source.columns[expr.column]! : null;
}

function declaredTypeOf(expr: AnalysedExpr): string | null {
  if (expr.kind === "scalarQuery") return expr.query.columns[0]?.declaredType ?? null;
  return columnOf(expr)?.declaredType ?? null;
}

/** The aliases later clauses may use; a column shown under its own name is found as a column before. */
export function aliasesOf(outputs: readonly Output[]): OutputAlias[] {
  return outputs.flatMap(({ alias, expr }) => (alias === null ? [] : [{ alias, expr }]));
}
