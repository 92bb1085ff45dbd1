import { RheiError } from "../../errors/mod.ts";
import { analyse, foldName, Unanalysable } from "../../sql/mod.ts";
import type { RowSet } from "../../types/mod.ts";
import type { CompiledQuery } from "../compiled_query.ts";
import { type CompileOutcome, type OlapOptions, RuntimeDecline } from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import { planStatement } from "./binder/plan_statement.ts";
import { optimize } from "./optimizer/optimizer.ts";
import { type PlanStatistics, statisticsOf } from "./optimizer/statistics.ts";
import type { PlanStatement } from "./plan/plan.ts";
import { printPlan } from "./plan/print_plan.ts";
import { Execution } from "./physical/execution.ts";
import { HeapCache } from "./physical/heap_cache.ts";
import { MemoryBudget } from "./physical/memory_budget.ts";
import type { QueryExecutor, QuerySnapshots } from "./query_executor.ts";
import { rowSetOf } from "./result_columns.ts";
import type { TableSnapshot } from "./storage/table_snapshot.ts";

interface ArrowQuery extends CompiledQuery {
  readonly statement: PlanStatement;
}

/** Memory a statement may use when nothing else is said. */
const MEMORY_LIMIT_BYTES = 4 * 2 ** 30;

/** Runs statements on the thread that asks. */
export class InProcessExecutor implements QueryExecutor {
  readonly #heaps = new HeapCache();
  readonly #memoryLimitBytes: number;

  constructor(options: OlapOptions) {
    this.#memoryLimitBytes = options.memoryLimitBytes ?? MEMORY_LIMIT_BYTES;
  }

  compile(request: QueryRequest, snapshot: (name: string) => TableSnapshot | undefined): CompileOutcome {
    const analysed = analyse(request.query, request.catalog, request.parameters, request.sourceOrder);
    if (analysed.kind === "declined") return analysed;
    try {
      const statistics: PlanStatistics = {
        table: (name) => {
          const present = snapshot(name);
          return present === undefined ? undefined : statisticsOf(present);
        },
      };
      const statement = optimize(planStatement(analysed), statistics);
      const query: ArrowQuery = { columns: statement.columns, tables: statement.tables, statement };
      return { kind: "compiled", query };
    } catch (error) {
      if (error instanceof Unanalysable) return { kind: "declined", reason: error.reason, cause: error.declineCause };
      throw error;
    }
  }

  async run(query: CompiledQuery, snapshots: QuerySnapshots, signal: AbortSignal | undefined): Promise<RowSet> {
    // Lets an abort that is already on its way be heard.
    await Promise.resolve();
    if (signal?.aborted) throw new RheiError("CANCELLED", "The query was cancelled");
    const { statement } = query as ArrowQuery;
    const execution = new Execution({
      table: (table) => snapshots.get(foldName(table.name))!,
      heaps: this.#heaps,
      budget: new MemoryBudget(this.#memoryLimitBytes),
      cancelled: new Int32Array(1),
    });
    try {
      const { rowCount, columns, order } = execution.run(statement);
      const outputs = statement.outputs.map((id) => columns.get(id));
      return rowSetOf(statement.columns, { rowCount, columns: outputs, order });
    } catch (error) {
      if (error instanceof Unanalysable) throw new RuntimeDecline(error.reason);
      throw error;
    }
  }

  explain(query: CompiledQuery): string {
    return printPlan((query as ArrowQuery).statement);
  }

  async close(): Promise<void> {}
}
