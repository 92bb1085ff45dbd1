import type { ExecuteResult, OltpTransaction } from "../oltp/mod.ts";
import type { StatementClass } from "../sql/mod.ts";
import type { SqlParameters } from "../types/mod.ts";
import type { QueryResult } from "./query_result.ts";
import { historyElsewhere } from "./history_reads.ts";
import { oltpResult } from "./oltp_result.ts";
import { IN_TRANSACTION } from "./session_transaction.ts";
import type { SourceCapture } from "./source_capture.ts";
import { type AnalyzedStatement, historyAsked } from "./statement.ts";
import type { StatementOutcomes } from "./statement_outcomes.ts";

/** Statements inside `HtapEngine.transaction`; reads see the transaction's own writes. */
export interface EngineTransaction {
  /**
   * Runs one statement.
   *
   * @throws {RheiError} As {@linkcode HtapEngine.execute} does.
   */
  execute(sql: string, params?: SqlParameters): Promise<ExecuteResult>;
  /**
   * Runs one statement and returns its rows; libSQL answers.
   *
   * @throws {RheiError} As {@linkcode HtapEngine.query} does.
   */
  query(sql: string, params?: SqlParameters): Promise<QueryResult>;
}

/** The statements of one transaction, as its body is given them; a body may take the functions out of it. */
export class TransactionStatements implements EngineTransaction {
  readonly #transaction: OltpTransaction;
  readonly #outcomes: StatementOutcomes;
  readonly #analyzed: (sql: string) => AnalyzedStatement;
  readonly #capture: SourceCapture;
  readonly #executed: (statement: StatementClass) => void;
  #definesSchema = false;

  constructor(
    transaction: OltpTransaction,
    outcomes: StatementOutcomes,
    analyzed: (sql: string) => AnalyzedStatement,
    capture: SourceCapture,
    executed: (statement: StatementClass) => void,
  ) {
    this.#capture = capture;
    this.#executed = executed;
    this.#transaction = transaction;
    this.#outcomes = outcomes;
    this.#analyzed = analyzed;
  }

  /** Whether a statement so far changed the schema. */
  get definesSchema(): boolean {
    return this.#definesSchema;
  }

  readonly execute = async (sql: string, params: SqlParameters = []): Promise<ExecuteResult> => {
    const startedMs = performance.now();
    const statement = this.#analyzed(sql);
    const { kind } = statement.class;
    this.#definesSchema ||= kind === "ddl";
    try {
      const { rowsAffected, lastInsertRowid } = await this.#capture.executeIn(this.#transaction, statement, params);
      this.#executed(statement.class);
      this.#outcomes.succeeded(sql, kind, "oltp", "libsql", startedMs);
      return { rowsAffected, lastInsertRowid };
    } catch (error) {
      return await this.#outcomes.failed(error, { text: sql, kind, route: "oltp", startedMs }, this.#transaction);
    }
  };

  readonly query = async (sql: string, params: SqlParameters = []): Promise<QueryResult> => {
    const startedMs = performance.now();
    const statement = this.#analyzed(sql);
    try {
      if (historyAsked(statement) !== null) throw historyElsewhere(IN_TRANSACTION);
      const rows = await this.#transaction.query(sql, params);
      this.#executed(statement.class);
      this.#outcomes.succeeded(sql, "select", "oltp", "libsql", startedMs);
      return oltpResult(rows, IN_TRANSACTION, startedMs);
    } catch (error) {
      const failed = { text: sql, kind: "select", route: "oltp", startedMs } as const;
      return await this.#outcomes.failed(error, failed, this.#transaction);
    }
  };
}
