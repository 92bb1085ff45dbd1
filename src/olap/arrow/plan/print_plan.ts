import type { Plan, PlanAggregate, PlanOutput, PlanSortKey, PlanStatement, PlanWindowCall } from "./plan.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "./plan_expr.ts";
import { inputsOf } from "./plan_walk.ts";
import { type ColumnNames, printPlanExpr } from "./print_expr.ts";

/** A remark on a node, such as the rows it is expected to give; `null` for none. */
export type PlanRemark = (plan: Plan) => string | null;

/** A statement's plan as an indented tree: a node, then what it reads. Columns of one name are told apart by their ids. */
export function printPlan(statement: PlanStatement, remark: PlanRemark = () => null): string {
  const names = namesOf(statement);
  const lines: string[] = [];
  const visit = (plan: Plan, depth: number): void => {
    const note = remark(plan);
    lines.push(`${"  ".repeat(depth)}${describePlan(plan, names)}${note === null ? "" : `  -- ${note}`}`);
    for (const input of inputsOf(plan)) visit(input, depth + 1);
  };
  for (const cte of statement.ctes) {
    const shown = cte.columns.map((column) => names(column.id)).join(", ");
    lines.push(`with ${cte.kind === "recursive" ? "recursive " : ""}${cte.name} #${cte.id} (${shown})`);
    if (cte.kind === "plain") visit(cte.plan, 1);
    else {
      visit(cte.initial, 1);
      lines.push(`  then ${cte.distinct ? "new rows " : ""}until none`);
      visit(cte.step, 1);
    }
  }
  lines.push(`show ${statement.outputs.map(names).join(", ")}`);
  visit(statement.root, 0);
  return lines.join("\n");
}

/** Names columns as the plan does, with the id where two different columns share a name. */
export function namesOf(statement: PlanStatement): ColumnNames {
  const byId = new Map<ColumnId, string>();
  const shared = new Map<string, ColumnId | null>();
  const add = ({ id, name }: PlanColumn): void => {
    byId.set(id, name);
    const known = shared.get(name);
    shared.set(name, known === undefined || known === id ? id : null);
  };
  const visit = (plan: Plan): void => {
    plan.columns.forEach(add);
    inputsOf(plan).forEach(visit);
  };
  for (const cte of statement.ctes) {
    cte.columns.forEach(add);
    for (const plan of cte.kind === "plain" ? [cte.plan] : [cte.initial, cte.step]) visit(plan);
  }
  visit(statement.root);
  return (id) => {
    const name = byId.get(id);
    if (name === undefined) return `?#${id}`;
    return shared.get(name) === null ? `${name}#${id}` : name;
  };
}

/** One operator, in words. */
export function describePlan(plan: Plan, names: ColumnNames): string {
  const print = (expr: PlanExpr): string => printPlanExpr(expr, names);
  const shown = plan.columns.map((column) => names(column.id)).join(", ");
  switch (plan.kind) {
    case "scan":
      return `scan ${plan.table.name} (${shown})`;
    case "values":
      return plan.columns.length === 0 && plan.rows.length === 1
        ? "one row"
        : `values (${shown}) ${plan.rows.map((row) => `(${row.map(print).join(", ")})`).join(", ")}`.trimEnd();
    case "cteScan":
      return `read #${plan.cte} (${shown})`;
    case "filter":
      return `filter ${print(plan.predicate)}`;
    case "project":
      return `project ${plan.outputs.map((output) => outputText(output, names)).join(", ")}`;
    case "join": {
      const mark = plan.mark === null ? "" : ` -> ${names(plan.mark.id)}${plan.threeValued ? " or null" : ""}`;
      return `${plan.type} join${plan.on === null ? "" : ` on ${print(plan.on)}`}${mark}`;
    }
    case "aggregate": {
      const keys = plan.keys.map((key) => outputText(key, names)).join(", ");
      const calls = plan.calls.map((call) => `${names(call.column.id)} = ${callText(call, names)}`).join(", ");
      return [plan.calls.length === 0 ? "distinct" : "aggregate", keys && `by ${keys}`, calls && `: ${calls}`]
        .filter((part) => part !== "").join(" ").replace(" :", ":");
    }
    case "window":
      return `window ${plan.calls.map((call) => `${names(call.column.id)} = ${windowText(call, names)}`).join(", ")}`;
    case "sort": {
      const cut = cutText(plan.limit, plan.offset);
      const keys = plan.keys.length === 0 ? "no sort" : `sort by ${sortText(plan.keys, names)}`;
      return `${keys}${cut}${plan.refusesTies ? ", no ties at the cut" : ""}`;
    }
    case "limit":
      return `take${cutText(plan.limit, plan.offset).slice(1)}`;
    case "setOperation":
      return `${plan.operator === "unionAll" ? "union all" : plan.operator} (${shown})`;
  }
}

function outputText({ column, expr }: PlanOutput, names: ColumnNames): string {
  const name = names(column.id);
  const text = printPlanExpr(expr, names);
  return text === name ? name : `${name} = ${text}`;
}

function callText(call: PlanAggregate | PlanWindowCall, names: ColumnNames): string {
  const args = call.arguments.map((argument) => printPlanExpr(argument, names)).join(", ");
  const distinct = "distinct" in call && call.distinct ? "distinct " : "";
  const order = "distinct" in call && call.orderBy.length > 0 ? ` order by ${sortText(call.orderBy, names)}` : "";
  const filter = call.filter === null ? "" : ` filter (where ${printPlanExpr(call.filter, names)})`;
  const starred = call.name === "count" && args === "" ? "*" : args;
  return `${call.name}(${distinct}${starred}${order})${filter}`;
}

function windowText(call: PlanWindowCall, names: ColumnNames): string {
  const { frame } = call;
  const bound = (side: NonNullable<typeof frame>["from"]) =>
    side.kind === "preceding" || side.kind === "following" ? `${side.offset} ${side.kind}` : side.kind;
  const parts = [
    call.partitionBy.length > 0 &&
    `partition by ${call.partitionBy.map((expr) => printPlanExpr(expr, names)).join(", ")}`,
    call.orderBy.length > 0 && `order by ${sortText(call.orderBy, names)}`,
    call.arrival !== null && `ties by ${sortText(call.arrival, names)}`,
    frame !== null && `${frame.unit} ${bound(frame.from)} to ${bound(frame.to)}`,
    frame !== null && frame.exclude !== null && `exclude ${frame.exclude}`,
  ];
  return `${callText(call, names)} over (${parts.filter((part) => part !== false).join(" ")})`;
}

function sortText(keys: readonly PlanSortKey[], names: ColumnNames): string {
  return keys.map(({ expr, descending, nulls }) => {
    const usual = descending ? "last" : "first";
    const collation = expr.collation === null || expr.collation.name === "BINARY"
      ? ""
      : ` collate ${expr.collation.name.toLowerCase()}`;
    const place = nulls === usual ? "" : ` nulls ${nulls}`;
    return `${printPlanExpr(expr, names)}${collation}${descending ? " desc" : ""}${place}`;
  }).join(", ");
}

function cutText(limit: number | null, offset: number): string {
  return `${limit === null ? "" : `, first ${limit}`}${offset === 0 ? "" : `, after ${offset}`}`;
}
