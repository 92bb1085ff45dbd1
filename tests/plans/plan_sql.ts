import type { ExactValue } from "../../src/types/mod.ts";
import type {
  JoinPlan,
  Plan,
  PlanAggregate,
  PlanSortKey,
  PlanStatement,
  PlanWindowCall,
} from "../../src/olap/arrow/plan/plan.ts";
import { isConstantExpr } from "../../src/olap/arrow/plan/expr_facts.ts";
import type { PlanColumn, PlanExpr } from "../../src/olap/arrow/plan/plan_expr.ts";
import { ROWID_COLUMN } from "../../src/types/mod.ts";

/**
 * A plan as SQL that SQLite can run: the oracle for binder and optimizer. What a plan would end at run time (a second row of a `single`
 * join, a tie at a cut) fails in it, too, with an integer overflow.
 */
export function planSql(statement: PlanStatement): string {
  const writer = new Writer(true);
  for (const cte of statement.ctes) {
    const names = cte.columns.map((_, index) => `column_${cte.id}_${index}`).join(", ");
    if (cte.kind === "plain") {
      writer.define(`w${cte.id}(${names || "z"}) as materialized`, writer.exact(cte.plan, cte.columns));
      continue;
    }
    // SQLite wants a recursive arm to read its table without common tables between.
    const inline = new Writer(false);
    const [initial, step] = [cte.initial, cte.step].map((plan) => inline.exact(plan, plan.columns));
    writer.define(`w${cte.id}(${names}) as`, `${initial} ${cte.distinct ? "union" : "union all"} ${step}`);
  }
  const { root } = statement;
  const rows = writer.rows(root);
  const list = statement.outputs.map((id) => `c${id}`).join(", ");
  const order = root.kind === "sort" ? ` order by ${root.keys.map(sortSql).join(", ")}` : "";
  return `with recursive ${writer.definitions.join(", ")} select ${list} from ${rows}${order}`;
}

const FAILURE = "abs(-9223372036854775807 - 1)";

function nameOf({ id }: PlanColumn): string {
  return `c${id}`;
}

function listOf(columns: readonly PlanColumn[], print: (column: PlanColumn) => string = nameOf): string {
  return columns.length === 0 ? "1 as z" : columns.map(print).join(", ");
}

/** Writes plans as queries, one common table for each node: nested ones would be too deep for SQLite's parser. */
class Writer {
  readonly definitions: string[] = [];
  readonly #flat: boolean;

  constructor(flat: boolean) {
    this.#flat = flat;
  }

  define(head: string, query: string): void {
    this.definitions.push(`${head} (${query})`);
  }

  /** A plan's rows as FROM can name them. */
  rows(plan: Plan): string {
    const query = this.#query(plan);
    if (!this.#flat) return `(${query})`;
    const name = `n${this.definitions.length}`;
    this.define(`${name} as not materialized`, query);
    return name;
  }

  exact(plan: Plan, columns: readonly PlanColumn[]): string {
    return `select ${listOf(columns)} from ${this.rows(plan)}`;
  }

  #query(plan: Plan): string {
    switch (plan.kind) {
      case "scan": {
        const list = listOf(plan.columns, (column) => {
          const { name } = plan.table.columns[plan.indexes[plan.columns.indexOf(column)]!]!;
          return `${name === ROWID_COLUMN ? "rowid" : `"${name}"`} as ${nameOf(column)}`;
        });
        return `select ${list} from "${plan.table.name}"`;
      }
      case "values": {
        if (plan.rows.length === 0) return `select ${listOf(plan.columns, (c) => `null as ${nameOf(c)}`)} where 0`;
        return plan.rows.map((row) =>
          `select ${
            listOf(plan.columns, (column) => {
              return `${exprSql(row[plan.columns.indexOf(column)]!)} as ${nameOf(column)}`;
            })
          }`
        ).join(" union all ");
      }
      case "cteScan": {
        // The common table's own names are known only by position.
        const position = plan.indexes.map((index, i) => `column_${plan.cte}_${index} as ${nameOf(plan.columns[i]!)}`);
        return `select ${position.join(", ") || "1 as z"} from w${plan.cte}`;
      }
      case "filter":
        return `select ${listOf(plan.columns)} from ${this.rows(plan.input)} where ${exprSql(plan.predicate)}`;
      case "project": {
        const outputs = plan.outputs.map(({ column, expr }) => `${exprSql(expr)} as ${nameOf(column)}`).join(", ");
        return `select ${outputs || "1 as z"} from ${this.rows(plan.input)}`;
      }
      case "join":
        return this.#join(plan);
      case "aggregate": {
        const keys = plan.keys.map(({ column, expr }) => `${exprSql(expr)} as ${nameOf(column)}`);
        const calls = plan.calls.map((call) => `${callSql(call)} as ${nameOf(call.column)}`);
        // A number would be taken for the place of a column.
        const groupBy = plan.keys.map(({ expr }) =>
          isConstantExpr(expr) ? "cast(null as text)" : `${exprSql(expr)} collate binary`
        ).join(", ");
        const list = [...keys, ...calls].join(", ");
        const by = groupBy === "" ? "" : ` group by ${groupBy}`;
        return `select ${list || "count(*) as z"} from ${this.rows(plan.input)}${by}`;
      }
      case "window": {
        const calls = plan.calls.map((call) => `${windowSql(call)} as ${nameOf(call.column)}`);
        return `select ${[...plan.input.columns.map(nameOf), ...calls].join(", ")} from ${this.rows(plan.input)}`;
      }
      case "sort":
        return this.#sorted(plan);
      case "limit":
        return `select ${listOf(plan.columns)} from ${this.rows(plan.input)} limit ${
          plan.limit ?? -1
        } offset ${plan.offset}`;
      case "setOperation": {
        const operator = plan.operator === "unionAll" ? "union all" : plan.operator;
        const arm = (input: Plan) =>
          `select ${
            listOf(plan.columns, (column) => `c${input.columns[plan.columns.indexOf(column)]!.id} as ${nameOf(column)}`)
          } from ${this.rows(input)}`;
        return `${arm(plan.left)} ${operator} ${arm(plan.right)}`;
      }
    }
  }

