import { columnEquality } from "./expr_facts.ts";
import { columnsReadBy, someOperand, splitConjuncts } from "./expr_walk.ts";
import { isMixedColumn } from "./mixed_classes.ts";
import type { Plan, ScanPlan } from "./plan.ts";
import type { ColumnId, PlanExpr } from "./plan_expr.ts";

/** Rows that agree in all of `from` agree in `to`. */
interface Dependency {
  readonly from: readonly ColumnId[];
  readonly to: readonly ColumnId[];
}

/** Which columns of a plan's rows follow from others: from table keys, groups, and equalities that hold for every row. */
export class Dependencies {
  readonly #all: readonly Dependency[];

  constructor(plan: Plan) {
    this.#all = dependenciesOf(plan);
  }

  /** The columns given, and all that have one value for rows that agree in them. */
  closure(columns: Iterable<ColumnId>): Set<ColumnId> {
    const known = new Set(columns);
    for (let size = -1; size !== known.size;) {
      size = known.size;
      for (const { from, to } of this.#all) {
        if (from.every((id) => known.has(id))) to.forEach((id) => known.add(id));
      }
    }
    return known;
  }
}

function dependenciesOf(plan: Plan): Dependency[] {
  switch (plan.kind) {
    case "scan":
      return keyOf(plan);
    case "filter":
      return [...dependenciesOf(plan.input), ...splitConjuncts(plan.predicate).flatMap(equalities)];
    case "project":
      return [
        ...dependenciesOf(plan.input),
        // What is computed of values that are equal, but INTEGER in one row and REAL in another, may differ.
        ...plan.outputs.filter(({ expr }) => expr.kind === "column" || !someOperand(expr, isMixedColumn))
          .map(({ column, expr }) => ({ from: [...columnsReadBy(expr)], to: [column.id] })),
      ];
    case "join": {
      const left = dependenciesOf(plan.left);
      switch (plan.type) {
        case "inner":
          return [...left, ...dependenciesOf(plan.right), ...splitConjuncts(plan.on).flatMap(equalities)];
        case "left":
        case "single": {
          // Filled rows are NULL throughout; a dependency holds beside them if its own rows are told apart from those.
          const never = new Set(
            plan.right.columns.filter((column) => !column.type.nullable).map((column) => column.id),
          );
          return [...left, ...dependenciesOf(plan.right).filter(({ from }) => from.some((id) => never.has(id)))];
        }
        case "semi":
        case "anti":
        case "mark":
          return left;
        case "full":
          return [];
      }
      break;
    }
    case "aggregate": {
      const keys = plan.keys.map((key) => key.column.id);
      const same = plan.keys.flatMap(({ column, expr }) =>
        expr.kind === "column" ? [{ from: [column.id], to: [expr.id] }, { from: [expr.id], to: [column.id] }] : []
      );
      return [...dependenciesOf(plan.input), ...same, { from: keys, to: plan.calls.map((call) => call.column.id) }];
    }
    case "window":
    case "sort":
    case "limit":
      return dependenciesOf(plan.input);
    case "values":
    case "cteScan":
    case "setOperation":
      return [];
  }
}

/** The mirror's key is never NULL and never twice the same. */
function keyOf({ table, indexes, columns }: ScanPlan): Dependency[] {
  const from = table.keyColumns.map((name) => indexes.findIndex((index) => table.columns[index]!.name === name));
  if (from.some((at) => at < 0)) return [];
  return [{ from: from.map((at) => columns[at]!.id), to: columns.map((column) => column.id) }];
}

function equalities(condition: PlanExpr): Dependency[] {
  const equality = columnEquality(condition);
  if (equality !== null) {
    const [left, right] = [equality.left.id, equality.right.id];
    return [{ from: [left], to: [right] }, { from: [right], to: [left] }];
  }
  if (condition.kind !== "compare" || condition.operator !== "=") return [];
  const { left, right, compareCollation } = condition;
  const [column, constant] = left.kind === "column" ? [left, right] : [right, left];
  const one = column.kind === "column" && constant.kind === "literal" && compareCollation === "BINARY" &&
    Number.isInteger(Math.log2(column.type.classes));
  return one ? [{ from: [], to: [column.id] }] : [];
}
