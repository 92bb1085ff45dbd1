import { RheiError } from "../errors/mod.ts";
import type { OltpClient, OltpOpenTransaction } from "../oltp/mod.ts";
import { checkTransactionControl } from "./check_transaction_control.ts";
import type { StatementClass } from "../sql/mod.ts";

/** Why a read inside a transaction stays on libSQL. */
export const IN_TRANSACTION = "inside a transaction, reads see its own writes";

/**
 * The transaction a shell or script holds open over several statements. SQLite's rules: BEGIN inside one is an error, COMMIT
 * and ROLLBACK outside one are errors, a SAVEPOINT outside one opens it and releasing that savepoint commits it.
 */
export class SessionTransaction {
  readonly #oltp: OltpClient;
  #open: OltpOpenTransaction | null = null;
  /** Lower-case name of the savepoint that opened the transaction, `null` when BEGIN did. */
  #openedBySavepoint: string | null = null;

  constructor(oltp: OltpClient) {
    this.#oltp = oltp;
  }

  /** The open transaction, or `null`. */
  get current(): OltpOpenTransaction | null {
    return this.#open;
  }

  /**
   * Runs a transaction-control statement. Returns `false` when `statement` is none, so that the caller runs it.
   *
   * @throws {RheiError} `TRANSACTION_STATE` when the statement does not fit the present state, `SQL_SYNTAX`.
   */
  async control(statement: StatementClass, text: string): Promise<boolean> {
    switch (statement.kind) {
      case "begin":
        checkTransactionControl(text);
        this.#requireNone("BEGIN");
        this.#open = await this.#oltp.begin(statement.mode);
        return true;
      case "commit":
        checkTransactionControl(text);
        await this.#end("COMMIT", (open) => open.commit());
        return true;
      case "rollback":
        if (statement.to !== null) {
          await this.#require("ROLLBACK TO").execute(text);
          return true;
        }
        checkTransactionControl(text);
        await this.#end("ROLLBACK", (open) => open.rollback());
        return true;
      case "savepoint":
        if (this.#open === null) await this.#openBySavepoint(statement.name, text);
        else await this.#open.execute(text);
        return true;
      case "release":
        await this.#require("RELEASE").execute(text);
        if (this.#openedBySavepoint === statement.name.toLowerCase()) {
          await this.#end("RELEASE", (open) => open.commit());
        }
        return true;
      default:
        return false;
    }
  }

  /** Rolls back what is open; says whether anything was. */
  async abandon(): Promise<boolean> {
    const open = this.#open;
    if (open === null) return false;
    this.#open = null;
    this.#openedBySavepoint = null;
    await open.rollback();
    return true;
  }

  async #openBySavepoint(name: string, text: string): Promise<void> {
    const open = await this.#oltp.begin("deferred");
    try {
      await open.execute(text);
    } catch (error) {
      // Nobody would know of a transaction opened by a statement that failed.
      await open.rollback();
      throw error;
    }
    this.#open = open;
    this.#openedBySavepoint = name.toLowerCase();
  }

  async #end(verb: string, end: (open: OltpOpenTransaction) => Promise<void>): Promise<void> {
    const open = this.#require(verb);
    await end(open);
    this.#open = null;
    this.#openedBySavepoint = null;
  }

  #requireNone(verb: string): void {
    if (this.#open === null) return;
    throw new RheiError("TRANSACTION_STATE", `Cannot ${verb}: a transaction is open already`, {
      hint: "end it with COMMIT or ROLLBACK, or use SAVEPOINT for a part of it",
    });
  }

  #require(verb: string): OltpOpenTransaction {
    if (this.#open !== null) return this.#open;
    throw new RheiError("TRANSACTION_STATE", `Cannot ${verb}: no transaction is open`, { hint: "open one with BEGIN" });
  }
}