  #sorted(plan: Extract<Plan, { kind: "sort" }>): string {
    const order = plan.keys.length === 0 ? "" : ` order by ${plan.keys.map(sortSql).join(", ")}`;
    const inner = `select ${listOf(plan.columns)} from ${this.rows(plan.input)}`;
    if (!plan.refusesTies) return `${inner}${order} limit ${plan.limit ?? -1} offset ${plan.offset}`;
    const over = order.replace(/^ order by/, "order by");
    const ranked = `select *, row_number() over (${over}) as line, rank() over (${over}) as place from (${inner})`;
    const end = plan.offset + (plan.limit ?? 0);
    const cuts = [...(plan.offset > 0 ? [plan.offset] : []), ...(plan.limit === null ? [] : [end])];
    // A cut after line n splits a tie exactly if line n + 1 has an earlier place.
    const ties = cuts.map((cut) => `(line = ${cut + 1} and place <= ${cut})`).join(" or ");
    const checked = `select * from (${ranked}) where case when ${ties} then ${FAILURE} else 1 end`;
    return `select ${listOf(plan.columns)} from (${checked}) where line > ${plan.offset}` +
      `${plan.limit === null ? "" : ` and line <= ${end}`} order by line`;
  }

  #join(plan: JoinPlan): string {
    const [left, right] = [this.rows(plan.left), this.rows(plan.right)];
    const on = plan.on === null ? "1" : exprSql(plan.on);
    const matching = (test: string) => `exists (select 1 from ${right} where ${test})`;
    switch (plan.type) {
      case "inner":
      case "left":
      case "full":
        return `select ${listOf(plan.columns)} from ${left} ${plan.type} join ${right} on ${on}`;
      case "semi":
        return `select ${listOf(plan.columns)} from ${left} where ${matching(on)}`;
      case "anti":
        return `select ${listOf(plan.columns)} from ${left} where not ${matching(on)}`;
      case "mark": {
        const unknown = plan.threeValued ? `when ${matching(`(${on}) is null`)} then null ` : "";
        const mark = `case when ${matching(on)} then 1 ${unknown}else 0 end as ${nameOf(plan.mark!)}`;
        return `select ${[...plan.left.columns.map(nameOf), mark].join(", ")} from ${left}`;
      }
      case "single": {
        const many = `(select count(*) from ${right} where ${on}) > 1`;
        const guarded = `select * from ${left} where case when ${many} then ${FAILURE} else 1 end`;
        return `select ${listOf(plan.columns)} from (${guarded}) left join ${right} on ${on}`;
      }
    }
  }
}

