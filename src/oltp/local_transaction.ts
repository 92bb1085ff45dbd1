import type { RowSet, SqlParameters } from "../types/mod.ts";
import { retryWhileBusy } from "./busy_retry.ts";
import type { Connection } from "./connection.ts";
import type { ExecuteResult, OltpOpenTransaction } from "./oltp_client.ts";
import type { OpenMark } from "./open_mark.ts";
import { refuseInsideTransaction, transactionBroken, transactionEnded } from "./refusals.ts";

const NO_PARAMETERS: SqlParameters = [];

/** The open transaction of a local client's write connection. `onEnd` runs once, when it has ended in any way. */
export class LocalTransaction implements OltpOpenTransaction {
  readonly #connection: Connection;
  readonly #busyTimeoutMs: number;
  readonly #mark: OpenMark | null;
  readonly #onEnd: () => void;
  #state: "open" | "ended" | "broken" = "open";

  constructor(connection: Connection, busyTimeoutMs: number, mark: OpenMark | null, onEnd: () => void) {
    this.#connection = connection;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#mark = mark;
    this.#onEnd = onEnd;
  }

  async execute(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<ExecuteResult & { rows: RowSet }> {
    return this.#run(sql, () => this.#connection.execute(sql, params));
  }

  async query(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<RowSet> {
    return this.#run(sql, () => this.#connection.query(sql, params));
  }

  /** What `execute` does, without a promise; for transactions that have the write lock from their beginning. */
  executeSync(sql: string, params: SqlParameters): ExecuteResult & { rows: RowSet } {
    this.#check(sql);
    try {
      return this.#connection.execute(sql, params);
    } catch (error) {
      this.#connection.resetBlocked();
      this.#noticeRollback();
      throw error;
    }
  }

  async #run<T>(sql: string, step: () => T): Promise<T> {
    this.#check(sql);
    try {
      return step();
    } catch (error) {
      try {
        // A deferred transaction takes the write lock only with its first write.
        return await retryWhileBusy(this.#connection, error, step, this.#busyTimeoutMs);
      } catch (failure) {
        this.#noticeRollback();
        throw failure;
      }
    }
  }

  async commit(): Promise<void> {
    this.#assertOpen();
    try {
      this.#mark?.write();
      this.#connection.control("COMMIT");
    } catch (error) {
      // A deferred foreign key leaves the transaction open, to be mended or rolled back.
      if (this.#connection.inTransaction) this.#mark?.retract();
      else this.#end("broken");
      throw error;
    }
    this.#end("ended");
  }

  async rollback(): Promise<void> {
    if (this.#state === "ended") throw transactionEnded();
    if (this.#connection.inTransaction && this.#state === "open") this.#connection.control("ROLLBACK");
    if (this.#state === "open") this.#end("ended");
    else this.#state = "ended";
  }

  #end(state: "ended" | "broken"): void {
    this.#state = state;
    this.#onEnd();
  }

  /** Some failures (a full disk, `INSERT OR ROLLBACK`) end the transaction: what followed would commit by itself. */
  #noticeRollback(): void {
    if (!this.#connection.inTransaction) this.#end("broken");
  }

  #check(sql: string): void {
    this.#assertOpen();
    refuseInsideTransaction(this.#connection.prepare(sql).text);
  }

  #assertOpen(): void {
    if (this.#state === "ended") throw transactionEnded();
    if (this.#state === "broken") throw transactionBroken();
  }
}
