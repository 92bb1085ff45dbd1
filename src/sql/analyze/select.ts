import type { Expr, Select } from "../tree.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysedExpr, AnalysedSelect } from "./analysed.ts";
import type { CteScope } from "./cte.ts";
import type { ExprContext } from "./expr_context.ts";
import { analyseExpr } from "./expressions.ts";
import { analyseFrom } from "./from.ts";
import { aliasesOf, analyseOutputs, type Output } from "./outputs.ts";
import { Scope } from "./scope.ts";
import { Unanalysable } from "./unanalysable.ts";
import { INTEGER } from "./value_type.ts";
import { isConstant, someExpr } from "./walk.ts";

/** An analysed SELECT with what its ORDER BY needs to see. */
export interface SelectResult {
  readonly select: AnalysedSelect;
  readonly outputs: readonly Output[];
  readonly context: ExprContext;
}

/** Analyses one SELECT without the ORDER BY and LIMIT of its query. */
export function analyseSelect(
  analysis: Analysis,
  select: Select,
  parent: Scope | null,
  ctes: CteScope,
): SelectResult {
  const scope = new Scope(parent);
  const pending = select.from === null ? null : analyseFrom(analysis, select.from, scope, ctes);
  const context: ExprContext = {
    analysis,
    scope,
    ctes,
    aggregates: "allowed",
    windows: "allowed",
    namedWindows: select.windows,
    analyse: analyseExpr,
  };
  const outputs = analyseOutputs(context, select);
  scope.aliases = aliasesOf(outputs);
  const perRow: ExprContext = { ...context, aggregates: "forbidden", windows: "forbidden" };
  const from = pending === null ? null : pending.complete((on) => analyseExpr(perRow, on));
  const where = select.where === null ? null : analyseExpr(perRow, select.where);
  const groupBy = select.groupBy.map((term) => groupTerm(perRow, term, outputs));
  const exprs = outputs.map((output) => output.expr);
  refuseRenumberedGroups(groupBy, exprs);
  // An aggregate in HAVING or ORDER BY alone does not make SQLite group the rows.
  const grouped = groupBy.length > 0 || exprs.some(hasAggregate);
  if (select.having !== null && !grouped) {
    throw new Unanalysable("aggregate", "HAVING clause on a non-aggregate query");
  }
  const having = select.having === null ? null : analyseExpr({ ...context, windows: "forbidden" }, select.having);
  return {
    select: {
      kind: "select",
      distinct: select.distinct,
      outputs: exprs,
      from,
      where,
      grouped,
      groupBy,
      having,
    },
    outputs,
    context: grouped ? context : { ...context, aggregates: "forbidden" },
  };
}

/**
 * Where there are windows SQLite resolves GROUP BY a second time, and takes a term that has become an integer for the number of an
 * output.
 */
export function refuseRenumberedGroups(groupBy: readonly AnalysedExpr[], exprs: readonly AnalysedExpr[]): void {
  const renumbered = groupBy.find((term) => isConstant(term) && (term.type.classes & INTEGER) !== 0);
  if (renumbered === undefined) return;
  if (!exprs.some((expr) => someExpr(expr, (inner) => inner.kind === "window"))) return;
  throw new Unanalysable("construct", "windows over groups by an integer constant");
}

/** Whether an expression aggregates the rows of its SELECT, a window's aggregate not counted. */
function hasAggregate(expr: AnalysedExpr): boolean {
  return someExpr(expr, (inner) => inner.kind === "aggregate");
}

/** An integer names an output; everything else is an expression in which columns win over aliases. */
function groupTerm(context: ExprContext, term: Expr, outputs: readonly Output[]): AnalysedExpr {
  const ordinal = ordinalOf(term);
  if (ordinal === null) return analyseExpr(context, term);
  const output = outputs[ordinal - 1];
  if (output === undefined) {
    throw new Unanalysable("construct", `GROUP BY term out of range - should be between 1 and ${outputs.length}`);
  }
  if (hasAggregate(output.expr)) {
    throw new Unanalysable("aggregate", "aggregate functions are not allowed in the GROUP BY clause");
  }
  return output.expr;
}

/** The integer a GROUP BY or ORDER BY term is, if it is one. */
export function ordinalOf(term: Expr): number | null {
  if (term.kind === "literal") return term.value.class === "integer" ? Number(term.value.value) : null;
  if (term.kind === "collate") return ordinalOf(term.operand);
  if (term.kind !== "unary" || (term.operator !== "-" && term.operator !== "+")) return null;
  const inner = ordinalOf(term.operand);
  return inner === null ? null : term.operator === "-" ? -inner : inner;
}
