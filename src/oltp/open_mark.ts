import { RheiError } from "../errors/mod.ts";
import type { Connection } from "./connection.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/** The mark of a transaction that is open on a connection. */
export class OpenMark {
  readonly #connection: Connection;
  readonly #mark: TransactionMark;
  /** Where the transaction began, or how to find that out before it ends. */
  readonly #begun: bigint | Connection;

  private constructor(connection: Connection, mark: TransactionMark, begun: bigint | Connection) {
    this.#connection = connection;
    this.#mark = mark;
    this.#begun = begun;
  }

  /** Of a transaction that has the write lock, or waits for nobody. `null` where there is nothing to mark. */
  static begin(connection: Connection, mark: TransactionMark): OpenMark | null {
    const position = readPosition(connection, mark);
    return position === null ? null : new OpenMark(connection, mark, position);
  }

  /**
   * Of a transaction that has read nothing yet, and takes the write lock with its first write: reading now would fix the state it sees,
   * and another's commit would then forbid it to write. Once it has written nobody else can commit, and the reader still sees what was
   * there before.
   */
  static deferred(connection: Connection, reader: Connection, mark: TransactionMark): OpenMark {
    return new OpenMark(connection, mark, reader);
  }

  /** To be called right before the commit. A transaction that wrote nothing does not become a writer by its mark. */
  write(): void {
    const begun = typeof this.#begun === "bigint" ? this.#begun : readPosition(this.#begun, this.#mark);
    const now = readPosition(this.#connection, this.#mark);
    if (begun === null || now === null || now <= begun) return;
    try {
      this.#connection.execute(this.#mark.mark, [begun, this.#mark.nextTime()]);
    } catch (error) {
      // The log is there and takes no marks any more.
      if (!(error instanceof RheiError) || error.code !== "SQL_UNKNOWN_NAME") throw error;
    }
  }

  /** Takes the mark back: the transaction goes on. */
  retract(): void {
    this.#connection.execute(this.#mark.retract, []);
  }
}

/** `null` where there is no log. */
function readPosition(connection: Connection, mark: TransactionMark): bigint | null {
  try {
    return connection.scalar(mark.position) as bigint;
  } catch {
    // Whatever is wrong with the database itself will show in the statements of the transaction.
    return null;
  }
}
