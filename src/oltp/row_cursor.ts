import type { ExactValue } from "../types/mod.ts";
import type { DriverConnection, DriverStatement } from "./driver.ts";
import { plainBlobs } from "./prepared_statement.ts";
import { fromBlobForm } from "./unsafe_text.ts";

/** A statement being read. Until it is exhausted, fails or is ended it holds its connection's read lock. */
export class RowCursor {
  readonly #connection: DriverConnection;
  readonly #rows: ReturnType<DriverStatement["iterate"]>;
  readonly #decoder: TextDecoder | null;
  #live = true;

  /**
   * @param statement Used by nobody else meanwhile.
   * @param decoder For the texts of a statement in its blob form, `null` for one as it stands.
   */
  constructor(
    connection: DriverConnection,
    statement: DriverStatement,
    values: readonly ExactValue[],
    decoder: TextDecoder | null,
  ) {
    this.#connection = connection;
    this.#decoder = decoder;
    this.#rows = statement.iterate(values);
  }

  /** The next rows, fewer than asked for only at the end. */
  read(rowsMax: number): ExactValue[][] {
    const batch: ExactValue[][] = [];
    while (this.#live && batch.length < rowsMax) {
      const row = this.#next();
      if (row === undefined) break;
      plainBlobs(row);
      batch.push(this.#decoder === null ? row : fromBlobForm(row, this.#decoder));
    }
    return batch;
  }

  #next(): ExactValue[] | undefined {
    try {
      const next = this.#rows.next();
      if (!next.done) return next.value;
    } catch (error) {
      this.#live = false;
      throw error;
    }
    this.#live = false;
    return undefined;
  }

  /** Gives the read lock up. The driver cannot reset a statement, but a step that fails does. */
  end(): void {
    if (!this.#live) return;
    this.#live = false;
    this.#connection.interrupt();
    try {
      // The driver reads ahead a little: the rows it holds come first.
      while (!this.#rows.next().done);
    } catch {
      // The interruption asked for.
    }
  }
}
