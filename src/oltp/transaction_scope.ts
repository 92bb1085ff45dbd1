import { AsyncLocalStorage } from "node:async_hooks";
import { RheiError } from "../errors/mod.ts";

interface Scope {
  active: boolean;
}

/** Tells the calls made from inside a `transaction` body of one client: those that wait for the transaction would wait for ever. */
export class TransactionScope {
  readonly #storage = new AsyncLocalStorage<Scope>();

  /** Runs a body. What it leaves running after its end is outside again. */
  async run<T>(body: () => Promise<T>): Promise<T> {
    const scope = { active: true };
    try {
      return await this.#storage.run(scope, body);
    } finally {
      scope.active = false;
    }
  }

  /** @throws {RheiError} `TRANSACTION_STATE` inside a body. */
  refuse(method: "execute" | "query" | "snapshot" | "batch" | "transaction" | "begin"): void {
    if (!this.#storage.getStore()?.active) return;
    const nested = method === "transaction" || method === "begin" || method === "batch";
    const what = nested ? `begin a transaction with ${method}()` : `call ${method}() of the database`;
    throw new RheiError("TRANSACTION_STATE", `Cannot ${what} inside a transaction body`, {
      hint: nested ? "Pass the transaction on; SAVEPOINT undoes a part of it" : "Call the transaction's own methods",
    });
  }
}
