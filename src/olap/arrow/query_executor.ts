import type { PlanNode, RowSet } from "../../types/mod.ts";
import type { CompiledQuery } from "../compiled_query.ts";
import type { CompileOutcome } from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import type { TableSnapshot } from "./storage/table_snapshot.ts";

/** The tables a query reads, by folded name: as they were described when it was compiled, as of one commit, unchanged until it ends. */
export type QuerySnapshots = ReadonlyMap<string, TableSnapshot>;

/** Answers queries over snapshots. Knows nothing of transactions: the backend hands it what is committed. */
export interface QueryExecutor {
  /**
   * Decides whether a statement can be answered, and prepares it. Never throws for an unsupported construct.
   *
   * @param snapshot The present rows of a table, for statistics.
   */
  compile(
    request: QueryRequest,
    snapshot: (name: string) => TableSnapshot | undefined,
  ): CompileOutcome | Promise<CompileOutcome>;

  /**
   * Runs a statement that its `compile` has compiled. The snapshots may be later ones than those, wider values and other forms of
   * columns included.
   *
   * @throws {RuntimeDecline} When the values met make SQLite's answer different.
   * @throws {RheiError} `CANCELLED` when `signal` aborts, once nothing reads the snapshots any more.
   */
  run(query: CompiledQuery, snapshots: QuerySnapshots, signal: AbortSignal | undefined): Promise<RowSet>;

  /** The plan. */
  explain(query: CompiledQuery): PlanNode | Promise<PlanNode>;

  /** As {@linkcode QueryExecutor.run}, for the plan with what each operator did. */
  analyze(query: CompiledQuery, snapshots: QuerySnapshots, signal: AbortSignal | undefined): Promise<PlanNode>;

  /** Ends its threads. Nothing runs any more. */
  close(): Promise<void>;
}
