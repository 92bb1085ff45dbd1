import { invariant, RheiError } from "../../../errors/mod.ts";
import type {
  AggregatePlan,
  CteScanPlan,
  FilterPlan,
  LimitPlan,
  Plan,
  PlanCte,
  PlanStatement,
  ProjectPlan,
  ScanPlan,
  ValuesPlan,
} from "../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import { ZONE_ROWS } from "../storage/table_snapshot.ts";
import { aggregate } from "./aggregation.ts";
import { compiler } from "./compiler.ts";
import { Emitter } from "./emitter.ts";
import { splitConjuncts } from "../plan/expr_walk.ts";
import { generate } from "./generate.ts";
import { join } from "./joins.ts";
import { readStored, type Relation, RelationBuilder } from "./relation.ts";
import { appended, type Consumer, type ExecutionContext, filtered, type Needed, type Run, withColumns } from "./run.ts";
import { SnapshotReader } from "./scan.ts";
import { setOperation } from "./set_operations.ts";
import { sort } from "./sorts.ts";
import type { Sharing } from "./team.ts";
import { unionScan } from "./union_scan.ts";
import { recursive } from "./recursion.ts";
import { window } from "./windows.ts";
import { visitedZones } from "./zone_pruning.ts";

/** Stretches each thread gets on average, so that all end at about the same time. */
const STRETCHES = 8;

/**
 * One run of a statement. The plan is walked from the root: each breaker first runs the pipelines below it, then the pipeline above is
 * generated, knowing the sizes, key ranges and forms of what it reads. Within a pipeline code is produced as in Neumann, "Efficiently
 * Compiling Efficient Query Plans for Modern Hardware" (VLDB 2011): operators push rows into their consumer.
 */
export class Execution implements Run {
  readonly context: ExecutionContext;
  readonly #ctes = new Map<number, Relation>();

  constructor(context: ExecutionContext) {
    this.context = context;
  }

  /** Runs a statement; the relation's columns are the statement's outputs. */
  run(statement: PlanStatement): Relation {
    for (const cte of statement.ctes) this.#ctes.set(cte.id, this.#common(cte));
    return this.materialise(statement.root, statement.outputs);
  }

