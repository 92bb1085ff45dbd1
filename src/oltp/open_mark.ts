import { RheiError } from "../errors/mod.ts";
import type { Connection } from "./connection.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/** The mark of a transaction that is open on a connection. */
export class OpenMark {
  readonly #connection: Connection;
  readonly #mark: TransactionMark;
  /** Where the transaction began, or how to find that out before it ends. */
  readonly #begun: bigint | Connection;
  /** How to take back the mark that may be there. */
  #retract: (() => void) | null = null;

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
    this.#retract = null;
    const begun = typeof this.#begun === "bigint" ? this.#begun : this.#begunBefore(this.#begun);
    if (begun === null) return;
    const values = [begun, this.#mark.nextTime()];
    const { single, several } = this.#mark;
    try {
      const isSingle = this.#connection.change(single.mark, values) === 1;
      if (!isSingle) this.#connection.change(several.mark, values);
      const { retract } = isSingle ? single : several;
      this.#retract = () => void this.#connection.change(retract, [begun]);
    } catch (error) {
      // The log is there and takes no marks any more.
      if (!isUnknownName(error)) throw error;
    }
  }

  /** Takes the mark back, if there is one: the transaction goes on. Nothing may have been written since {@linkcode write}. */
  retract(): void {
    this.#retract?.();
    this.#retract = null;
  }

  /** Where a deferred transaction began; `null` if it has written nothing. */
  #begunBefore(reader: Connection): bigint | null {
    const begun = readPosition(reader, this.#mark);
    const now = readPosition(this.#connection, this.#mark);
    return begun !== null && now !== null && now > begun ? begun : null;
  }
}

/** `null` where there is no log. */
function readPosition(connection: Connection, mark: TransactionMark): bigint | null {
  try {
    return connection.scalar(mark.position) as bigint;
  } catch (error) {
    if (!isUnknownName(error)) throw error;
    return null;
  }
}

function isUnknownName(error: unknown): boolean {
  return error instanceof RheiError && error.code === "SQL_UNKNOWN_NAME";
}
