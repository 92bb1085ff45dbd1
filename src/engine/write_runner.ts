import { RheiError } from "../errors/mod.ts";
import type { ExecuteResult, OltpClient, OltpTransaction, Statement } from "../oltp/mod.ts";
import type { StatementClass } from "../sql/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import { type EngineTransaction, TransactionStatements } from "./engine_transaction.ts";
import type { QueryCall } from "./query_call.ts";
import type { QueryPlanner } from "./query_planner.ts";
import type { QueryRunner } from "./query_runner.ts";
import type { SessionTransaction } from "./session_transaction.ts";
import type { SourceCapture } from "./source_capture.ts";
import type { AnalyzedStatement } from "./statement.ts";
import type { StatementOutcomes } from "./statement_outcomes.ts";

/** What a statement did, with the rows it gave. */
export type Executed = ExecuteResult & { readonly rows: RowSet };

/** What it needs of its engine. */
export interface WriteRunnerParts {
  readonly oltp: OltpClient;
  readonly capture: SourceCapture;
  readonly planner: QueryPlanner;
  readonly session: SessionTransaction;
  readonly outcomes: StatementOutcomes;
  /** Learns of what lives on the writing connection only. */
  readonly reads: Pick<QueryRunner, "pinToWriter">;
  /** Brings the mirror up to date, if it can be used. */
  readonly settle: () => Promise<void>;
  /** Tells the sync that something may have been committed. */
  readonly wake: () => void;
  readonly analyzed: (sql: string) => AnalyzedStatement;
}

/** Pragmas that change what a SELECT answers on their connection only: afterwards all reads use that connection. */
const CONNECTION_PRAGMAS: ReadonlySet<string> = new Set([
  "case_sensitive_like",
  "full_column_names",
  "short_column_names",
  "count_changes",
  "empty_result_callbacks",
]);

const NOTHING_DONE: Executed = { rowsAffected: 0, lastInsertRowid: null, rows: { columns: [], rows: [] } };

/** Runs what is no SELECT on libSQL, wakes the sync, and has later statements know what they must. */
export class WriteRunner {
  readonly #parts: WriteRunnerParts;

  constructor(parts: WriteRunnerParts) {
    this.#parts = parts;
  }

  /** Runs one statement that is no SELECT: in the session's transaction if one is open, else in one of its own. */
  async execute(statement: AnalyzedStatement, call: QueryCall): Promise<Executed> {
    const { wake, outcomes } = this.#parts;
    try {
      const outcome = await this.#executeWhereItBelongs(statement, call);
      wake();
      outcomes.succeeded(statement.text, statement.class.kind, call.route, "libsql", call.startedMs);
      return outcome;
    } catch (error) {
      return await outcomes.failed(error, { ...call, text: statement.text, kind: statement.class.kind });
    }
  }

