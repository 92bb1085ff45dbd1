interface Waiter {
  readonly enter: () => void;
  readonly giveUp: () => void;
  readonly openEnded: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * A mutex for asynchronous code that serves in order of arrival.
 *
 * A holder is *open-ended* when it ends only by a later call of the user (BEGIN in a shell). Waiting for such a holder is bounded
 * by `waitMsMax`, as waiting for another connection is in SQLite: the user may be waiting for the very call that waits. Other
 * holders end by themselves and are waited for without limit.
 */
export class WriteLock {
  readonly #waitMsMax: number;
  readonly #waiters: Waiter[] = [];
  #held = false;
  #heldOpenEnded = false;

  constructor(waitMsMax: number) {
    this.#waitMsMax = waitMsMax;
  }

  /**
   * Takes the lock, waiting for it if need be.
   *
   * @param onTimeout Makes the error to reject with when an open-ended holder keeps it too long.
   */
  acquire(openEnded: boolean, onTimeout: () => Error): Promise<void> {
    if (!this.#held) {
      this.#enter(openEnded);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { enter: resolve, giveUp: () => reject(onTimeout()), openEnded, timer: undefined };
      this.#waiters.push(waiter);
      if (this.#heldOpenEnded) this.#startTimer(waiter);
    });
  }

  /** Takes the lock if it is free. */
  tryAcquire(): boolean {
    if (this.#held) return false;
    this.#enter(false);
    return true;
  }

  release(): void {
    const next = this.#waiters.shift();
    if (next === undefined) {
      this.#held = false;
      this.#heldOpenEnded = false;
      return;
    }
    clearTimeout(next.timer);
    this.#enter(next.openEnded);
    next.enter();
  }

  #enter(openEnded: boolean): void {
    this.#held = true;
    this.#heldOpenEnded = openEnded;
    for (const waiter of this.#waiters) {
      if (openEnded) this.#startTimer(waiter);
      else clearTimeout(waiter.timer);
    }
  }

  #startTimer(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    waiter.timer = setTimeout(() => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.giveUp();
    }, this.#waitMsMax);
  }
}
