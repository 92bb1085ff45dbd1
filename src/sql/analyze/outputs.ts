import type { Name, Select, SelectItem } from "../tree.ts";
import type { AnalysedExpr, SourceColumn } from "./analysed.ts";
import { columnExpr } from "./columns.ts";
import type { ExprContext } from "./expr_context.ts";
import { foldName } from "../fold_name.ts";
import type { OutputAlias, Scope, ScopedSource } from "./scope.ts";
import { Unanalysable, UnknownName } from "./unanalysable.ts";

/** One column of a SELECT's result. */
export interface Output {
  readonly expr: AnalysedExpr;
  /** The name as a result column of the whole statement. */
  readonly name: string;
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
  if (scope.sources.length === 0) throw new Unanalysable("construct", "no tables specified", item);
  return scope.sources.flatMap((entry) => expand(entry, item, (name) => !entry.merged.has(foldName(name))));
}

function expandTable(scope: Scope, table: Name): Output[] {
  const wanted = foldName(table.text);
  const entries = scope.sources.filter(({ source }) => source.name !== null && foldName(source.name) === wanted);
  if (entries.length === 0) throw new UnknownName("table", table.text, [], table, `no FROM item "${table.text}"`);
  return entries.flatMap((entry) => expand(entry, table, () => true));
}

function expand(
  { source }: ScopedSource,
  span: { start: number; end: number },
  shown: (name: string) => boolean,
): Output[] {
  return source.columns.flatMap((column, index) => {
    if (column.hidden || !shown(column.name)) return [];
    const expr = columnExpr(source, index, 0, span);
    return [{ expr, name: column.name, alias: column.name, declaredType: column.declaredType }];
  });
}

function analyseItem(context: ExprContext, item: Extract<SelectItem, { kind: "item" }>): Output {
  const expr = context.analyse(context, item.expr);
  const declaredType = declaredTypeOf(expr);
  const alias = item.alias?.text ?? null;
  const column = item.expr.kind === "collate" ? null : columnOf(expr);
  return { expr, name: alias ?? column?.name ?? item.text, alias, declaredType };
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
