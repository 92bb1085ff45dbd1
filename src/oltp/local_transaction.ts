import { RheiError } from "../errors/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import type { Connection } from "./connection.ts";
import type { ExecuteResult, OltpOpenTransaction } from "./oltp_client.ts";

const NO_PARAMETERS: SqlParameters = [];

/** The open transaction of a local client's write connection. `onEnd` runs once, when it has ended in any way. */
export class LocalTransaction implements OltpOpenTransaction {
  readonly #connection: Connection;
  readonly #onEnd: () => void;
  #state: "open" | "ended" | "broken" = "open";

  constructor(connection: Connection, onEnd: () => void) {
    this.#connection = connection;
    this.#onEnd = onEnd;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  async execute(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<ExecuteResult & { rows: RowSet }> {
    return this.executeSync(sql, params);
  }

  async query(sql: string, params: SqlParameters = NO_PARAMETERS): Promise<RowSet> {
    this.#assertOpen();
    this.#refuseControl(sql);
    try {
      return this.#connection.query(sql, params);
    } catch (error) {
      this.#noticeRollback();
      throw error;
    }
  }

  /** What `execute` does, without a promise. */
  executeSync(sql: string, params: SqlParameters): ExecuteResult & { rows: RowSet } {
    this.#assertOpen();
    this.#refuseControl(sql);
    try {
      return this.#connection.execute(sql, params);
    } catch (error) {
      this.#noticeRollback();
      throw error;
    }
  }

  async commit(): Promise<void> {
    this.#assertOpen();
    // A failing COMMIT (a deferred foreign key) leaves the transaction open, to be mended or rolled back.
    this.#connection.control("COMMIT");
    this.#end("ended");
  }

  async rollback(): Promise<void> {
    if (this.#state === "ended") throw closed();
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

  #assertOpen(): void {
    if (this.#state === "ended") throw closed();
    if (this.#state === "broken") {
      throw new RheiError("TRANSACTION_STATE", "Cannot go on with the transaction: a failed statement rolled it back");
    }
  }

  #refuseControl(sql: string): void {
    if (this.#connection.prepare(sql).text.kind === "transaction") {
      throw new RheiError("TRANSACTION_STATE", `Cannot run "${sql.trim()}" inside a transaction`, {
        hint: "Use commit() and rollback() of the transaction, or SAVEPOINT for a part of it",
      });
    }
  }
}

function closed(): RheiError {
  return new RheiError("CLOSED", "Cannot use the transaction: it has ended");
}