  #common(cte: PlanCte): Relation {
    if (cte.kind === "recursive") return recursive(this, cte);
    return this.materialise(cte.plan, cte.plan.columns.map((column) => column.id));
  }

  /** The rows a common table's readers see; set anew by each step of a recursive one. */
  setCommon(cte: number, relation: Relation): void {
    this.#ctes.set(cte, relation);
  }

  /** Collects a plan's rows, with the given columns in that order. */
  materialise(plan: Plan, ids: readonly ColumnId[]): Relation {
    const { profile } = this.context;
    return profile === null ? this.#collect(plan, ids) : profile.measure(plan, () => this.#collect(plan, ids));
  }

  #collect(plan: Plan, ids: readonly ColumnId[]): Relation {
    const builder = new RelationBuilder(this.context.budget);
    if (plan.kind === "sort") return sort(this, plan, ids);
    this.#produce(plan, new Set(ids), (e) => appended(this, e, builder, () => ids.map((id) => e.column(id))));
    return builder.finish(ids);
  }

  /** Generates and runs what makes a plan's rows, pushing each into the consumer. `needed`: the columns the consumer reads. */
  produce(plan: Plan, needed: Needed, consume: Consumer): void {
    if (this.context.profile === null) return this.#produce(plan, needed, consume);
    // Operators of one function cannot be told apart by a clock: each is run by itself.
    const ids = plan.columns.map(({ id }) => id).filter((id) => needed.has(id));
    this.scanRelation(this.materialise(plan, ids), consume);
  }

  #produce(plan: Plan, needed: Needed, consume: Consumer): void {
    switch (plan.kind) {
      case "scan":
        return this.#scan(plan, consume);
      case "values":
        return this.#values(plan, consume);
      case "cteScan":
        return this.#cteScan(plan, consume);
      case "filter":
        return this.#filter(plan, needed, consume);
      case "project":
        return this.#project(plan, needed, consume);
      case "limit":
        return this.#limit(plan, needed, consume);
      case "aggregate":
        return this.#aggregate(plan, consume);
      case "join":
        return join(this, plan, needed, consume);
      case "sort":
        return this.scanRelation(
          sort(this, plan, plan.columns.map(({ id }) => id).filter((id) => needed.has(id))),
          consume,
        );
      case "setOperation":
        if (unionScan(this, plan, needed, consume) === null) this.scanRelation(setOperation(this, plan), consume);
        return;
      case "window":
        return window(this, plan, needed, consume);
    }
  }

  /** Generates a function over rows `0 … total` and runs it, in stretches between which a cancelled statement ends. */
  pipeline(total: number, emit: (e: Emitter) => void): void {
    const e = new Emitter(compiler, total);
    e.bindAs("checkCancelled", () => this.checkCancelled());
    emit(e);
    const run = generate(e);
    const { team, division } = this.context;
    const sharing = team.size > 1 && total >= division.rows ? e.sharing : null;
    if (sharing?.divided) return this.#divided(total, run, sharing);
    for (let begin = 0; begin < total; begin += ZONE_ROWS) {
      this.checkCancelled();
      run(begin, Math.min(begin + ZONE_ROWS, total));
    }
    sharing?.gather(team);
  }

  /** Runs a function over stretches that the threads of the team take from each other. */
  #divided(total: number, run: (begin: number, end: number) => void, sharing: Sharing): void {
    const { team, division } = this.context;
    const stretch = Math.min(ZONE_ROWS, Math.max(division.stretchRows, Math.ceil(total / (team.size * STRETCHES))));
    const next = team.divide();
    for (let number = next(); number * stretch < total; number = next()) {
      this.checkCancelled();
      sharing.begin(number);
      run(number * stretch, Math.min((number + 1) * stretch, total));
    }
    sharing.gather(team);
  }

  /** @throws {RheiError} `CANCELLED`. */
  checkCancelled(): void {
    if (Atomics.load(this.context.cancelled, 0) !== 0) throw new RheiError("CANCELLED", "The query was cancelled");
  }

  /** Pushes a relation's rows, in its order. */
  scanRelation(relation: Relation, consume: Consumer): void {
    this.pipeline(relation.rowCount, (e) => {
      e.block("for (let row = begin; row < end; row++)", () => {
        let index = "row";
        if (relation.order !== null) {
          index = e.fresh("at");
          e.line(`const ${index} = ${e.bindArray("order", relation.order)}[row];`);
        }
        for (const [id, column] of relation.columns) e.define(id, () => readStored(e, column, index));
        consume(e);
      });
    });
  }

  /** @param predicates What the consumer tests first of all. */
  #scan(plan: ScanPlan, consume: Consumer, predicates: readonly PlanExpr[] = []): void {
    const snapshot = this.context.table(plan.table);
    const { deleted } = snapshot;
    const zones = visitedZones(snapshot, plan, predicates);
    this.pipeline(snapshot.positionCount, (e) => {
      const header = zones === null ? "" : `if (${e.bind("zones", zones)}.visits(begin, end)) `;
      e.block(`${header}for (let i = begin; i < end; i++)`, () => {
        if (deleted !== null) e.line(`if (${e.bindArray("deleted", deleted)}[i >> 3] >> (i & 7) & 1) continue;`);
        const reader = new SnapshotReader(e, snapshot, this.context.heaps, "i");
        plan.columns.forEach((column, at) => e.define(column.id, () => reader.column(plan.indexes[at]!)));
        consume(e);
      });
    });
  }

  #values(plan: ValuesPlan, consume: Consumer): void {
    if (plan.rows.length === 1) {
      this.pipeline(1, (e) => {
        e.block("", () => {
          plan.columns.forEach((column, at) => e.define(column.id, () => e.compile(plan.rows[0]![at]!)));
          consume(e);
        });
      });
      return;
    }
    const builder = new RelationBuilder(this.context.budget);
    for (const row of plan.rows) {
      this.pipeline(1, (e) => {
        builder.begin(e);
        const values = row.map((expr) => e.compile(expr));
        builder.prepare(e, values);
        builder.emitAppend(e, values);
        builder.end();
      });
    }
    this.scanRelation(builder.finish(plan.columns.map((column) => column.id)), consume);
  }

  #cteScan(plan: CteScanPlan, consume: Consumer): void {
    const relation = this.#ctes.get(plan.cte);
    invariant(relation !== undefined, "a common table is computed before it is read");
    const stored = [...relation.columns.values()];
    const columns = new Map(plan.columns.map(({ id }, at) => [id, stored[plan.indexes[at]!]!]));
    this.scanRelation({ ...relation, columns }, consume);
  }

  #filter(plan: FilterPlan, needed: Needed, consume: Consumer): void {
    const predicates = splitConjuncts(plan.predicate);
    const passing: Consumer = (e) => filtered(e, predicates, consume);
    if (plan.input.kind === "scan") this.#scan(plan.input, passing, predicates);
    else this.produce(plan.input, withColumns(needed, predicates), passing);
  }

  #project(plan: ProjectPlan, needed: Needed, consume: Consumer): void {
    const wanted = plan.outputs.filter(({ column }) => needed.has(column.id));
    const below = withColumns(new Set(), wanted.map(({ expr }) => expr));
    this.produce(plan.input, below, (e) => {
      for (const { column, expr } of wanted) {
        if (expr.kind === "column" && expr.id === column.id) continue;
        e.define(column.id, () => e.compile(expr));
      }
      consume(e);
    });
  }

  #limit(plan: LimitPlan, needed: Needed, consume: Consumer): void {
    const ids = plan.columns.map(({ id }) => id).filter((id) => needed.has(id));
    const relation = this.materialise(plan.input, ids);
    const from = Math.min(plan.offset, relation.rowCount);
    const to = plan.limit === null ? relation.rowCount : Math.min(from + plan.limit, relation.rowCount);
    const order = Int32Array.from({ length: to - from }, (_, at) => relation.order?.[from + at] ?? from + at);
    this.scanRelation({ ...relation, rowCount: order.length, order }, consume);
  }

  #aggregate(plan: AggregatePlan, consume: Consumer): void {
    aggregate(this, plan, consume);
  }
}
