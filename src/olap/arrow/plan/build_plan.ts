import type {
  AggregatePlan,
  FilterPlan,
  JoinPlan,
  LimitPlan,
  Plan,
  PlanAggregate,
  PlanOutput,
  PlanSortKey,
  PlanWindowCall,
  ProjectPlan,
  SetOperationPlan,
  SortPlan,
  WindowPlan,
} from "./plan.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "./plan_expr.ts";
import { columnExpr, conjunction } from "./build_expr.ts";
import { splitConjuncts } from "./expr_walk.ts";

/** One row without columns: what a SELECT without FROM reads. */
export const ONE_ROW: Plan = { kind: "values", columns: [], rows: [[]] };

/** No rows, of the given columns. */
export function noRows(columns: readonly PlanColumn[]): Plan {
  return { kind: "values", columns, rows: [] };
}

/** Rows for which all conditions are true; adds to a filter that is there already. */
export function filtered(input: Plan, conditions: readonly PlanExpr[]): Plan {
  if (conditions.length === 0) return input;
  const below = input.kind === "filter" ? input : null;
  const all = below === null ? conditions : [...splitConjuncts(below.predicate), ...conditions];
  const predicate = conjunction(all)!;
  const node: FilterPlan = { kind: "filter", input: below?.input ?? input, predicate, columns: input.columns };
  return node;
}

/** New columns, each id once. */
export function projected(input: Plan, outputs: readonly PlanOutput[]): ProjectPlan {
  const seen = new Set<ColumnId>();
  const unique = outputs.filter(({ column }) => !seen.has(column.id) && seen.add(column.id));
  return { kind: "project", input, outputs: unique, columns: unique.map((output) => output.column) };
}

/** What passes a column on unchanged. */
export function passedOn(column: PlanColumn): PlanOutput {
  return { column, expr: columnExpr(column) };
}

/** A join of any type but `mark`. */
export function joined(
  type: Exclude<JoinPlan["type"], "mark">,
  left: Plan,
  right: Plan,
  conditions: readonly PlanExpr[],
): JoinPlan {
  const on = conjunction(conditions);
  const columns = joinColumns(type, left.columns, right.columns);
  return { kind: "join", type, left, right, on, mark: null, threeValued: false, columns };
}

/** A join that adds a column telling whether a row found a match. */
export function marked(
  left: Plan,
  right: Plan,
  conditions: readonly PlanExpr[],
  mark: PlanColumn,
  threeValued: boolean,
): JoinPlan {
  const columns = [...left.columns, mark];
  return { kind: "join", type: "mark", left, right, on: conjunction(conditions), mark, threeValued, columns };
}

/** What a join shows: columns an outer join may fill are nullable. */
export function joinColumns(
  type: JoinPlan["type"],
  left: readonly PlanColumn[],
  right: readonly PlanColumn[],
): readonly PlanColumn[] {
  switch (type) {
    case "inner":
      return [...left, ...right];
    case "left":
    case "single":
      return [...left, ...right.map(nullable)];
    case "full":
      return [...left.map(nullable), ...right.map(nullable)];
    case "semi":
    case "anti":
    case "mark":
      return left;
  }
}

function nullable(column: PlanColumn): PlanColumn {
  return column.type.nullable ? column : { ...column, type: { ...column.type, nullable: true } };
}

/** One row per group. */
export function aggregated(
  input: Plan,
  keys: readonly PlanOutput[],
  calls: readonly PlanAggregate[],
): AggregatePlan {
  const columns = [...keys.map((key) => key.column), ...calls.map((call) => call.column)];
  return { kind: "aggregate", input, keys, calls, columns };
}

/** The input with a column per window call. */
export function windowed(input: Plan, calls: readonly PlanWindowCall[]): WindowPlan {
  return { kind: "window", input, calls, columns: [...input.columns, ...calls.map((call) => call.column)] };
}

/** Sorted rows. */
export function sorted(
  input: Plan,
  keys: readonly PlanSortKey[],
  cut: { readonly limit: number | null; readonly offset: number; readonly refusesTies: boolean },
): SortPlan {
  return { kind: "sort", input, keys, ...cut, columns: input.columns };
}

/** The first rows. */
export function limited(input: Plan, limit: number | null, offset: number): LimitPlan {
  return { kind: "limit", input, limit, offset, columns: input.columns };
}

/** A compound of two plans with as many columns. */
export function combined(
  operator: SetOperationPlan["operator"],
  left: Plan,
  right: Plan,
  columns: readonly PlanColumn[],
): SetOperationPlan {
  return { kind: "setOperation", operator, left, right, columns };
}
