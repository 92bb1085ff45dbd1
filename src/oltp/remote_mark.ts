import type { Transaction } from "@libsql/client";
import { isRemoteUnknownName } from "./map_remote_error.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/** The mark of an open transaction of a remote client, whose begin has fixed the state it sees. */
export class RemoteMark {
  readonly #transaction: Transaction;
  readonly #mark: TransactionMark;
  readonly #position: bigint;

  private constructor(transaction: Transaction, mark: TransactionMark, position: bigint) {
    this.#transaction = transaction;
    this.#mark = mark;
    this.#position = position;
  }

  /** `null` where there is nothing to mark. */
  static async begin(transaction: Transaction, mark: TransactionMark): Promise<RemoteMark | null> {
    const position = await positionIn(transaction, mark);
    return position === null ? null : new RemoteMark(transaction, mark, position);
  }

  /** To be called right before the commit. A transaction that wrote nothing does not become a writer by its mark. */
  async write(): Promise<void> {
    const position = await positionIn(this.#transaction, this.#mark);
    if (position === null || position <= this.#position) return;
    try {
      await this.#transaction.execute({ sql: this.#mark.several.mark, args: [this.#position, this.#mark.nextTime()] });
    } catch (error) {
      // The log is there and takes no marks any more.
      if (!isRemoteUnknownName(error)) throw error;
    }
  }
}

async function positionIn(transaction: Transaction, mark: TransactionMark): Promise<bigint | null> {
  try {
    return (await transaction.execute(mark.position)).rows[0]?.[0] as bigint;
  } catch (error) {
    if (!isRemoteUnknownName(error)) throw error;
    return null;
  }
}
