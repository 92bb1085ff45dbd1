import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import { readsOnly } from "../plan/expr_walk.ts";
import type { ColumnEstimate, Estimate, UniqueKey } from "./row_estimate.ts";

/** What ties the rows of two sides. */
export interface JoinKeys {
  readonly pairs: readonly KeyPair[];
  readonly rest: readonly PlanExpr[];
  /** A key of the side that the pairs cover, so that a row of the other side meets one of its rows at most. */
  readonly leftUnique: UniqueKey | null;
  readonly rightUnique: UniqueKey | null;
}

/** Other columns known to be equal to a column. */
export type SameAs = (id: ColumnId) => readonly ColumnId[];

interface KeyPair {
  readonly left: PlanExpr;
  readonly right: PlanExpr;
}

/** Splits conditions into equalities between the sides and others. */
export function joinKeys(
  left: Estimate,
  right: Estimate,
  conditions: readonly PlanExpr[],
  sameAs: SameAs = () => [],
): JoinKeys {
  const [l, r] = [new Set(left.columns.keys()), new Set(right.columns.keys())];
  const pairs: KeyPair[] = [];
  const rest: PlanExpr[] = [];
  for (const condition of conditions) {
    const equal = condition.kind === "compare" && (condition.operator === "=" || condition.operator === "is");
    if (equal && readsOnly(condition.left, l) && readsOnly(condition.right, r)) pairs.push(condition);
    else if (equal && readsOnly(condition.left, r) && readsOnly(condition.right, l)) {
      pairs.push({ left: condition.right, right: condition.left });
    } else rest.push(condition);
  }
  return {
    pairs,
    rest,
    leftUnique: covered(left, pairs.map((pair) => pair.left), sameAs),
    rightUnique: covered(right, pairs.map((pair) => pair.right), sameAs),
  };
}

function covered({ unique }: Estimate, exprs: readonly PlanExpr[], sameAs: SameAs): UniqueKey | null {
  const ids = new Set<ColumnId>(exprs.flatMap((expr) => (expr.kind === "column" ? [expr.id, ...sameAs(expr.id)] : [])));
  return unique.find((key) => key.columns.every((id) => ids.has(id))) ?? null;
}

function columnOf(expr: PlanExpr, { columns, rows }: Estimate): Pick<ColumnEstimate, "distinct" | "domain" | "nulls"> {
  const known = expr.kind === "column" ? columns.get(expr.id) : undefined;
  return known ?? { distinct: Math.max(1, rows / 10), domain: Math.max(1, rows / 10), nulls: 0 };
}

/** The share of all pairs of rows that agree in the keys. */
export function joinShare(left: Estimate, right: Estimate, { pairs, leftUnique, rightUnique }: JoinKeys): number {
  const shares = pairs.map((pair) => {
    const [l, r] = [columnOf(pair.left, left), columnOf(pair.right, right)];
    return ((1 - l.nulls) * (1 - r.nulls)) / Math.max(l.distinct, r.distinct, 1);
  }).sort((a, b) => a - b);
  // Further keys are rarely independent of the first.
  const together = shares.reduce((product, share, index) => product * Math.pow(share, 1 / 2 ** index), 1);
  const domains = [leftUnique, rightUnique].flatMap((key) => (key === null ? [] : [key.domain]));
  return domains.length === 0
    ? together
    : Math.min(Math.max(together, 1 / Math.max(...domains)), 1 / Math.min(...domains));
}

/** The share of left rows that have a match. */
export function semiShare(left: Estimate, right: Estimate, { pairs, rest }: JoinKeys): number {
  const met = pairs.map((pair) => {
    const [l, r] = [columnOf(pair.left, left), columnOf(pair.right, right)];
    return Math.min(1, r.distinct / Math.max(l.domain, 1)) * (1 - l.nulls);
  });
  const share = met.reduce((least, each) => Math.min(least, each), 1);
  const perKey = pairs.length === 0 ? right.rows : right.rows / columnOf(pairs[0]!.right, right).distinct;
  const survives = rest.reduce((each) => each * 0.5, 1);
  return Math.max(share * (rest.length === 0 ? 1 : 1 - Math.pow(1 - survives, Math.max(1, perKey))), 1e-9);
}

/** The share of left rows that have none. */
export function antiShare(left: Estimate, right: Estimate, keys: JoinKeys): number {
  return Math.max(1 - semiShare(left, right, keys), 0.05);
}
