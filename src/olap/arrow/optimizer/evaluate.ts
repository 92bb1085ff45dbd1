import type { ExactValue } from "../../../types/mod.ts";
import {
  applyNumeric,
  applyText,
  ARITHMETIC,
  bitNot,
  castTo,
  compareValues,
  glob,
  like,
  negate,
  scalarFunction,
  truth,
} from "../kernels/mod.ts";
import { callCollation } from "../plan/expr_facts.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";

/** The value of a column in the row at hand. */
export type ReadColumn = (id: ColumnId) => ExactValue;

/** Signals what cannot be evaluated here; the caller does without. */
class Unknown extends Error {}

/**
 * The value of an expression, one row at a time: for constants and for samples.
 *
 * @returns `undefined` where it has none that is known here, such as after an error.
 */
export function evaluate(expr: PlanExpr, read: ReadColumn): ExactValue | undefined {
  try {
    return valueOf(expr, read);
  } catch {
    // Whatever ends a query at run time is met again there, if that expression is evaluated at all.
    return undefined;
  }
}

function valueOf(expr: PlanExpr, read: ReadColumn): ExactValue {
  switch (expr.kind) {
    case "literal":
      return expr.value;
    case "column":
      return read(expr.id);
    case "logic": {
      const left = truth(valueOf(expr.left, read));
      const decisive = expr.operator === "or";
      if (left === decisive) return fromTruth(left);
      const right = truth(valueOf(expr.right, read));
      return fromTruth(right === decisive ? right : left === null ? null : right);
    }
    case "not": {
      const operand = truth(valueOf(expr.operand, read));
      return fromTruth(operand === null ? null : !operand);
    }
    case "truthTest":
      return fromTruth((truth(valueOf(expr.operand, read)) === expr.wanted) !== expr.negated);
    case "nullTest":
      return fromTruth((valueOf(expr.operand, read) === null) !== expr.negated);
    case "unary":
      return unaryValue(expr.operator, valueOf(expr.operand, read));
    case "arithmetic":
      return ARITHMETIC[expr.operator](valueOf(expr.left, read), valueOf(expr.right, read));
    case "compare":
      return fromTruth(compared(expr, valueOf(expr.left, read), valueOf(expr.right, read)));
    case "like":
      return likeValue(expr, read);
    case "inList":
      return inListValue(expr, read);
    case "case": {
      const branch = expr.branches.find(({ when }) => truth(valueOf(when, read)) === true);
      return branch !== undefined ? valueOf(branch.then, read) : expr.else === null ? null : valueOf(expr.else, read);
    }
    case "cast":
      return castTo(valueOf(expr.operand, read), expr.to);
    case "function": {
      const call = scalarFunction(expr.name, expr.arguments.length, callCollation(expr));
      if (call === null) throw new Unknown();
      return call(expr.arguments.map((argument) => valueOf(argument, read)));
    }
  }
}

function fromTruth(value: boolean | null): ExactValue {
  return value === null ? null : value ? 1n : 0n;
}

function unaryValue(operator: "-" | "+" | "~", value: ExactValue): ExactValue {
  switch (operator) {
    case "-":
      return negate(value);
    case "+":
      return value;
    case "~":
      return bitNot(value);
  }
}

type Rule = Pick<PlanExprOf<"compare">, "operator" | "conversion" | "compareCollation">;

function compared({ operator, conversion, compareCollation }: Rule, left: ExactValue, right: ExactValue) {
  const convert = conversion === "numeric" ? applyNumeric : conversion === "text" ? applyText : (v: ExactValue) => v;
  const [l, r] = [convert(left), convert(right)];
  if (l === null || r === null) {
    if (operator === "is") return l === r;
    return operator === "isNot" ? l !== r : null;
  }
  const order = compareValues(l, r, compareCollation);
  switch (operator) {
    case "=":
    case "is":
      return order === 0;
    case "<>":
    case "isNot":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function likeValue(expr: PlanExprOf<"like">, read: ReadColumn): ExactValue {
  const [operand, pattern] = [valueOf(expr.operand, read), valueOf(expr.pattern, read)];
  const matched = expr.operator === "glob"
    ? glob(operand, pattern)
    : expr.escape === null
    ? like(operand, pattern)
    : like(operand, pattern, valueOf(expr.escape, read));
  return matched === null ? null : fromTruth((matched !== 0n) !== expr.negated);
}

function inListValue(expr: PlanExprOf<"inList">, read: ReadColumn): ExactValue {
  const operand = valueOf(expr.operand, read);
  let unknown = false;
  for (const item of expr.items) {
    const same = compared({ ...expr, operator: "=" }, operand, valueOf(item, read));
    if (same === true) return fromTruth(!expr.negated);
    if (same === null) unknown = true;
  }
  return unknown ? null : fromTruth(expr.negated);
}
