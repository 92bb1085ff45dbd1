import type { Connection } from "./connection.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/** The mark of a transaction that is open on a connection. */
export class OpenMark {
  readonly #connection: Connection;
  readonly #mark: TransactionMark;
  readonly #position: () => bigint | null;

  private constructor(connection: Connection, mark: TransactionMark, position: () => bigint | null) {
    this.#connection = connection;
    this.#mark = mark;
    this.#position = position;
  }

  /** Of a transaction that has the write lock, or waits for nobody. */
  static begin(connection: Connection, mark: TransactionMark): OpenMark | null {
    const position = readPosition(connection, mark);
    return position === null ? null : new OpenMark(connection, mark, () => position);
  }

  /**
   * Of a transaction that has read nothing yet, and takes the write lock with its first write: reading now would fix the state it sees,
   * and another's commit would then forbid it to write. Once it has written nobody else can commit, and the reader still sees what was
   * there before.
   */
  static deferred(connection: Connection, reader: Connection, mark: TransactionMark): OpenMark {
    return new OpenMark(connection, mark, () => {
      const before = readPosition(reader, mark);
      // Without a write of its own the transaction must not become a writer by its mark.
      return before !== null && before < (readPosition(connection, mark) ?? before) ? before : null;
    });
  }

  /** To be called right before the commit. */
  write(): void {
    const position = this.#position();
    if (position !== null) this.#connection.execute(this.#mark.mark, [position, this.#mark.nextTime()]);
  }

  /** Takes the mark back: the transaction goes on. */
  retract(): void {
    this.#connection.execute(this.#mark.retract, []);
  }
}

/** `null` where there is nothing to mark. */
function readPosition(connection: Connection, mark: TransactionMark): bigint | null {
  try {
    return connection.scalar(mark.position) as bigint;
  } catch {
    // Whatever is wrong with the database itself will show in the statements of the transaction.
    return null;
  }
}
