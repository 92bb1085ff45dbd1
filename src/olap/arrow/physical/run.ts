import type { MirrorTable } from "../../../types/mod.ts";
import { Unanalysable } from "../../../sql/mod.ts";
import type { Plan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import type { TableSnapshot } from "../storage/table_snapshot.ts";
import type { Emitter } from "./emitter.ts";
import { addColumnsRead } from "../plan/expr_walk.ts";
import type { Fragment } from "./fragment.ts";
import type { ExecutionProfile } from "./execution_profile.ts";
import type { HeapCache } from "./heap_cache.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { GatheredRows } from "./gather.ts";
import type { Relation, RelationBuilder } from "./relation.ts";
import type { Division, Team } from "./team.ts";

/** Emits what happens to a row, whose columns the emitter knows. */
export type Consumer = (e: Emitter) => void;

export type Needed = ReadonlySet<ColumnId>;

/** What a statement runs with. */
export interface ExecutionContext {
  table(table: MirrorTable): TableSnapshot;
  readonly heaps: HeapCache;
  readonly budget: MemoryBudget;
  /** Becomes non-zero when the statement is to end. */
  readonly cancelled: Int32Array;
  /** The threads that run the statement, this one among them. */
  readonly team: Team;
  readonly division: Division;
  /** What to tell of each operator; `null` unless that was asked for. */
  readonly profile: ExecutionProfile | null;
}

/** What operators ask of the run they are part of. */
export interface Run {
  readonly context: ExecutionContext;
  /** Generates and runs what makes a plan's rows, pushing each into the consumer. `needed`: the columns the consumer reads. */
  produce(plan: Plan, needed: Needed, consume: Consumer): void;
  /** Collects a plan's rows, with the given columns in that order. */
  materialise(plan: Plan, ids: readonly ColumnId[]): Relation;
  /** Generates a function over rows `0 … total` and runs it, in stretches between which a cancelled statement ends. */
  pipeline(total: number, emit: (e: Emitter) => void): void;
  /** Pushes a relation's rows, in its order. */
  scanRelation(relation: Relation, consume: Consumer): void;
  /** The rows a common table's readers see; set anew by each step of a recursive one. */
  setCommon(cte: number, relation: Relation): void;
  /** @throws {RheiError} `CANCELLED`. */
  checkCancelled(): void;
}

/** Emits `consume` for rows that satisfy all predicates, each tested only where those before it held. */
export function filtered(e: Emitter, predicates: readonly PlanExpr[], consume: Consumer): void {
  const [first, ...rest] = predicates;
  if (first === undefined) return consume(e);
  e.block(`if (${e.condition(first, true)})`, () => filtered(e, rest, consume));
}

/** Emits appending a row of values; of a function whose rows are to be appended and nothing else. */
export function appended(run: Run, e: Emitter, builder: RelationBuilder, values: () => readonly Fragment[]): void {
  const { budget } = run.context;
  builder.begin(e);
  e.share(new GatheredRows(builder, budget));
  const row = values();
  builder.prepare(e, row);
  builder.emitAppend(e, row);
  builder.end();
}

/** The columns expressions read, added to those needed. */
export function withColumns(needed: Needed, exprs: readonly (PlanExpr | null)[]): Set<ColumnId> {
  const all = new Set(needed);
  for (const expr of exprs) if (expr !== null) addColumnsRead(expr, all);
  return all;
}

/** Leaves a statement that holds something not implemented. */
export function unimplemented(what: string): never {
  throw new Unanalysable("construct", `${what} is not implemented`);
}
