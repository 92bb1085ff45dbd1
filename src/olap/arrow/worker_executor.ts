import { availableParallelism } from "node:os";
import { analyse, Unanalysable } from "../../sql/mod.ts";
import type { PlanNode, RowSet } from "../../types/mod.ts";
import type { CompiledQuery } from "../compiled_query.ts";
import type { CompileOutcome, OlapOptions } from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import { planStatement } from "./binder/plan_statement.ts";
import { optimize } from "./optimizer/optimizer.ts";
import { type PlanStatistics, statisticsOf } from "./optimizer/statistics.ts";
import type { PlanStatement } from "./plan/plan.ts";
import { planTree } from "./plan/plan_tree.ts";
import { columnsScanned } from "./plan/columns_scanned.ts";
import { HeapCache } from "./physical/heap_cache.ts";
import { DIVISION } from "./physical/team.ts";
import type { QueryExecutor, QuerySnapshots } from "./query_executor.ts";
import { rowSetOf } from "./result_columns.ts";
import type { TableSnapshot } from "./storage/table_snapshot.ts";
import { unpackColumns } from "./workers/packed_columns.ts";
import { TeamPool } from "./workers/team_pool.ts";
import type { TeamAnswer } from "./workers/worker_team.ts";

interface ArrowQuery extends CompiledQuery {
  readonly statement: PlanStatement;
  /** The columns the statement reads of each table, by folded name. */
  readonly scanned: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Memory a statement may use when nothing else is said. */
const MEMORY_LIMIT_BYTES = 4 * 2 ** 30;

/** Rows of the largest table up to which a statement runs on one thread, as a multiple of those from which work is divided. */
const ONE_THREAD = 2;

/** Plans statements on the thread that asks, and runs them on teams of worker threads. */
export class WorkerExecutor implements QueryExecutor {
  /** From where on threads divide work. Tests lower it, to have small tables divided too. */
  static division = DIVISION;

  readonly #heaps = new HeapCache();
  readonly #memoryLimitBytes: number;
  readonly #threads: number;
  readonly #teams: TeamPool;

  constructor({ threads, memoryLimitBytes }: OlapOptions) {
    this.#memoryLimitBytes = memoryLimitBytes ?? MEMORY_LIMIT_BYTES;
    this.#threads = threads ?? availableParallelism();
    this.#teams = new TeamPool(this.#threads);
  }

  compile(request: QueryRequest, snapshot: (name: string) => TableSnapshot | undefined): CompileOutcome {
    const { query: tree, catalog, parameters, sourceOrder: order, periods } = request;
    const analysed = analyse(tree, catalog, parameters, { order, periods });
    if (analysed.kind === "declined") return analysed;
    try {
      const statistics: PlanStatistics = {
        table: (name) => {
          const present = snapshot(name);
          return present === undefined ? undefined : statisticsOf(present);
        },
      };
      const statement = optimize(planStatement(analysed, request.windowOrder), statistics);
      const { columns, tables } = statement;
      const query: ArrowQuery = { columns, tables, statement, scanned: columnsScanned(statement) };
      return { kind: "compiled", query };
    } catch (error) {
      if (error instanceof Unanalysable) return { kind: "declined", reason: error.reason, cause: error.declineCause };
      throw error;
    }
  }

  async run(query: CompiledQuery, snapshots: QuerySnapshots, signal: AbortSignal | undefined): Promise<RowSet> {
    const { statement } = query as ArrowQuery;
    const { rows, tables } = await this.#run(query as ArrowQuery, snapshots, signal, false);
    const columns = unpackColumns(rows, tables, this.#heaps);
    return rowSetOf(statement.columns, { rowCount: rows.rowCount, columns, order: null });
  }

  async analyze(
    query: CompiledQuery,
    snapshots: QuerySnapshots,
    signal: AbortSignal | undefined,
  ): Promise<PlanNode> {
    const { profile } = await this.#run(query as ArrowQuery, snapshots, signal, true);
    return planTree((query as ArrowQuery).statement, profile);
  }

  async #run(
    { statement, scanned }: ArrowQuery,
    snapshots: QuerySnapshots,
    signal: AbortSignal | undefined,
    profiled: boolean,
  ): Promise<TeamAnswer & { readonly tables: ReadonlyMap<string, TableSnapshot> }> {
    const tables = new Map(
      [...snapshots].map(([name, table]) => [name, withColumns(table, scanned.get(name))]),
    );
    const most = Math.max(0, ...[...tables.values()].map(({ positionCount }) => positionCount));
    const { division } = WorkerExecutor;
    const members = most <= ONE_THREAD * division.rows ? 1 : this.#threads;
    const memoryLimitBytes = this.#memoryLimitBytes;
    const request = { statement, tables, members, memoryLimitBytes, division, profiled };
    return { ...await this.#teams.run(request, signal), tables };
  }

  explain(query: CompiledQuery): PlanNode {
    return planTree((query as ArrowQuery).statement, null);
  }

  async close(): Promise<void> {
    await this.#teams.close();
  }
}

/** The snapshot with no other columns than those read, which cost time to share with threads. */
function withColumns(table: TableSnapshot, scanned: ReadonlySet<number> = new Set()): TableSnapshot {
  const columns: TableSnapshot["columns"][number][] = [];
  for (const index of scanned) columns[index] = table.columns[index]!;
  return { ...table, columns };
}
