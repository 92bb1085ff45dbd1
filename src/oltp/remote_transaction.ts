import type { Transaction } from "@libsql/client";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import { mapRemoteError } from "./map_remote_error.ts";
import type { ExecuteResult, OltpOpenTransaction } from "./oltp_client.ts";
import { refuseInsideTransaction, transactionBroken, transactionEnded } from "./refusals.ts";
import type { RemoteMark } from "./remote_mark.ts";
import { remoteRowid, remoteStatement, rowSetOf } from "./remote_values.ts";
import { readStatementText } from "./statement_text.ts";

/** An open transaction of a remote client. `onEnd` runs once, when it has ended in any way. */
export class RemoteTransaction implements OltpOpenTransaction {
  readonly #transaction: Transaction;
  readonly #url: string;
  readonly #mark: RemoteMark | null;
  readonly #onEnd: () => void;
  #state: "open" | "ended" | "broken" = "open";

  constructor(transaction: Transaction, url: string, mark: RemoteMark | null, onEnd: () => void) {
    this.#transaction = transaction;
    this.#url = url;
    this.#mark = mark;
    this.#onEnd = onEnd;
  }

  async query(sql: string, params: SqlParameters = []): Promise<RowSet> {
    return (await this.execute(sql, params)).rows;
  }

  async execute(sql: string, params: SqlParameters = []): Promise<ExecuteResult & { rows: RowSet }> {
    if (this.#state === "ended") throw transactionEnded();
    if (this.#state === "broken") throw transactionBroken();
    const statement = readStatementText(sql);
    refuseInsideTransaction(statement);
    const bound = remoteStatement(statement, params);
    try {
      const result = await this.#transaction.execute(bound);
      return {
        rowsAffected: result.rowsAffected,
        lastInsertRowid: remoteRowid(result, statement),
        rows: rowSetOf(result),
      };
    } catch (error) {
      await this.#noticeRollback();
      throw mapRemoteError(error, this.#url, sql);
    }
  }

  async commit(): Promise<void> {
    if (this.#state === "ended") throw transactionEnded();
    if (this.#state === "broken") throw transactionBroken();
    try {
      await this.#mark?.write();
      await this.#transaction.commit();
    } catch (error) {
      // The client gives the connection up, and the server then rolls back.
      this.#end("broken");
      throw mapRemoteError(error, this.#url);
    }
    this.#end("ended");
  }

  async rollback(): Promise<void> {
    if (this.#state === "ended") throw transactionEnded();
    const wasOpen = this.#state === "open";
    this.#state = "ended";
    if (!wasOpen) return;
    try {
      await this.#transaction.rollback();
    } catch (error) {
      throw mapRemoteError(error, this.#url);
    } finally {
      this.#onEnd();
    }
  }

  #end(state: "ended" | "broken"): void {
    this.#state = state;
    this.#onEnd();
  }

  /**
   * Some failures end the transaction on the server: what followed would commit by itself. The protocol does not tell, but a BEGIN
   * does: it fails inside a transaction.
   */
  async #noticeRollback(): Promise<void> {
    try {
      if (!this.#transaction.closed) await this.#transaction.execute("BEGIN");
    } catch {
      // Still inside: what was hoped for.
      return;
    }
    this.#end("broken");
    this.#transaction.close();
  }
}
