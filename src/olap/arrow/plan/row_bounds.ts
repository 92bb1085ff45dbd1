import type { JoinPlan, Plan } from "./plan.ts";

/** Whether a plan gives exactly one row whatever the data. */
export function isOneRow(plan: Plan): boolean {
  switch (plan.kind) {
    case "values":
      return plan.rows.length === 1;
    case "aggregate":
      return plan.keys.length === 0;
    case "project":
    case "window":
      return isOneRow(plan.input);
    case "sort":
      return isOneRow(plan.input) && plan.limit === null && plan.offset === 0;
    case "join":
      return isOneRowJoin(plan);
    default:
      return false;
  }
}

/** Whether a plan gives no more than one row whatever the data. */
export function isAtMostOneRow(plan: Plan): boolean {
  switch (plan.kind) {
    case "values":
      return plan.rows.length <= 1;
    case "aggregate":
      return plan.keys.length === 0;
    case "filter":
    case "project":
    case "window":
      return isAtMostOneRow(plan.input);
    case "sort":
    case "limit":
      return (plan.limit !== null && plan.limit <= 1) || isAtMostOneRow(plan.input);
    case "join":
      return isAtMostOneRowJoin(plan);
    case "scan":
    case "cteScan":
    case "setOperation":
      return false;
  }
}

function isOneRowJoin({ type, on, left, right }: JoinPlan): boolean {
  switch (type) {
    case "inner":
      return on === null && isOneRow(left) && isOneRow(right);
    case "left":
      return isOneRow(left) && isAtMostOneRow(right);
    case "single":
    case "mark":
      return isOneRow(left);
    case "full":
    case "semi":
    case "anti":
      return false;
  }
}

function isAtMostOneRowJoin({ type, left, right }: JoinPlan): boolean {
  switch (type) {
    case "inner":
    case "left":
      return isAtMostOneRow(left) && isAtMostOneRow(right);
    case "full":
      return false;
    case "semi":
    case "anti":
    case "mark":
    case "single":
      return isAtMostOneRow(left);
  }
}
