import type { Expr, OrderTerm } from "../tree.ts";
import type { AnalysedExpr, AnalysedOrder, Collation, SourceColumn } from "./analysed.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Output } from "./outputs.ts";
import { foldName } from "../fold_name.ts";
import { ordinalOf, refuseRenumberedGroups, type SelectResult } from "./select.ts";
import { Unanalysable } from "./unanalysable.ts";
import type { ValueType } from "./value_type.ts";

/** ORDER BY of a plain SELECT: an alias wins over a column here, then ordinals, then expressions. */
export function orderSelect(terms: readonly OrderTerm[], { select, outputs, context }: SelectResult): AnalysedOrder[] {
  const orders = terms.map((term): AnalysedOrder => {
    const collation = explicitCollation(term.expr);
    const index = aliasIndex(term.expr, outputs) ?? ordinalIndex(term.expr, outputs.length);
    if (index !== null) return byOutput(term, index, outputs[index]!.expr, collation);
    const expr = context.analyse(context, term.expr);
    const same = outputs.findIndex((output) => fingerprint(output.expr) === fingerprint(expr));
    if (same >= 0) return byOutput(term, same, expr, collation);
    return order(term, { kind: "expr", expr }, expr.type, expr.collation);
  });
  refuseRenumberedGroups(select.groupBy, orders.flatMap(({ key }) => (key.kind === "expr" ? [key.expr] : [])));
  return orders;
}

/** ORDER BY of a compound: an ordinal, a name of any arm's column, or an expression that an arm shows. */
export function orderCompound(
  terms: readonly OrderTerm[],
  columns: readonly SourceColumn[],
  arms: readonly SelectResult[],
): AnalysedOrder[] {
  return terms.map((term) => {
    const collation = explicitCollation(term.expr);
    const index = ordinalIndex(term.expr, columns.length) ?? armIndex(term.expr, arms);
    const column = index === null ? undefined : columns[index];
    if (index === null || column === undefined) {
      throw new Unanalysable("construct", "an ORDER BY term of a compound that is not one of its columns");
    }
    return order(term, { kind: "output", index }, column.type, collation ?? column.collation);
  });
}

function armIndex(expr: Expr, arms: readonly SelectResult[]): number | null {
  for (const { outputs, context } of arms) {
    const byName = aliasIndex(expr, outputs);
    if (byName !== null) return byName;
    try {
      const wanted = fingerprint(context.analyse(context, expr));
      const index = outputs.findIndex((output) => fingerprint(output.expr) === wanted);
      if (index >= 0) return index;
    } catch (error) {
      // What this arm cannot resolve another one may.
      if (!(error instanceof Unanalysable)) throw error;
    }
  }
  return null;
}

function byOutput(term: OrderTerm, index: number, expr: AnalysedExpr, collation: Collation | null): AnalysedOrder {
  return order(term, { kind: "output", index }, expr.type, collation ?? expr.collation);
}

function order(
  term: OrderTerm,
  key: AnalysedOrder["key"],
  type: ValueType,
  collation: Collation | null,
): AnalysedOrder {
  const { descending } = term;
  return { key, type, collation, descending, nulls: term.nulls ?? (descending ? "last" : "first") };
}

function explicitCollation(expr: Expr): Collation | null {
  return expr.kind === "collate" ? { name: expr.collation.text.toUpperCase(), explicit: true } : null;
}

function withoutCollate(expr: Expr): Expr {
  return expr.kind === "collate" ? withoutCollate(expr.operand) : expr;
}

function aliasIndex(term: Expr, outputs: readonly Output[]): number | null {
  const expr = withoutCollate(term);
  if (expr.kind !== "column" || expr.table !== null) return null;
  const wanted = foldName(expr.name.text);
  const index = outputs.findIndex((output) => output.alias !== null && foldName(output.alias) === wanted);
  return index < 0 ? null : index;
}

function ordinalIndex(term: Expr, count: number): number | null {
  const ordinal = ordinalOf(term);
  if (ordinal === null) return null;
  if (ordinal < 1 || ordinal > count) {
    throw new Unanalysable("construct", `ORDER BY term out of range - should be between 1 and ${count}`);
  }
  return ordinal - 1;
}
