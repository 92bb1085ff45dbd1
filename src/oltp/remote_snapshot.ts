import type { Transaction } from "@libsql/client";
import { RheiError } from "../errors/mod.ts";
import type { ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import { mapRemoteError } from "./map_remote_error.ts";
import type { OltpSnapshot } from "./oltp_client.ts";
import { requireRead } from "./refusals.ts";
import { remoteStatement, rowSetOf } from "./remote_values.ts";
import { readStatementText, type StatementText } from "./statement_text.ts";

/** A read transaction of a remote client. */
export class RemoteSnapshot implements OltpSnapshot {
  readonly #transaction: Transaction;
  readonly #url: string;
  readonly #onClose: () => void;
  #open = true;

  constructor(transaction: Transaction, url: string, onClose: () => void) {
    this.#transaction = transaction;
    this.#url = url;
    this.#onClose = onClose;
  }

  async query(sql: string, params: SqlParameters = []): Promise<RowSet> {
    return this.#run(readStatementText(sql), params);
  }

  async row(sql: string, params: readonly ExactValue[]): Promise<readonly ExactValue[] | undefined> {
    return (await this.query(sql, params)).rows[0];
  }

  /** Page by page, as servers bound the size of an answer. Within one snapshot the same statement gives the same order. */
  async *stream(
    sql: string,
    params: SqlParameters,
    batchRows: number,
  ): AsyncGenerator<readonly (readonly ExactValue[])[], void, undefined> {
    if (!Number.isSafeInteger(batchRows) || batchRows < 1) {
      throw new RangeError(`batchRows is a positive integer, not ${batchRows}`);
    }
    const statement = readStatementText(sql);
    for (let offset = 0;; offset += batchRows) {
      const text = `SELECT * FROM (${statement.text}\n) LIMIT ${batchRows} OFFSET ${offset}`;
      const { rows } = await this.#run({ ...statement, text }, params);
      if (rows.length > 0) yield rows;
      if (rows.length < batchRows) return;
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      await this.#transaction.rollback();
    } catch (error) {
      throw mapRemoteError(error, this.#url);
    } finally {
      this.#onClose();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(statement: StatementText, params: SqlParameters): Promise<RowSet> {
    if (!this.#open) throw new RheiError("CLOSED", "Cannot read from the snapshot: it is closed");
    requireRead(statement);
    const bound = remoteStatement(statement, params);
    try {
      return rowSetOf(await this.#transaction.execute(bound));
    } catch (error) {
      throw mapRemoteError(error, this.#url, statement.text);
    }
  }
}
