import { joinColumns } from "./build_plan.ts";
import type { Plan, PlanAggregate, PlanOutput, PlanSortKey, PlanWindowCall } from "./plan.ts";
import type { ColumnId, PlanExpr } from "./plan_expr.ts";
import { addColumnsRead } from "./expr_walk.ts";

/** The plans a node reads. */
export function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case "scan":
    case "values":
    case "cteScan":
      return [];
    case "filter":
    case "project":
    case "aggregate":
    case "window":
    case "sort":
    case "limit":
      return [plan.input];
    case "join":
    case "setOperation":
      return [plan.left, plan.right];
  }
}

/** The same node over other inputs, its columns brought up to date; itself when none changes. */
export function mapInputs<Node extends Plan>(plan: Node, map: (input: Plan) => Plan): Node;
export function mapInputs(plan: Plan, map: (input: Plan) => Plan): Plan {
  switch (plan.kind) {
    case "scan":
    case "values":
    case "cteScan":
      return plan;
    case "filter":
    case "sort":
    case "limit": {
      const input = map(plan.input);
      return input === plan.input ? plan : { ...plan, input, columns: input.columns };
    }
    case "project":
    case "aggregate": {
      const input = map(plan.input);
      return input === plan.input ? plan : { ...plan, input };
    }
    case "window": {
      const input = map(plan.input);
      const columns = [...input.columns, ...plan.calls.map((call) => call.column)];
      return input === plan.input ? plan : { ...plan, input, columns };
    }
    case "join": {
      const left = map(plan.left);
      const right = map(plan.right);
      if (left === plan.left && right === plan.right) return plan;
      const shown = joinColumns(plan.type, left.columns, right.columns);
      return { ...plan, left, right, columns: plan.mark === null ? shown : [...shown, plan.mark] };
    }
    case "setOperation": {
      const left = map(plan.left);
      const right = map(plan.right);
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right };
    }
  }
}

/** Rewrites a plan from the leaves up. */
export function rewriteUp(plan: Plan, rewrite: (plan: Plan) => Plan): Plan {
  return rewrite(mapInputs(plan, (input) => rewriteUp(input, rewrite)));
}

/** The expressions a node itself evaluates. */
export function exprsOf(plan: Plan): readonly PlanExpr[] {
  switch (plan.kind) {
    case "scan":
    case "cteScan":
    case "limit":
    case "setOperation":
      return [];
    case "values":
      return plan.rows.flat();
    case "filter":
      return [plan.predicate];
    case "project":
      return plan.outputs.map((output) => output.expr);
    case "join":
      return plan.on === null ? [] : [plan.on];
    case "aggregate":
      return [...plan.keys.map((key) => key.expr), ...plan.calls.flatMap(callExprs)];
    case "window":
      return plan.calls.flatMap((call) => [
        ...callExprs(call),
        ...call.partitionBy,
        ...(call.arrival ?? []).map((key) => key.expr),
      ]);
    case "sort":
      return plan.keys.map((key) => key.expr);
  }
}

function callExprs(call: PlanAggregate | PlanWindowCall): PlanExpr[] {
  const filter = call.filter === null ? [] : [call.filter];
  return [...call.arguments, ...filter, ...call.orderBy.map((key) => key.expr)];
}

/** The same node with each of its own expressions replaced. */
export function mapExprs(plan: Plan, map: (expr: PlanExpr) => PlanExpr): Plan {
  const output = ({ column, expr }: PlanOutput): PlanOutput => ({ column, expr: map(expr) });
  const sortKey = (key: PlanSortKey): PlanSortKey => ({ ...key, expr: map(key.expr) });
  const call = <Call extends PlanAggregate | PlanWindowCall>(item: Call): Call => ({
    ...item,
    arguments: item.arguments.map(map),
    filter: item.filter === null ? null : map(item.filter),
    orderBy: item.orderBy.map(sortKey),
  });
  switch (plan.kind) {
    case "scan":
    case "cteScan":
    case "limit":
    case "setOperation":
      return plan;
    case "values":
      return { ...plan, rows: plan.rows.map((row) => row.map(map)) };
    case "filter":
      return { ...plan, predicate: map(plan.predicate) };
    case "project":
      return { ...plan, outputs: plan.outputs.map(output) };
    case "join":
      return plan.on === null ? plan : { ...plan, on: map(plan.on) };
    case "aggregate":
      return { ...plan, keys: plan.keys.map(output), calls: plan.calls.map(call) };
    case "window":
      return {
        ...plan,
        calls: plan.calls.map((item) => ({
          ...call(item),
          partitionBy: item.partitionBy.map(map),
          arrival: item.arrival?.map(sortKey) ?? null,
        })),
      };
    case "sort":
      return { ...plan, keys: plan.keys.map(sortKey) };
  }
}

/** The ids of the columns a plan shows. */
export function idsOf(plan: Plan): Set<ColumnId> {
  return new Set(plan.columns.map((column) => column.id));
}

/** Columns read somewhere in a plan that nothing in it makes: those of enclosing queries. */
export function freeColumns(plan: Plan): Set<ColumnId> {
  const made = new Set<ColumnId>();
  const read = new Set<ColumnId>();
  const visit = (node: Plan): void => {
    for (const column of node.columns) made.add(column.id);
    for (const expr of exprsOf(node)) addColumnsRead(expr, read);
    inputsOf(node).forEach(visit);
  };
  visit(plan);
  for (const id of made) read.delete(id);
  return read;
}
