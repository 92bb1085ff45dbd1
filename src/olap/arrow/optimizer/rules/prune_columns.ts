import { REAL } from "../../../../sql/mod.ts";
import { aggregated, combined, passedOn, projected } from "../../plan/build_plan.ts";
import { addColumnsRead } from "../../plan/expr_walk.ts";
import type { CteScanPlan, Plan, PlanAggregate, PlanCte, PlanStatement, PlanWindowCall } from "../../plan/plan.ts";
import type { ColumnId, PlanColumn, PlanExpr } from "../../plan/plan_expr.ts";
import { exprsOf, mapInputs } from "../../plan/plan_walk.ts";

/** Leaves out columns that nothing reads, and projections that change nothing. */
export function pruneColumns(statement: PlanStatement): PlanStatement {
  const pruning = new Pruning();
  const root = pruning.prune(statement.root, new Set(statement.outputs));
  const ctes: PlanCte[] = [];
  // Readers first: they decide what a common table has to show.
  for (const cte of statement.ctes.toReversed()) ctes.unshift(pruning.cte(cte));
  const indexes = new Map(ctes.map((cte) => [cte.id, cte]));
  const read = (plan: Plan): Plan => {
    if (plan.kind !== "cteScan") return mapInputs(plan, read);
    return reindexed(plan, statement.ctes.find((cte) => cte.id === plan.cte)!, indexes.get(plan.cte)!);
  };
  return {
    ...statement,
    root: read(root),
    ctes: ctes.map((cte) =>
      cte.kind === "plain"
        ? { ...cte, plan: read(cte.plan) }
        : { ...cte, initial: read(cte.initial), step: read(cte.step) }
    ),
  };
}

/** A reader of a common table that lost columns. */
function reindexed(plan: CteScanPlan, before: PlanCte, after: PlanCte): CteScanPlan {
  const indexes = plan.indexes.map((index) => {
    const { id } = before.columns[index]!;
    return after.columns.findIndex((column) => column.id === id);
  });
  return { ...plan, indexes };
}

class Pruning {
  /** By common table: positions of the columns that are read. */
  readonly #read = new Map<number, Set<number>>();

  cte(cte: PlanCte): PlanCte {
    if (cte.kind === "recursive") {
      // The rows themselves steer a recursion.
      const all = (plan: Plan): Plan => this.exactly(plan, plan.columns);
      return { ...cte, initial: all(cte.initial), step: all(cte.step) };
    }
    const read = this.#read.get(cte.id) ?? new Set();
    const columns = cte.columns.filter((_, index) => read.has(index));
    return { ...cte, columns, plan: this.exactly(cte.plan, columns) };
  }

  /** The plan with exactly these columns in this order, for readers that count them. */
  exactly(plan: Plan, columns: readonly PlanColumn[]): Plan {
    const pruned = this.prune(plan, new Set(columns.map((column) => column.id)));
    const same = pruned.columns.length === columns.length &&
      columns.every((column, index) => pruned.columns[index]!.id === column.id);
    return same ? pruned : projected(pruned, columns.map(passedOn));
  }

  prune(plan: Plan, wanted: ReadonlySet<ColumnId>): Plan {
    switch (plan.kind) {
      case "scan":
      case "cteScan":
        return this.#leaf(plan, wanted);
      case "values": {
        const kept = plan.columns.map((column) => wanted.has(column.id));
        if (kept.every((keep) => keep)) return plan;
        const rows = plan.rows.map((row) => row.filter((_, index) => kept[index]));
        return { ...plan, columns: plan.columns.filter((_, index) => kept[index]), rows };
      }
      case "project": {
        const outputs = plan.outputs.filter(({ column }) => wanted.has(column.id));
        const input = this.prune(plan.input, columnsOf(outputs.map((output) => output.expr)));
        if (outputs.length === 0) return input;
        const changes = outputs.length !== input.columns.length ||
          outputs.some(({ column, expr }, i) =>
            expr.kind !== "column" || input.columns[i]!.id !== column.id || expr.id !== column.id
          );
        return changes ? projected(input, outputs) : input;
      }
      case "aggregate": {
        const calls = plan.calls.filter((call) => wanted.has(call.column.id) || mayFail(call));
        // An aggregate without calls and keys still says that there is one row.
        const kept = calls.length === 0 && plan.keys.length === 0 ? plan.calls.slice(0, 1) : calls;
        const node = aggregated(plan.input, plan.keys, kept);
        return mapInputs(node, (input) => this.prune(input, columnsOf(exprsOf(node))));
      }
      case "window": {
        const calls = plan.calls.filter((call) => wanted.has(call.column.id) || mayFail(call));
        const node = { ...plan, calls };
        const below = columnsOf(exprsOf(node), wanted);
        if (calls.length === 0) return this.prune(plan.input, wanted);
        return mapInputs(node, (input) => this.prune(input, below));
      }
      case "setOperation": {
        const kept = plan.operator === "unionAll"
          ? plan.columns.map((column) => wanted.has(column.id))
          : plan.columns.map(() => true);
        const side = (input: Plan): Plan => this.exactly(input, input.columns.filter((_, index) => kept[index]));
        const columns = plan.columns.filter((_, index) => kept[index]);
        return combined(plan.operator, side(plan.left), side(plan.right), columns);
      }
      case "filter":
      case "sort":
      case "limit":
      case "join": {
        const below = columnsOf(exprsOf(plan), wanted);
        return mapInputs(plan, (input) => this.prune(input, below));
      }
    }
  }

  #leaf<Leaf extends Extract<Plan, { kind: "scan" | "cteScan" }>>(plan: Leaf, wanted: ReadonlySet<ColumnId>): Leaf {
    const kept = plan.columns.map((column) => wanted.has(column.id));
    const indexes = plan.indexes.filter((_, index) => kept[index]);
    if (plan.kind === "cteScan") {
      const read = this.#read.get(plan.cte) ?? new Set();
      for (const index of indexes) read.add(index);
      this.#read.set(plan.cte, read);
    }
    return { ...plan, indexes, columns: plan.columns.filter((_, index) => kept[index]) };
  }
}

/** A sum of integers that overflows fails in SQLite whether it is read or not. */
function mayFail({ name, arguments: args }: PlanAggregate | PlanWindowCall): boolean {
  return name === "sum" && args.some((argument) => (argument.type.classes & ~REAL) !== 0);
}

function columnsOf(exprs: readonly PlanExpr[], more: Iterable<ColumnId> = []): Set<ColumnId> {
  const into = new Set(more);
  for (const expr of exprs) addColumnsRead(expr, into);
  return into;
}