  async #executeWhereItBelongs(statement: AnalyzedStatement, { params }: QueryCall): Promise<Executed> {
    const { oltp, capture, session } = this.#parts;
    if (await session.control(statement.class, statement.text)) return NOTHING_DONE;
    const open = session.current;
    if (open === null) {
      const renumbers = statement.class.kind === "vacuum" && await capture.renewsCapture();
      if (renumbers) return await this.#vacuum(statement, params);
      const outcome = statement.class.kind === "ddl" && await capture.renewsCapture()
        ? await oltp.transaction((transaction) => capture.executeIn(transaction, statement, params))
        : await oltp.execute(statement.text, params);
      this.#noteEffects(statement.class);
      return outcome;
    }
    const outcome = statement.class.kind === "explain" || statement.class.kind === "pragma"
      ? { ...NOTHING_DONE, rows: await open.query(statement.text, params) }
      : await capture.executeIn(open, statement, params);
    this.#noteEffects(statement.class);
    return outcome;
  }

  /** Rows that are known by their number may get another: what was logged before must not be taken for what is logged after. */
  async #vacuum(statement: AnalyzedStatement, params: SqlParameters): Promise<Executed> {
    const { oltp, settle } = this.#parts;
    await settle();
    const outcome = await oltp.execute(statement.text, params);
    this.#noteEffects(statement.class);
    await settle();
    return outcome;
  }

  /** Runs the statements in one transaction: all or none. */
  async batch(statements: readonly Statement[]): Promise<ExecuteResult[]> {
    this.#requireNoTransaction();
    const { oltp, capture, outcomes, analyzed } = this.#parts;
    const definesSchema = statements.some(({ sql }) => analyzed(sql).class.kind === "ddl");
    const startedMs = performance.now();
    try {
      const results = definesSchema && await capture.renewsCapture()
        ? await oltp.transaction((transaction) => this.#runEach(transaction, statements))
        : await oltp.batch(statements);
      for (const { sql } of statements) this.#noteConnection(analyzed(sql).class);
      this.#committed(definesSchema);
      outcomes.succeeded(null, "batch", "oltp", "libsql", startedMs);
      return results;
    } catch (error) {
      const sql = error instanceof RheiError ? error.details["sql"] : undefined;
      const text = typeof sql === "string" ? sql : null;
      return await outcomes.failed(error, { text, kind: "batch", route: "oltp", startedMs });
    }
  }

  async #runEach(transaction: OltpTransaction, statements: readonly Statement[]): Promise<ExecuteResult[]> {
    const { capture, analyzed } = this.#parts;
    const results: ExecuteResult[] = [];
    for (const { sql, params = [] } of statements) {
      const { rowsAffected, lastInsertRowid } = await capture.executeIn(transaction, analyzed(sql), params);
      results.push({ rowsAffected, lastInsertRowid });
    }
    return results;
  }

  /** Runs `body` in one transaction, committed when it resolves. */
  async transaction<T>(body: (transaction: EngineTransaction) => Promise<T>): Promise<T> {
    this.#requireNoTransaction();
    const { oltp, capture, outcomes, analyzed } = this.#parts;
    let definesSchema = false;
    const result = await oltp.transaction(async (transaction) => {
      const noted = (statement: StatementClass) => this.#noteConnection(statement);
      const statements = new TransactionStatements(transaction, outcomes, analyzed, capture, noted);
      const outcome = await body(statements);
      definesSchema = statements.definesSchema;
      return outcome;
    });
    this.#committed(definesSchema);
    return result;
  }

  #committed(definesSchema: boolean): void {
    this.#parts.wake();
    if (definesSchema) this.#parts.planner.schemaChanged();
  }

  #requireNoTransaction(): void {
    if (this.#parts.session.current === null) return;
    throw new RheiError("TRANSACTION_STATE", "Cannot begin a transaction: one opened by BEGIN is open", {
      hint: "end it with COMMIT or ROLLBACK first",
    });
  }

  /** Learns from a statement that succeeded what later statements must know. */
  #noteEffects(statement: StatementClass): void {
    this.#noteConnection(statement);
    switch (statement.kind) {
      case "ddl":
      case "vacuum":
      case "analyze":
      case "reindex":
        this.#parts.planner.schemaChanged();
        break;
      default:
        break;
    }
  }

  /** Has all reads use the writing connection once a statement made it differ from others. */
  #noteConnection(statement: StatementClass): void {
    const { reads } = this.#parts;
    switch (statement.kind) {
      case "ddl":
        if (statement.temporary) reads.pinToWriter("temporary objects live on the writing connection only");
        break;
      case "attach":
        reads.pinToWriter("attached databases live on the writing connection only");
        break;
      case "pragma":
        if (statement.writing && CONNECTION_PRAGMAS.has(statement.name)) {
          reads.pinToWriter(`PRAGMA ${statement.name} changes answers on the writing connection only`);
        }
        break;
      default:
        break;
    }
  }
}
