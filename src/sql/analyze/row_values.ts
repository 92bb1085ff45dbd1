import type { Expr, Span } from "../tree.ts";
import type { AnalysedExpr, CompareOperator } from "./analysed.ts";
import { comparison, logic } from "./comparisons.ts";
import type { ExprContext } from "./expr_context.ts";
import { Unanalysable } from "./unanalysable.ts";

/** Compares two expressions, or two row values member by member. */
export function compareRows(
  context: ExprContext,
  operator: CompareOperator,
  left: Expr,
  right: Expr,
  span: Span,
): AnalysedExpr {
  const { analyse } = context;
  if (left.kind !== "rowValue" && right.kind !== "rowValue") {
    return comparison(operator, analyse(context, left), analyse(context, right), span);
  }
  if (left.kind !== "rowValue" || right.kind !== "rowValue") {
    throw new Unanalysable("construct", "a row value compared with something else is not translated");
  }
  if (left.items.length !== right.items.length) {
    throw new Unanalysable("construct", "row values of different lengths");
  }
  const lefts = left.items.map((item) => analyse(context, item));
  const rights = right.items.map((item) => analyse(context, item));
  const pair = (op: CompareOperator) => (index: number) => comparison(op, lefts[index]!, rights[index]!, span);
  const indexes = lefts.map((_, index) => index);
  switch (operator) {
    case "=":
    case "is":
      return indexes.map(pair(operator)).reduce((a, b) => logic("and", a, b, span));
    case "<>":
    case "isNot":
      return indexes.map(pair(operator)).reduce((a, b) => logic("or", a, b, span));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return lexicographic(operator, pair, indexes, span);
  }
}

/** `(a, b) < (c, d)` is `a < c or (a = c and b < d)`. */
function lexicographic(
  operator: "<" | "<=" | ">" | ">=",
  pair: (op: CompareOperator) => (index: number) => AnalysedExpr,
  indexes: readonly number[],
  span: Span,
): AnalysedExpr {
  const strictOperator = operator === "<" || operator === "<=" ? "<" : ">";
  const last = indexes.length - 1;
  let result = pair(operator)(last);
  for (let index = last - 1; index >= 0; index--) {
    const equal = logic("and", pair("=")(index), result, span);
    result = logic("or", pair(strictOperator)(index), equal, span);
  }
  return result;
}
