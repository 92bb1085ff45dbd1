import { AsyncResource } from "node:async_hooks";

/**
 * Runs one job for many callers. A caller that comes while the job runs shares the *next* run, which begins after it came: the
 * job then sees everything that was there before the call. At most one run is waiting.
 *
 * Runs belong to the asynchronous context in which this object was made, not to a caller's: a job started from inside a
 * transaction body must not be taken for a part of that transaction.
 */
export class SharedRun<T> {
  readonly #scope = new AsyncResource("rhei.SharedRun");
  readonly #job: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(job: () => Promise<T>) {
    this.#job = job;
  }

  /** Runs the job once, beginning not before this call. */
  run(): Promise<T> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    // A failed run is its own callers' affair; the next one starts regardless.
    this.#next = this.#running.then(() => {}, () => {}).then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  /** Whether a run is under way. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when no run is under way or waiting. */
  async idle(): Promise<void> {
    let pending = this.#next ?? this.#running;
    while (pending !== undefined) {
      // The run's callers hear of its failure.
      await pending.catch(() => {});
      pending = this.#next ?? this.#running;
    }
  }

  #start(): Promise<T> {
    const run = this.#scope.runInAsyncScope(() => this.#job()).finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }
}
