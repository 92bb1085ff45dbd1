import { AsyncResource } from "node:async_hooks";
import { setTimeout } from "node:timers";
import { backOffMs } from "./back_off.ts";
import type { SyncTrouble } from "./sync_report.ts";

/** Looks without anything to do after which the loop tidies up. */
const IDLE_LOOKS = 10;

/**
 * Repeats a job at an interval. A job that takes longer than the interval gets a pause as long as itself, so that the loop never
 * takes more than half of the time; after a failure the pauses grow as {@linkcode backOffMs} says.
 */
export class SyncLoop {
  readonly #job: () => Promise<boolean>;
  readonly #tidy: () => Promise<void>;
  readonly #scope = new AsyncResource("rhei.SyncLoop");
  #stopping: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #trouble: SyncTrouble | null = null;
  #failures = 0;

  /**
   * @param job Does what there is to do; `false` when there was nothing.
   * @param tidy Runs once after a while without anything to do.
   */
  constructor(job: () => Promise<boolean>, tidy: () => Promise<void>) {
    this.#job = job;
    this.#tidy = tidy;
  }

  /** The last failure, until the next success. */
  get lastError(): Error | null {
    return this.#trouble?.error ?? null;
  }

  /** The same, with since when it has been failing. */
  get trouble(): SyncTrouble | null {
    return this.#trouble;
  }

  /** Failures so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Starts it; if it runs already, only the interval changes. @throws {RangeError} Unless `intervalMs` is positive. */
  start(intervalMs: number): void {
    if (!(intervalMs > 0)) {
      throw new RangeError(`The interval of the loop is a positive number of milliseconds, not ${intervalMs}`);
    }
    const before = this.stop();
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => stop = resolve);
    const control = { stopped: false, wait: (ms: number) => pause(ms, stopped) };
    this.#stopping = () => {
      control.stopped = true;
      stop();
    };
    // The loop must not run in the context of whoever starts it, a transaction body perhaps.
    this.#running = this.#scope.runInAsyncScope(() => before.then(() => this.#run(intervalMs, control)));
  }

  /** Ends it and waits for a job under way. */
  async stop(): Promise<void> {
    this.#stopping?.();
    this.#stopping = null;
    await this.#running;
  }

  async #run(intervalMs: number, control: { stopped: boolean; wait: (ms: number) => Promise<void> }): Promise<void> {
    let pauseMs = intervalMs;
    let idleLooks = 0;
    let failuresInRow = 0;
    while (true) {
      await control.wait(pauseMs);
      if (control.stopped) return;
      const startedMs = performance.now();
      try {
        idleLooks = await this.#job() ? 0 : idleLooks + 1;
        if (idleLooks === IDLE_LOOKS) await this.#tidy();
        this.#trouble = null;
        failuresInRow = 0;
        pauseMs = Math.max(intervalMs, performance.now() - startedMs);
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        this.#trouble = { error, sinceMs: this.#trouble?.sinceMs ?? Date.now() };
        this.#failures++;
        idleLooks = 0;
        const tookMs = performance.now() - startedMs;
        pauseMs = backOffMs({ error, failures: ++failuresInRow, tookMs }, intervalMs);
      }
    }
  }
}

/** Waits, but not beyond `stopped`. The timer does not keep the process alive. */
async function pause(ms: number, stopped: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    stopped,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      timer.unref();
    }),
  ]);
  clearTimeout(timer);
}
