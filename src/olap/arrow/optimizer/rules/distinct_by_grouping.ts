import { NUMERIC, TEXT } from "../../../../sql/mod.ts";
import { aggregated } from "../../plan/build_plan.ts";
import { columnExpr } from "../../plan/build_expr.ts";
import type { AggregatePlan, Plan, PlanAggregate, PlanOutput } from "../../plan/plan.ts";
import type { PlanExpr } from "../../plan/plan_expr.ts";
import { rewriteUp } from "../../plan/plan_walk.ts";
import type { FreshColumns } from "../fresh_columns.ts";

/**
 * Aggregates over the DISTINCT values of one column, and nothing else, become plain ones over groups of that column: what makes
 * groups fast, threads among it, then makes these fast.
 */
export function distinctByGrouping(plan: Plan, fresh: FreshColumns): Plan {
  return rewriteUp(plan, (node) => {
    if (node.kind !== "aggregate") return node;
    const value = distinctValue(node);
    return value === null ? node : twice(node, value, fresh);
  });
}

/** The column all calls but `any` take the distinct values of; `null` where there is none or groups would tell others apart. */
function distinctValue({ calls }: AggregatePlan): PlanExpr | null {
  const others = calls.filter(({ name }) => name !== "any");
  const [first] = others[0]?.arguments ?? [];
  if (first === undefined) return null;
  if ((first.collation?.name ?? "BINARY") !== "BINARY" && (first.type.classes & TEXT) !== 0) return null;
  // As keys of groups, values that may be INTEGER or REAL are declined where equal ones differ; to tell them apart needs less.
  if (first.kind !== "column" || (first.type.classes & NUMERIC) === NUMERIC) return null;
  const alike = others.every(({ name, distinct, filter, orderBy, arguments: [argument, second] }) =>
    COUNTED.has(name) && distinct && filter === null && orderBy.length === 0 && second === undefined &&
    argument?.kind === "column" && argument.id === first.id
  );
  return alike ? first : null;
}

const COUNTED: ReadonlySet<string> = new Set(["count", "sum", "total", "avg"]);

function twice(plan: AggregatePlan, value: PlanExpr, fresh: FreshColumns): Plan {
  const below = plan.keys.map(({ column, expr }): PlanOutput => ({ column: fresh.copyOf(column), expr }));
  const column = fresh.column("value", value.type);
  const kept = plan.calls.filter(({ name }) => name === "any");
  const keptBelow = kept.map((call): PlanAggregate => ({ ...call, column: fresh.copyOf(call.column) }));
  const inner = aggregated(plan.input, [...below, { column, expr: value }], keptBelow);
  const argument: PlanExpr = { ...columnExpr(column), affinity: value.affinity, collation: value.collation };
  return aggregated(
    inner,
    plan.keys.map(({ column }, at) => ({ column, expr: columnExpr(below[at]!.column) })),
    plan.calls.map((call): PlanAggregate => {
      if (call.name !== "any") return { ...call, distinct: false, arguments: [argument] };
      return { ...call, arguments: [columnExpr(keptBelow[kept.indexOf(call)]!.column)] };
    }),
  );
}
