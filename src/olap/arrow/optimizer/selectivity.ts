import type { ExactValue } from "../../../types/mod.ts";
import { truth } from "../kernels/mod.ts";
import { columnsReadBy } from "../plan/expr_walk.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import type { ColumnEstimate } from "./row_estimate.ts";
import { evaluate } from "./evaluate.ts";

/** How much conditions leave. */
export interface Selected {
  /** Share of rows, above 0. */
  readonly share: number;
  /** Distinct values left of columns that are compared with constants. */
  readonly fixed: ReadonlyMap<ColumnId, number>;
}

type Columns = ReadonlyMap<ColumnId, ColumnEstimate>;

/** The share of rows for which all conditions are true. Those on a sampled table's columns are tried on the sample, together. */
export function selected(conditions: readonly PlanExpr[], columns: Columns): Selected {
  const fixed = new Map<ColumnId, number>();
  const sampled = new Map<object, PlanExpr[]>();
  let share = 1;
  for (const condition of conditions) {
    noteFixed(condition, fixed);
    const origin = originOf(condition, columns);
    if (origin === null) share *= guess(condition, columns);
    else sampled.set(origin, [...(sampled.get(origin) ?? []), condition]);
  }
  for (const together of sampled.values()) share *= triedShare(together, columns);
  return { share: Math.max(share, 1e-12), fixed };
}

function noteFixed(condition: PlanExpr, fixed: Map<ColumnId, number>): void {
  if (condition.kind === "inList" && !condition.negated && condition.operand.kind === "column") {
    fixed.set(condition.operand.id, condition.items.length);
  }
  if (condition.kind !== "compare" || condition.operator !== "=") return;
  const { left, right } = condition;
  if (left.kind === "column" && right.kind === "literal") fixed.set(left.id, 1);
  if (right.kind === "column" && left.kind === "literal") fixed.set(right.id, 1);
}

/** The table all of a condition's columns are sampled from. */
function originOf(condition: PlanExpr, columns: Columns): object | null {
  let origin: object | null = null;
  for (const id of columnsReadBy(condition)) {
    const own = columns.get(id)?.sample?.origin;
    if (own === undefined || (origin !== null && own !== origin)) return null;
    origin = own;
  }
  return origin;
}

function triedShare(conditions: readonly PlanExpr[], columns: Columns): number {
  const samples = new Map<ColumnId, readonly ExactValue[]>();
  for (const id of columnsReadBy(...conditions)) samples.set(id, columns.get(id)!.sample!.values());
  const count = [...samples.values()][0]?.length ?? 0;
  let matches = 0;
  for (let row = 0; row < count; row++) {
    const read = (id: ColumnId) => samples.get(id)![row]!;
    if (conditions.every((condition) => isTrue(evaluate(condition, read)))) matches++;
  }
  if (matches > 4) return matches / count;
  // Too few to tell: what is known of the columns tells more, but not more than the sample allows.
  const guessed = conditions.reduce((share, condition) => share * guess(condition, columns), 1);
  return Math.min(guessed, (matches + 2) / count);
}

function isTrue(value: ExactValue | undefined): boolean {
  try {
    return value !== undefined && truth(value) === true;
  } catch {
    // A value that has no truth here has none in the query either, which will say so.
    return false;
  }
}

const UNLIKELY = 0.1;
const RANGE = 0.3;

/** The share of rows for which a condition holds, by its form. */
function guess(condition: PlanExpr, columns: Columns): number {
  switch (condition.kind) {
    case "literal":
      return condition.value === null || condition.value === 0n ? 1e-6 : 1;
    case "logic": {
      const [left, right] = [guess(condition.left, columns), guess(condition.right, columns)];
      return condition.operator === "and" ? left * right : left + right - left * right;
    }
    case "not":
      return Math.max(1 - guess(condition.operand, columns), 0.01);
    case "truthTest":
      return condition.wanted !== condition.negated ? guess(condition.operand, columns) : 0.5;
    case "nullTest": {
      const { operand } = condition;
      const nulls = operand.kind === "column" ? columns.get(operand.id)?.nulls ?? UNLIKELY : UNLIKELY;
      return Math.min(1, Math.max(condition.negated ? 1 - nulls : nulls, 0.001));
    }
    case "like": {
      const wild = condition.pattern.kind === "literal" && typeof condition.pattern.value === "string" &&
        condition.pattern.value.startsWith("%");
      const share = wild ? 0.05 : 0.02;
      return condition.negated ? 1 - share : share;
    }
    case "inList": {
      const one = equalShare(condition.operand, columns);
      const share = Math.min(0.9, condition.items.length * one);
      return condition.negated ? 1 - share : share;
    }
    case "compare":
      return guessCompare(condition, columns);
    default:
      return 0.5;
  }
}

function equalShare(expr: PlanExpr, columns: Columns): number {
  if (expr.kind !== "column") return 0.05;
  const column = columns.get(expr.id);
  return column === undefined ? UNLIKELY : (1 - column.nulls) / column.distinct;
}

function guessCompare(condition: PlanExprOf<"compare">, columns: Columns): number {
  const { operator, left, right } = condition;
  switch (operator) {
    case "=":
    case "is":
      return Math.min(equalShare(left, columns), right.kind === "literal" ? 1 : equalShare(right, columns));
    case "<>":
    case "isNot":
      return 0.9;
    default: {
      if (left.kind === "column" && right.kind === "literal") {
        return rangeShare(left.id, operator, right.value, columns);
      }
      if (right.kind === "column" && left.kind === "literal") {
        return rangeShare(right.id, operator.startsWith("<") ? ">" : "<", left.value, columns);
      }
      return left.kind === "column" && right.kind === "column" ? 0.4 : RANGE;
    }
  }
}

function rangeShare(id: ColumnId, operator: string, bound: ExactValue, columns: Columns): number {
  const range = columns.get(id)?.range;
  // Nothing is known of what an aggregate gives; who asks for it mostly wants the few that stand out.
  if (range === undefined || range === null) return UNLIKELY;
  if (typeof bound !== "bigint" && typeof bound !== "number") return RANGE;
  const width = range.most - range.least;
  if (width <= 0) return 0.5;
  const below = Math.min(1, Math.max(0, (Number(bound) - range.least) / width));
  return Math.max(operator.startsWith("<") ? below : 1 - below, 1e-4);
}
