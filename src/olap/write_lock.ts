/** Lets one holder at a time in, in the order of asking. */
export class WriteLock {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn; gives the function that ends it, which may be called more than once. */
  async acquire(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }
}
