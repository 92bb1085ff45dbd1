import { RheiError } from "../../errors/mod.ts";
import type { ColumnBatch, ExactValue, MirrorState, MirrorTable } from "../../types/mod.ts";
import type { OlapTransaction } from "../olap_backend.ts";
import type { StoreTransaction } from "./storage/store_transaction.ts";

/** How a transaction ended; `changedRows` counts those it added, replaced or removed. */
export type TransactionOutcome =
  | { readonly kind: "committed"; readonly changedRows: number }
  | { readonly kind: "rolled back" };

/**
 * The write transaction of an {@linkcode ArrowBackend}. The store works synchronously, so each step is done when its call returns: steps
 * that are not awaited cannot overtake one another, and batches are copied at once.
 */
export class ArrowTransaction implements OlapTransaction {
  readonly #store: StoreTransaction;
  readonly #onEnd: (outcome: TransactionOutcome) => void;
  #status: "open" | "failed" | "committed" | "commit failed" | "rolled back" = "open";
  #changedRows = 0;

  /** @param onEnd Hears of the transaction's end, once. */
  constructor(store: StoreTransaction, onEnd: (outcome: TransactionOutcome) => void) {
    this.#store = store;
    this.#onEnd = onEnd;
  }

  async createTable(table: MirrorTable): Promise<void> {
    this.#step(`Cannot create mirror table "${table.name}"`, () => this.#store.createTable(table));
  }

  async dropTable(name: string): Promise<void> {
    this.#step(`Cannot drop mirror table "${name}"`, () => this.#store.dropTable(name));
  }

  async append(name: string, batch: ColumnBatch): Promise<void> {
    this.#step(`Cannot append to mirror table "${name}"`, () => this.#store.append(name, batch));
    this.#changedRows += batch.rowCount;
  }

  async change(name: string, upserts: ColumnBatch, deletes: ColumnBatch): Promise<void> {
    this.#step(`Cannot change mirror table "${name}"`, () => this.#store.change(name, upserts, deletes));
    this.#changedRows += upserts.rowCount + deletes.rowCount;
  }

  async lookup(name: string, keys: ColumnBatch): Promise<ExactValue[][]> {
    return this.#step(`Cannot look rows up in mirror table "${name}"`, () => this.#store.lookup(name, keys));
  }

  /** A commit that fails ends the transaction too, and undoes it. */
  async commit(state: MirrorState): Promise<void> {
    if (this.#status !== "open") throw this.#unusable();
    try {
      this.#store.commit(state);
    } catch (error) {
      this.#status = "commit failed";
      this.#store.rollback();
      this.#onEnd({ kind: "rolled back" });
      throw explained("Cannot commit to the mirror", error);
    }
    this.#status = "committed";
    this.#onEnd({ kind: "committed", changedRows: this.#changedRows });
  }

  /** Does nothing after a failed commit, which has undone everything. */
  async rollback(): Promise<void> {
    if (this.#status === "commit failed") return;
    if (this.#status !== "open" && this.#status !== "failed") throw this.#unusable();
    this.#status = "rolled back";
    this.#store.rollback();
    this.#onEnd({ kind: "rolled back" });
  }

  /** A failed step leaves only `rollback`. */
  #step<T>(action: string, body: () => T): T {
    if (this.#status !== "open") throw this.#unusable();
    try {
      return body();
    } catch (error) {
      this.#status = "failed";
      throw explained(action, error);
    }
  }

  #unusable(): RheiError {
    const why = this.#status.endsWith("failed") ? "a step of it failed" : `it was ${this.#status}`;
    return new RheiError("TRANSACTION_STATE", `Cannot use the mirror's transaction: ${why}`);
  }
}

/** Memory that cannot be had shows as a RangeError of the runtime; errors of rhei and misuse pass unchanged. */
function explained(action: string, error: unknown): Error {
  if (error instanceof RangeError && /array buffer|allocation/i.test(error.message)) {
    return new RheiError("SYNC_FAILED", `${action}: memory is exhausted`, { cause: error });
  }
  if (error instanceof RheiError || error instanceof TypeError || error instanceof RangeError) return error;
  return new RheiError("SYNC_FAILED", `${action}: ${(error as Error).message}`, { cause: error });
}
