import { AsyncResource } from "node:async_hooks";

/**
 * Runs bodies one after the other, in order of asking. They belong to the asynchronous context in which this object was made, not to
 * a caller's: work begun from inside a transaction body must not be taken for a part of that transaction.
 */
export class Exclusive {
  readonly #scope = new AsyncResource("rhei.Exclusive");
  #last: Promise<unknown> = Promise.resolve();

  run<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#scope.runInAsyncScope(body));
    // Whoever asked hears of the failure; the next body starts regardless.
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when everything asked for so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