function sortSql({ expr, descending, nulls }: PlanSortKey): string {
  const collation = expr.collation?.name ?? "BINARY";
  return `${exprSql(expr)} collate ${collation} ${descending ? "desc" : "asc"} nulls ${nulls}`;
}

function callSql(call: PlanAggregate | PlanWindowCall): string {
  // Of values that are all the same, any one is the greatest.
  const name = call.name === "any" ? "max" : call.name;
  const args = call.arguments.map(exprSql).join(", ") || (name === "count" ? "*" : "");
  const distinct = "distinct" in call && call.distinct ? "distinct " : "";
  const order = "distinct" in call && call.orderBy.length > 0
    ? ` order by ${call.orderBy.map(sortSql).join(", ")}`
    : "";
  const filter = call.filter === null ? "" : ` filter (where ${exprSql(call.filter)})`;
  return `${name}(${distinct}${args}${order})${filter}`;
}

const BOUNDS = {
  unboundedPreceding: "unbounded preceding",
  currentRow: "current row",
  unboundedFollowing: "unbounded following",
} as const;
const EXCLUDE = { noOthers: "no others", currentRow: "current row", group: "group", ties: "ties" } as const;

function windowSql(call: PlanWindowCall): string {
  const parts: string[] = [];
  if (call.partitionBy.length > 0) parts.push(`partition by ${call.partitionBy.map(exprSql).join(", ")}`);
  if (call.orderBy.length > 0) parts.push(`order by ${call.orderBy.map(sortSql).join(", ")}`);
  if (call.frame !== null) {
    const [from, to] = [call.frame.from, call.frame.to].map((bound) =>
      bound.kind === "preceding" || bound.kind === "following"
        ? `${literalSql(bound.offset)} ${bound.kind}`
        : BOUNDS[bound.kind]
    );
    const exclude = call.frame.exclude === null ? "" : ` exclude ${EXCLUDE[call.frame.exclude]}`;
    parts.push(`${call.frame.unit} between ${from} and ${to}${exclude}`);
  }
  return `${callSql(call)} over (${parts.join(" ")})`;
}

/** Affinities are those of the columns beneath, as in the statement the plan was made of. */
function exprSql(expr: PlanExpr): string {
  switch (expr.kind) {
    case "literal":
      return literalSql(expr.value);
    case "column":
      return `c${expr.id}`;
    case "logic":
      return `(${exprSql(expr.left)} ${expr.operator} ${exprSql(expr.right)})`;
    case "not":
      return `(not ${exprSql(expr.operand)})`;
    case "truthTest":
      return `(${exprSql(expr.operand)} is ${expr.negated ? "not " : ""}${expr.wanted})`;
    case "nullTest":
      return `(${exprSql(expr.operand)} is ${expr.negated ? "not " : ""}null)`;
    case "unary":
      return `(${expr.operator} ${exprSql(expr.operand)})`;
    case "arithmetic":
      return `(${exprSql(expr.left)} ${expr.operator} ${exprSql(expr.right)})`;
    case "compare": {
      const operator = expr.operator === "isNot" ? "is not" : expr.operator;
      return `(${exprSql(expr.left)} collate ${expr.compareCollation} ${operator} ${exprSql(expr.right)})`;
    }
    case "like": {
      const escape = expr.escape === null ? "" : ` escape ${exprSql(expr.escape)}`;
      const operator = `${expr.negated ? "not " : ""}${expr.operator}`;
      return `(${exprSql(expr.operand)} ${operator} ${exprSql(expr.pattern)}${escape})`;
    }
    case "inList": {
      const operand = `${exprSql(expr.operand)} collate ${expr.compareCollation}`;
      return `(${operand} ${expr.negated ? "not " : ""}in (${expr.items.map(exprSql).join(", ")}))`;
    }
    case "case": {
      const branches = expr.branches.map(({ when, then }) => `when ${exprSql(when)} then ${exprSql(then)}`);
      return `case ${branches.join(" ")}${expr.else === null ? "" : ` else ${exprSql(expr.else)}`} end`;
    }
    case "cast":
      return `cast(${exprSql(expr.operand)} as ${expr.to})`;
    case "function":
      return `${expr.name}(${expr.arguments.map(exprSql).join(", ")})`;
  }
}

function literalSql(value: ExactValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "bigint") return value < 0n ? `(${value})` : String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return value > 0 ? "9e999" : "(-9e999)";
    return `(${Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : value.toExponential()})`;
  }
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
}
