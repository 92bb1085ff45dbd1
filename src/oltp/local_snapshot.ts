import { RheiError } from "../errors/mod.ts";
import type { ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import type { Connection } from "./connection.ts";
import type { OltpSnapshot } from "./oltp_client.ts";

/** A read transaction on a connection lent for it; `onClose` gives the connection back. */
export class LocalSnapshot implements OltpSnapshot {
  readonly #connection: Connection;
  readonly #onClose: () => void;
  #open = true;

  /** The connection must be in a read transaction already. */
  constructor(connection: Connection, onClose: () => void) {
    this.#connection = connection;
    this.#onClose = onClose;
  }

  async query(sql: string, params: SqlParameters = []): Promise<RowSet> {
    this.#assertOpen();
    return this.#connection.query(sql, params);
  }

  async *stream(
    sql: string,
    params: SqlParameters,
    batchRows: number,
  ): AsyncGenerator<readonly (readonly ExactValue[])[]> {
    this.#assertOpen();
    yield* this.#connection.stream(sql, params, batchRows, () => this.#assertOpen());
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#connection.control("ROLLBACK");
    this.#onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #assertOpen(): void {
    if (!this.#open) throw new RheiError("CLOSED", "Cannot read from the snapshot: it is closed");
  }
}
